-- What somebody sees who writes declarations in Neovim with `letterform lsp`, with the lines that docs/how-to/editors.md
-- has for this version. Neovim 0.7, as Debian 12 has it, gets the same with the functions that it has.
-- Arguments are global variables: `root`, the project; `folder`, one with a scan; `older`, to take the lines for older
-- versions. `letterform` is on PATH.
local root, folder = vim.g.root, vim.g.folder
local PATIENCE_MS = 60000

-- The blocks of Lua on the page of editors.
local function blocks()
  local found, block = {}, nil
  for line in io.lines(root .. "/docs/how-to/editors.md") do
    if line == "```lua" then
      block = {}
    elseif line == "```" and block then
      table.insert(found, table.concat(block, "\n"))
      block = nil
    elseif block then
      table.insert(block, line)
    end
  end
  return found
end

local function documented(part)
  for _, block in ipairs(blocks()) do
    if block:find(part, 1, true) and block:find("letterform", 1, true) then
      return block
    end
  end
  error("the page has no lines with " .. part)
end

local function attach_as_documented()
  if vim.lsp.config and not vim.g.older then
    assert(loadstring(documented("vim.lsp.enable")))()
  elseif vim.lsp.start then
    assert(loadstring(documented("vim.lsp.start")))()
  else
    vim.api.nvim_create_autocmd("FileType", {
      pattern = "yaml",
      callback = function()
        local options = { name = "letterform", cmd = { "letterform", "lsp" }, root_dir = folder }
        vim.lsp.buf_attach_client(0, vim.lsp.start_client(options))
      end,
    })
  end
end

local LETTER = [[
version: 1
letters:
  - name: 甲乙授权书 # 😀 名称
    Authorization: 菜鸟网络科技有限公司
    authorizedParty: 杭州信使网络科技有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01～2028-12-31
    signatures: [菜鸟网络, 【菜鸟裹裹】, 😀]
    scan: scans/tea.png
]]

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n"
end

local function wait(what, condition)
  if not vim.wait(PATIENCE_MS, condition, 10) then
    error("waited in vain: " .. what .. "\n" .. vim.inspect(vim.diagnostic.get(0)) .. "\n" .. text())
  end
end

-- What is underlined, by the code of the rule.
local function underlined()
  local found = {}
  for _, problem in ipairs(vim.diagnostic.get(0)) do
    local line = vim.api.nvim_buf_get_lines(0, problem.lnum, problem.lnum + 1, false)[1]
    local code = problem.code or problem.user_data.lsp.code
    found[code] = line:sub(problem.col + 1, problem.end_col)
  end
  return found
end

local function client()
  local clients = (vim.lsp.get_clients or vim.lsp.get_active_clients)()
  return clients[1]
end

local function request(method, parameters)
  local answers = vim.lsp.buf_request_sync(0, method, parameters, PATIENCE_MS)
  local _, answer = next(answers or {})
  assert(answer and not answer.error, method .. ": " .. vim.inspect(answer))
  return answer.result
end

local function cursor_to(part)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search("\\V" .. part) > 0, part .. " is not there")
end

local function position()
  return vim.lsp.util.make_position_params(0, client().offset_encoding)
end

local function equal(found, wanted)
  if found ~= wanted then
    error("found " .. vim.inspect(found) .. "\nexpected " .. vim.inspect(wanted))
  end
end

local checks = {
  {
    "mistakes are underlined behind Chinese and emoji",
    function()
      wait("problems", function()
        return underlined()["LF-signature-character"] ~= nil
      end)
      local found = underlined()
      equal(found["LF-signature-character"], "😀")
      for code, part in pairs(found) do
        print("        " .. code .. ": " .. part)
      end
    end,
  },
  {
    "all safe fixes are applied, and change nothing else",
    function()
      local only = { "source.fixAll.letterform" }
      if vim.lsp.start then
        vim.lsp.buf.code_action({ context = { only = only, diagnostics = {} }, apply = true })
      else
        local parameters = vim.lsp.util.make_given_range_params({ 1, 0 }, { 1, 0 })
        parameters.context = { only = only, diagnostics = {} }
        local actions = request("textDocument/codeAction", parameters)
        vim.lsp.util.apply_workspace_edit(actions[1].edit, client().offset_encoding)
      end
      local mended = LETTER:gsub("Authorization", "authorizer"):gsub("～", "~"):gsub("【菜鸟裹裹】", "菜鸟裹裹")
      wait("fixes", function()
        return text() == mended
      end)
      wait("one problem left", function()
        return #vim.diagnostic.get(0) == 1 and underlined()["LF-signature-character"] == "😀"
      end)
    end,
  },
  {
    "a problem ends when the text is mended",
    function()
      cursor_to(", 😀")
      vim.cmd("normal! 3x")
      wait("no problem", function()
        return #vim.diagnostic.get(0) == 0
      end)
    end,
  },
  {
    "hover tells what a field is",
    function()
      cursor_to("organizationCode")
      local hover = request("textDocument/hover", position())
      assert(hover.contents.value:find("Unified Social Credit Code", 1, true), vim.inspect(hover))
    end,
  },
  {
    "completion offers the signatures of other letters",
    function()
      cursor_to("菜鸟裹裹")
      local answer = request("textDocument/completion", position())
      local labels = vim.tbl_map(function(item)
        return item.label
      end, answer.items or answer)
      assert(vim.tbl_contains(labels, "听雨茶业"), vim.inspect(labels))
    end,
  },
  {
    "a letter is renamed, also in the comments of a file that is not open",
    function()
      cursor_to("甲乙授权书")
      vim.lsp.buf.rename("更名授权书")
      wait("the new name", function()
        return text():find("name: 更名授权书 # 😀", 1, true) ~= nil
      end)
      local other = table.concat(vim.fn.getbufline(vim.fn.bufnr("other.letters.yaml"), 1, "$"), "\n")
      assert(other:find("# 更名授权书 的续签", 1, true), other)
    end,
  },
}

vim.fn.mkdir(folder .. "/.git")
vim.fn.writefile(vim.split(vim.trim(LETTER), "\n"), folder .. "/letters.yaml")
local other = LETTER:gsub("甲乙授权书", "听雨授权书"):gsub("Authorization", "authorizer"):gsub("～", "~")
other = other:gsub("%[.*%]", "[听雨茶业]"):gsub("  %- name", "  # 甲乙授权书 的续签\n  - name")
vim.fn.writefile(vim.split(vim.trim(other), "\n"), folder .. "/other.letters.yaml")

vim.cmd("filetype on")
vim.o.hidden = true
vim.o.swapfile = false
attach_as_documented()
vim.cmd("cd " .. vim.fn.fnameescape(folder))
vim.cmd("edit letters.yaml")
local failed = 0
for _, check in ipairs(checks) do
  local fine, problem = pcall(check[2])
  failed = failed + (fine and 0 or 1)
  print(fine and ("ok      " .. check[1]) or ("FAILED  " .. check[1] .. "\n        " .. tostring(problem)))
end
local version = vim.version()
print(("Neovim %d.%d.%d: %d passed, %d failed\n"):format(version.major, version.minor, version.patch, #checks - failed, failed))
vim.cmd(failed > 0 and "cquit" or "qall!")
