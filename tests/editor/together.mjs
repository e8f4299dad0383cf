// `letterform lsp` and the YAML language server on the same files: what is told twice, and by which settings it is not.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./checks.mjs";
import { Client, uriOf } from "./client.mjs";
import { yamlSettings } from "./yaml.mjs";

const [program, yamlServer] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "letterform-together-"));
writeFileSync(join(folder, "letters.schema.json"), execFileSync(program, ["schema", "letters"]));

const MISTAKES = `version: 1
letters:
  - name: 甲乙授权书
    Authorization: 菜鸟网络科技有限公司
    authorizedParty: 杭州信使网络科技有限公司
    organizationCode: 91330100799655058A
    validity: 2026-13-01~2028-12-31
    signatures: [菜鸟网络, 【菜鸟】]
    scan: scans/nothing.png
`;
const MODELINE = "# yaml-language-server: $schema=letters.schema.json\n";

let count = 0;
/// The lines under which each of the two has something to say.
async function lines(text, settings, contribute = () => {}) {
  const uri = uriOf(join(folder, `${count++}.letters.yaml`));
  const said = async (command, configuration) => {
    const client = await Client.start(command, [folder], configuration);
    contribute(client);
    const told = await client.judge(uri, text);
    await client.end();
    return new Set(told.map(({ range }) => text.split("\n")[range.start.line].trim().split(":")[0]));
  };
  const ours = await said([program, "lsp"]);
  const theirs = await said([process.execPath, yamlServer, "--stdio"], yamlSettings(settings));
  return { ours: [...ours].sort(), twice: [...ours].filter((line) => theirs.has(line)).sort(), theirs: theirs.size };
}

const checks = {
  "without a schema nothing of a declaration is told twice": async () => {
    const { ours, theirs } = await lines(MISTAKES);
    assert.equal(theirs, 0);
    assert.deepEqual(ours, ["Authorization", "organizationCode", "scan", "signatures", "validity"]);
  },

  "with the modeline, what the schema knows is told twice": async () => {
    const { twice } = await lines(MODELINE + MISTAKES);
    assert.deepEqual(twice, ["Authorization", "signatures"]);
  },

  "with the schema in the settings, too, and not where its detection is switched off": async () => {
    const schemas = { [uriOf(join(folder, "letters.schema.json"))]: "*.letters.yaml" };
    assert.ok((await lines(MISTAKES, { schemas })).twice.length > 0);
    const off = { schemas, disableSchemaDetection: ["*.letters.yaml"] };
    assert.equal((await lines(MISTAKES, off)).theirs, 0);
  },

  "the modeline `$schema=none` ends it, whatever the settings say": async () => {
    const schemas = { [uriOf(join(folder, "letters.schema.json"))]: "*.letters.yaml" };
    assert.equal((await lines(`# yaml-language-server: $schema=none\n${MISTAKES}`, { schemas })).theirs, 0);
  },

  // As the YAML extension passes on what the extension of VS Code contributes while the server runs.
  "an extension's empty schema outranks the settings": async () => {
    const schemas = { [uriOf(join(folder, "letters.schema.json"))]: "*.letters.yaml" };
    const contribute = (client) => {
      client.connection.onRequest("custom/schema/request", () => "letterform://schema/none");
      client.connection.onRequest("custom/schema/content", () => "{}");
      client.notify("yaml/registerCustomSchemaRequest");
    };
    assert.equal((await lines(MISTAKES, { schemas }, contribute)).theirs, 0);
  },

  "what is not YAML is told by both, and not when validation is off": async () => {
    const broken = MISTAKES.replace("[菜鸟网络, 【菜鸟】]", "[菜鸟网络, 【菜鸟】");
    const { ours, theirs } = await lines(broken);
    assert.ok(ours.length > 0 && theirs > 0);
    assert.equal((await lines(broken, { validate: false })).theirs, 0);
  },
};

await run(checks, () => rmSync(folder, { recursive: true }));
