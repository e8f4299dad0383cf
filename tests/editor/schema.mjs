// What somebody sees who writes declarations in an editor with the YAML language server and the schema. Columns count
// from 0, as the protocol does.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./checks.mjs";
import { Client, uriOf as nameOf } from "./client.mjs";
import { yamlSettings } from "./yaml.mjs";

const [program, serverPath, root] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "letterform-editor-"));
// The schema is the one that the program prints, found through the modeline alone.
writeFileSync(join(folder, "letters.schema.json"), execFileSync(program, ["schema", "letters"]));
const modeline = "# yaml-language-server: $schema=letters.schema.json\n";
writeFileSync(join(folder, "workspace.schema.json"), execFileSync(program, ["schema", "workspace"]));
const workspaceModeline = "# yaml-language-server: $schema=workspace.schema.json\n";

const good = `version: 1
defaults:
  authorizedParty: 支付宝(中国)网络技术有限公司
letters:
  - name: 菜鸟公司授权书
    authorizer: 菜鸟网络科技有限公司
    organizationCode: 012345678901234567
    validity: 2026-01-01~2028-12-31
    signatures: [菜鸟网络, 菜鸟裹裹, 12306]
    scan: scans/cainiao.jpg
`;

let count = 0;
const uriOf = () => nameOf(join(folder, `${count++}.letters.yaml`));
const lines = (text) => (modeline + text).split("\n");

/// Where a text stands in a document with the modeline before it.
function find(text, part) {
  const line = lines(text).findIndex((line) => line.includes(part));
  const character = lines(text)[line].indexOf(part);
  return { start: { line, character }, end: { line, character: character + part.length } };
}

const server = await Client.start([process.execPath, serverPath, "--stdio"], [], yamlSettings());

const complaints = (text) => server.judge(uriOf(), modeline + text);

/// The one complaint about a document, and that it is under the part.
async function underlined(text, part, words) {
  const all = await complaints(text);
  const found = all.find(({ range }) => JSON.stringify(range) === JSON.stringify(find(text, part)));
  assert.ok(found, `${part} is not underlined: ${JSON.stringify(all)}`);
  assert.match(found.message, words);
}

async function completions(text, position) {
  const uri = uriOf();
  await server.judge(uri, modeline + text);
  const answer = await server.request("textDocument/completion", { textDocument: { uri }, position });
  return answer.items ?? answer;
}

async function hover(text, part) {
  const uri = uriOf();
  await server.judge(uri, modeline + text);
  const answer = await server.request("textDocument/hover", { textDocument: { uri }, position: find(text, part).start });
  return answer.contents.value;
}

const checks = {
  "a good file has no complaint": async () => assert.deepEqual(await complaints(good), []),

  "the examples have no complaint": async () => {
    for (const example of ["quickstart/letters.yaml", "agency/health.letters.yaml"]) {
      const text = readFileSync(join(root, "examples", example), "utf8").replace(/^# yaml-language-server.*\n/, "");
      assert.deepEqual(await complaints(text), [], example);
    }
  },

  "without the modeline nothing is known": async () => {
    assert.deepEqual(await server.judge(uriOf(), good.replace("菜鸟公司", "菜鸟-公司")), []);
  },

  // A letter that exists may have a name that no new one can have: `validate` warns, and the schema takes it.
  "a name that only an existing letter can have is taken": async () =>
    assert.deepEqual(await server.judge(uriOf(), good.replace("菜鸟公司授权书", "菜鸟公司-授权书")), []),

  "a bad signature is underlined": () =>
    underlined(good.replace("菜鸟裹裹", "【菜鸟】"), "【菜鸟】", /added when a message is sent/),

  "a bad validity is underlined": () =>
    underlined(good.replace("01~", "01～"), "2026-01-01～2028-12-31", /YYYY-MM-DD~YYYY-MM-DD/),

  "an unknown field is underlined": () =>
    underlined(good.replace("organizationCode", "organisationCode"), "organisationCode", /not allowed/),

  "another version is underlined": () => underlined(good.replace("version: 1", "version: 2"), "2", /1/),

  "a missing field is told, and not when it has a default": async () => {
    const missing = await complaints(good.replace(/ {4}authorizer.*\n/, ""));
    assert.ok(missing.some(({ message }) => message.includes('"authorizer"')), JSON.stringify(missing));
    const shared = good.replace(/ {4}authorizer.*\n/, "").replace("defaults:\n", "defaults:\n  authorizer: 菜鸟网络科技有限公司\n");
    assert.deepEqual(await complaints(shared), []);
  },

  "both pictures, or none, are told": async () => {
    assert.notDeepEqual(await complaints(`${good}    fileKey: 1/a.jpg\n`), []);
    assert.notDeepEqual(await complaints(good.replace(/ {4}scan.*\n/, "")), []);
  },

  "completion offers the fields of a letter": async () => {
    const text = "version: 1\nletters:\n  - name: 委托\n    \n";
    const labels = (await completions(text, { line: 4, character: 4 })).map(({ label }) => label);
    for (const field of ["authorizer", "authorizedParty", "organizationCode", "validity", "signatures", "scan", "fileKey"]) {
      assert.ok(labels.includes(field), `${field} is not among ${labels}`);
    }
  },

  "completion offers a whole letter": async () => {
    const text = "version: 1\nletters:\n  - \n";
    const items = await completions(text, { line: 3, character: 4 });
    const letter = items.find(({ label, insertText }) => label === "letter" && insertText?.includes("organizationCode"));
    assert.ok(letter, `no letter among ${JSON.stringify(items.map(({ label }) => label))}`);
    assert.match(letter.insertText, /signatures/);
  },

  "completion offers a whole document": async () => {
    const items = await completions("\n", { line: 1, character: 0 });
    assert.ok(items.some(({ label }) => label === "declarations"), JSON.stringify(items.map(({ label }) => label)));
  },

  "the example of a workspace has no complaint, and a level that does not exist has one": async () => {
    const text = readFileSync(join(root, "examples/accounts/letterform.yaml"), "utf8").replace(/^#.*\n/, workspaceModeline);
    assert.deepEqual(await server.judge(uriOf(), text), []);
    const wrong = await server.judge(uriOf(), text.replace("LF-validity-long: error", "LF-validity-long: loud"));
    assert.equal(wrong.length, 1, JSON.stringify(wrong));
    assert.match(wrong[0].message, /error.*warning.*off/s);
  },

  "completion offers the rules of a workspace, and an account": async () => {
    const uri = uriOf();
    const text = `${workspaceModeline}version: 1\nsettings:\n  lints:\n    \naccounts:\n  - \n`;
    await server.judge(uri, text);
    const offered = async (position) => {
      const answer = await server.request("textDocument/completion", { textDocument: { uri }, position });
      return (answer.items ?? answer).map(({ label }) => label);
    };
    const rules = await offered({ line: 4, character: 4 });
    assert.ok(rules.includes("LF-validity-long") && !rules.includes("LF-signature-length"), JSON.stringify(rules));
    const account = await offered({ line: 6, character: 4 });
    assert.ok(account.includes("account") || account.includes("profile"), JSON.stringify(account));
  },

  "hover shows what a field is, and the parameter of the service": async () => {
    const shown = await hover(good, "organizationCode");
    assert.match(shown, /Unified Social Credit Code/);
    assert.match(shown, /`OrganizationCode`/);
  },
};

await run(checks, () => {
  server.process.kill();
  rmSync(folder, { recursive: true });
});
