// What somebody sees who writes declarations in an editor with `letterform lsp`, through VS Code's own library.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileChangeType } from "vscode-languageserver-protocol/node";
import { run } from "./checks.mjs";
import { Client, pathOf, uriOf } from "./client.mjs";

const [program, root] = process.argv.slice(2);
// A name in which editors and URLs encode different characters.
const home = realpathSync(mkdtempSync(join(tmpdir(), "letterform-授权书 (2026) [a]-")));
const scan = join(root, "examples/quickstart/scans/tea.png");

const letter = (name, more = {}) => {
  const fields = {
    name,
    authorizer: "菜鸟网络科技有限公司",
    authorizedParty: "杭州信使网络科技有限公司",
    organizationCode: "91330100799655058B",
    validity: "2026-01-01~2028-12-31",
    signatures: "[菜鸟网络, 菜鸟裹裹]",
    scan: "scans/tea.png",
    ...more,
  };
  const lines = Object.entries(fields).map(([field, value]) => `${field}: ${value}`);
  return `  - ${lines.join("\n    ")}\n`;
};
const file = (...letters) => `version: 1\nletters:\n${letters.join("")}`;

let count = 0;
/// A folder with these files and a scan.
function folder(files = {}) {
  const path = join(home, `项目 ${count++}`);
  mkdirSync(join(path, "scans"), { recursive: true });
  copyFileSync(scan, join(path, "scans/tea.png"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, ".."), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

/// Opens a folder and its file `letters.yaml`, does something, and ends the session in order.
async function session(files, check) {
  const path = folder({ "letters.yaml": file(letter("甲乙授权书")), ...files });
  const client = await Client.start([program, "lsp"], [path]);
  const uri = uriOf(join(path, "letters.yaml"));
  try {
    await client.open(uri, readFileSync(join(path, "letters.yaml"), "utf8"));
    await check(client, uri, path);
    assert.equal(await client.end(), 0);
  } finally {
    client.process.kill();
  }
}

const codes = (diagnostics) => diagnostics.map(({ code }) => code).sort();
/// Waits until a document has problems of exactly these rules.
const problems = (client, uri, ...wanted) =>
  client.until(() => {
    const told = client.told(uri);
    return told && String(codes(told)) === String(wanted.sort()) && told;
  });

const labels = (answer) => (answer.items ?? answer ?? []).map(({ label }) => label);

/// Takes an item of a completion, as an editor does that has no text to be replaced of its own.
function take(client, uri, position, item) {
  const edit = item.textEdit;
  assert.ok(edit, `${item.label} does not say what it replaces`);
  const typed = client.document(uri).getText({ start: edit.range.start, end: position });
  assert.ok((item.filterText ?? item.label).includes(typed), `${typed} does not find ${item.label}`);
  return client.edit(uri, [{ range: edit.range, newText: edit.newText }]);
}

const checks = {
  "mistakes are underlined while they are typed, also behind Chinese and emoji": () =>
    session({}, async (client, uri) => {
      await client.replace(uri, "菜鸟裹裹]", "菜鸟裹裹, 😀, ]");
      for (const character of "【菜】") await client.replace(uri, ", ]", `${character}, ]`);
      const [told] = await problems(client, uri, "LF-signature-character");
      assert.equal(client.document(uri).getText(told.range), "😀");
      assert.equal(told.range.end.character - told.range.start.character, 2, "columns are UTF-16 code units");
      await client.replace(uri, ", 😀【菜】, ]", "]");
      await problems(client, uri);
    }),

  "a problem names its rule and what to do": () =>
    session({}, async (client, uri) => {
      await client.replace(uri, "91330100799655058B", "91330100799655058A");
      const [told] = await problems(client, uri, "LF-code-check-digit");
      assert.equal(told.source, "letterform");
      assert.match(told.message, /\n/);
    }),

  "only the last of many quick changes counts": () =>
    session({}, async (client, uri) => {
      for (let i = 0; i < 300; i++) {
        const [from, to] = i % 2 ? ["[菜鸟网络！", "[菜鸟网络"] : ["[菜鸟网络", "[菜鸟网络！"];
        client.replace(uri, from, to);
      }
      await client.replace(uri, "version: 1", "version: 2");
      await problems(client, uri, "LF-version-unknown");
      await client.replace(uri, "version: 2", "version: 1");
      await problems(client, uri);
    }),

  "each quick fix mends its problem, and all safe ones mend theirs and change nothing else": () =>
    session({}, async (client, uri) => {
      const good = client.text(uri);
      const bad = `# 😀 注释：【保留】\n${good}`
        .replace("authorizer:", "Authorization:")
        .replace("2026-01-01~2028-12-31", "2026/1/1～2028/12/31 # 到期")
        .replace("菜鸟裹裹", "【菜鸟裹裹】")
        .replace("91330100799655058B", "９１３３０１００７９９６５５０５８Ｂ");
      client.edit(uri, [{ range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } }, newText: bad }]);
      const told = await client.until(() => client.told(uri)?.length >= 4 && client.told(uri));
      for (const problem of told) {
        const [fix] = await client.actions(uri, problem.range, ["quickfix"]);
        assert.ok(fix?.edit.changes[uri].length, `no fix of ${problem.code}`);
        assert.deepEqual(fix.diagnostics[0].code, problem.code);
      }
      const [all, ...others] = await client.actions(uri, client.find(uri, "version"), ["source.fixAll"]);
      assert.equal(others.length, 0);
      assert.equal(all.kind, "source.fixAll.letterform");
      await client.apply(all.edit);
      await problems(client, uri);
      const mended = `# 😀 注释：【保留】\n${good}`.replace("2028-12-31", "2028-12-31 # 到期");
      assert.equal(client.text(uri), mended);
    }),

  "hover tells of fields, days and scans": () =>
    session({}, async (client, uri) => {
      const hover = async (part, offset) => (await client.at("textDocument/hover", uri, part, offset)).contents.value;
      assert.match(await hover("organizationCode", 3), /`OrganizationCode`/);
      assert.match(await hover("2028-12-31", 2), /2028-12-31|2026-01-01/);
      assert.match(await hover("scans/tea.png", 3), /!\[/);
      assert.equal(await client.at("textDocument/hover", uri, "version", 1), null);
    }),

  "completed values replace what was typed": () =>
    session({ "b.letters.yaml": file(letter("丙丁授权书", { authorizer: "支付宝(中国)网络技术有限公司", signatures: "[支付宝]" })), "scans/新的 扫描.png": "" }, async (client, uri) => {
      for (const [was, typed, wanted] of [
        ["scan: scans/tea.png", "scan: scans/新", "scans/新的 扫描.png"],
        ["authorizer: 菜鸟网络科技有限公司", "authorizer: 支付宝(", "支付宝(中国)网络技术有限公司"],
        ["[菜鸟网络, 菜鸟裹裹]", "[菜鸟网络, 支]", "支付宝"],
      ]) {
        await client.replace(uri, was, typed);
        const { end } = client.find(uri, typed);
        const position = typed.endsWith("]") ? { ...end, character: end.character - 1 } : end;
        const answer = await client.request("textDocument/completion", { textDocument: { uri }, position });
        const item = (answer.items ?? answer).find(({ label }) => label === wanted);
        assert.ok(item, `${wanted} is not among ${labels(answer)}`);
        await take(client, uri, position, item);
      }
      assert.ok(client.text(uri).includes("authorizer: 支付宝(中国)网络技术有限公司\n"), client.text(uri));
      assert.ok(client.text(uri).includes("signatures: [菜鸟网络, 支付宝]\n    scan: scans/新的 扫描.png\n"), client.text(uri));
    }),

  "fields that are missing are completed": () =>
    session({}, async (client, uri) => {
      await client.replace(uri, "    signatures: [菜鸟网络, 菜鸟裹裹]\n", "    sig\n");
      const { end } = client.find(uri, "    sig");
      const answer = await client.request("textDocument/completion", { textDocument: { uri }, position: end });
      const item = (answer.items ?? answer).find(({ label }) => label === "signatures");
      assert.ok(item && !labels(answer).includes("name"), String(labels(answer)));
      await take(client, uri, end, item);
      assert.ok(client.text(uri).includes("    signatures: \n"), client.text(uri));
    }),

  "a renewal is found from its predecessor and back, and the scan from its path": () =>
    session({ "new.letters.yaml": file(letter("新授权书", { validity: "2029-01-01~2031-12-31" })) }, async (client, uri, path) => {
      const [successor] = await client.at("textDocument/definition", uri, "甲乙授权书", 2);
      const next = uriOf(join(path, "new.letters.yaml"));
      assert.equal(pathOf(successor.uri), pathOf(next));
      await client.open(next, readFileSync(join(path, "new.letters.yaml"), "utf8"));
      assert.equal(client.document(next).getText(successor.range), "新授权书");
      const [predecessor] = await client.at("textDocument/declaration", next, "新授权书", 1);
      assert.equal(predecessor.uri, uri, "an open file has the editor's name");
      const [picture] = await client.at("textDocument/definition", uri, "scans/tea.png", 2);
      assert.equal(pathOf(picture.uri), join(path, "scans/tea.png"));
      const places = await client.at("textDocument/references", uri, "菜鸟裹裹", 1, { context: { includeDeclaration: true } });
      assert.equal(places.length, 2);
    }),

  "a letter is renamed in all files, open or not, and in comments": () =>
    session({ "new.letters.yaml": file(`  # 接续甲乙授权书之后\n  # 甲乙授权书 的续签\n${letter("新授权书", { validity: "2029-01-01~2031-12-31" })}`) }, async (client, uri, path) => {
      const range = await client.at("textDocument/prepareRename", uri, "甲乙授权书", 1);
      assert.equal(client.document(uri).getText(range.range ?? range), "甲乙授权书");
      await client.apply(await client.at("textDocument/rename", uri, "甲乙授权书", 1, { newName: "更名授权书" }));
      assert.ok(client.text(uri).includes("name: 更名授权书\n"));
      const other = readFileSync(join(path, "new.letters.yaml"), "utf8");
      assert.ok(other.includes("# 更名授权书 的续签"), other);
      await assert.rejects(client.at("textDocument/rename", uri, "更名授权书", 1, { newName: "新授权书" }), /already/);
      await assert.rejects(client.at("textDocument/rename", uri, "更名授权书", 1, { newName: "a-b" }), /not allowed/);
    }),

  "files that appear, change and vanish on the disk are noticed": () =>
    session({}, async (client, uri, path) => {
      const other = join(path, "sub/b.letters.yml");
      mkdirSync(join(path, "sub"));
      writeFileSync(other, file(letter("甲乙授权书")));
      await client.changed(other, FileChangeType.Created);
      const [twice] = await problems(client, uriOf(other), "LF-name-duplicate", "LF-scan-missing");
      assert.equal(pathOf(twice.relatedInformation[0].location.uri), pathOf(uri));
      await client.write(other, file(letter("丙丁授权书", { scan: "../scans/tea.png", validity: "2025-01-01~2027-12-31" })));
      await client.until(() => !codes(client.told(uriOf(other))).includes("LF-name-duplicate"));
      unlinkSync(join(path, "scans/tea.png"));
      await client.changed(join(path, "scans/tea.png"), FileChangeType.Deleted);
      await problems(client, uri, "LF-scan-missing");
      copyFileSync(scan, join(path, "scans/tea.png"));
      await client.changed(join(path, "scans/tea.png"), FileChangeType.Created);
      await problems(client, uri);
    }),

  // Emacs takes no pattern with a star within braces.
  "what is watched is written as every editor reads it": () =>
    session({}, async (client) => {
      for (const glob of await client.watched()) assert.match(glob, /^\*\*\/[a-z*.]+(?:\{[a-zA-Z,]+\})?$/);
    }),

  "folders are added and removed": () =>
    session({}, async (client, uri) => {
      const other = folder({ "letters.yaml": file(letter("甲乙授权书")) });
      const change = (event) => client.notify("workspace/didChangeWorkspaceFolders", { event: { added: [], removed: [], ...event } });
      await change({ added: [{ uri: uriOf(other), name: "other" }] });
      const first = uriOf(join(other, "letters.yaml"));
      await problems(client, first, "LF-name-duplicate", "LF-same-content");
      await change({ removed: [{ uri: uriOf(other), name: "other" }] });
      await problems(client, first);
    }),

  "a closed file is judged as it is on the disk": () =>
    session({}, async (client, uri) => {
      await client.replace(uri, "version: 1", "version: 3");
      await problems(client, uri, "LF-version-unknown");
      await client.notify("textDocument/didClose", { textDocument: { uri } });
      await problems(client, uri);
    }),

  "a file that is no declaration is left alone": () =>
    session({}, async (client, uri, path) => {
      const other = uriOf(join(path, "compose.yaml"));
      await client.open(other, "services: [【】]\n");
      await client.replace(uri, "version: 1", "version: 4");
      await problems(client, uri, "LF-version-unknown");
      assert.equal(client.told(other), undefined);
      assert.equal(await client.at("textDocument/hover", other, "services", 1), null);
    }),

  "a server that is killed leaves nothing behind that stops the next one": async () => {
    const path = folder({ "letters.yaml": file(letter("甲乙授权书", { validity: "2026-13-01~2028-12-31" })) });
    for (let i = 0; i < 2; i++) {
      const client = await Client.start([program, "lsp"], [path]);
      const uri = uriOf(join(path, "letters.yaml"));
      await client.judge(uri, readFileSync(join(path, "letters.yaml"), "utf8"));
      client.process.kill("SIGKILL");
      await client.exited;
    }
  },

  "a server whose editor is gone ends": async () => {
    const client = await Client.start([program, "lsp"], [folder()]);
    client.process.stdin.destroy();
    const [status] = await client.exited;
    assert.equal(status, 1);
  },
};

await run(checks, () => rmSync(home, { recursive: true }));
