// The package of the extension of VS Code: what it holds, and what its bundle does when it is activated.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./checks.mjs";

const [program, unpacked] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const vscode = require("vscode");
const { seen, world, events } = vscode.test;
const { Uri } = vscode;
const extension = require(join(unpacked, "extension/dist/extension.js"));
const manifest = JSON.parse(readFileSync(join(unpacked, "extension/package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "letterform-extension-"));
const text = "version: 1\nletters:\n  - name: 甲乙授权书\n    validity: 2026-01-01\n";
writeFileSync(join(folder, "letters.yaml"), text);
const uri = Uri.file(join(folder, "letters.yaml"));
const document = {
  uri,
  fileName: uri.fsPath,
  languageId: "yaml",
  version: 1,
  getText: () => text,
};

/// Activates the extension in a window with these settings, does something, and closes the window.
async function window(settings, check, { documents = [document], found = [uri] } = {}) {
  const yaml = { contributors: [], registerContributor: (...contributor) => yaml.contributors.push(contributor) };
  Object.assign(world, {
    settings,
    documents,
    found,
    folders: [{ uri: Uri.file(folder), name: "letters", index: 0 }],
    extensions: { "redhat.vscode-yaml": { activate: async () => yaml } },
    press: () => undefined,
  });
  for (const all of [seen.diagnostics, seen.commands, seen.providers]) all.clear();
  Object.assign(seen, { messages: [], opened: [], logged: [] });
  const context = { subscriptions: [], extensionUri: Uri.file(join(unpacked, "extension")) };
  await extension.activate(context);
  try {
    await check(yaml);
  } finally {
    await extension.deactivate();
    for (const subscription of context.subscriptions) subscription.dispose();
  }
  assert.deepEqual(servers(), [], "a server is left");
}

/// The servers of this program that run.
function servers() {
  const table = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).trim().split("\n");
  const rows = table.map((line) => line.trim().split(/\s+/));
  return rows.filter(([, parent, command, first]) => parent === String(process.pid) && command.endsWith("letterform") && first === "lsp").map(([pid]) => pid);
}

/// Waits until problems were told for which something is so.
function told(condition) {
  return new Promise((resolve) => {
    const look = () => {
      const problems = seen.diagnostics.get(uri.toString()) ?? [];
      if (condition(problems)) resolve(problems);
    };
    seen.changed = look;
    look();
  });
}

const path = { "letterform.path": program };
const schemaOf = ([, schema]) => schema(uri.toString());

const checks = {
  "the package has the version of the program, and nothing that it doesn't need": () => {
    assert.equal(`letterform ${manifest.version}`, execFileSync(program, ["--version"], { encoding: "utf8" }).trim());
    const files = execFileSync("find", [".", "-type", "f", "-printf", "%P\n"], { cwd: join(unpacked, "extension"), encoding: "utf8" });
    assert.deepEqual(files.trim().split("\n").sort(), [
      "LICENSE-APACHE",
      "LICENSE-MIT",
      "THIRD-PARTY.txt",
      "dist/extension.js",
      "l10n/bundle.l10n.zh-cn.json",
      "package.json",
      "package.nls.json",
      "package.nls.zh-cn.json",
      "readme.md",
      "schema/letters.schema.json",
      "schema/workspace.schema.json",
    ]);
  },

  "the schemas are those that the program prints": () => {
    for (const name of ["letters", "workspace"]) {
      const packed = readFileSync(join(unpacked, `extension/schema/${name}.schema.json`), "utf8");
      assert.equal(packed, execFileSync(program, ["schema", name], { encoding: "utf8" }), name);
    }
  },

  "everything that is bundled has its licence": () => {
    const notices = readFileSync(join(unpacked, "extension/THIRD-PARTY.txt"), "utf8");
    for (const name of ["vscode-languageclient", "vscode-jsonrpc", "semver", "minimatch"]) assert.match(notices, new RegExp(`^${name} \\d.*\\(`, "m"));
  },

  "an untrusted workspace can't choose the program": () => {
    const { untrustedWorkspaces } = manifest.capabilities;
    assert.equal(untrustedWorkspaces.supported, "limited");
    assert.deepEqual(untrustedWorkspaces.restrictedConfigurations, ["letterform.path"]);
    assert.equal(manifest.contributes.configuration.properties["letterform.path"].scope, "machine-overridable");
  },

  "a folder of declarations is checked, and the YAML extension has nothing to say": () =>
    window(path, async (yaml) => {
      const problems = await told((problems) => problems.length > 0);
      assert.ok(problems.some(({ code }) => (code?.value ?? code) === "LF-validity-form"), JSON.stringify(problems));
      assert.equal(servers().length, 1);
      const [contributor] = yaml.contributors;
      assert.equal(await contributor[2](schemaOf(contributor)), "{}");
      assert.equal(contributor[1]("file:///a/compose.yaml"), undefined);
      assert.deepEqual(seen.messages, []);
    }),

  "the server is started again by its command, and when it was killed": () =>
    window(path, async () => {
      await told((problems) => problems.length > 0);
      const [first] = servers();
      await seen.commands.get("letterform.restart")();
      const [second, ...others] = servers();
      assert.ok(second && second !== first && others.length === 0);
      await told((problems) => problems.length > 0);
      seen.diagnostics.clear();
      process.kill(Number(second), "SIGKILL");
      await told((problems) => problems.length > 0);
      assert.notEqual(servers()[0], second);
    }),

  "without the server the YAML extension gets the schema": () =>
    window({ ...path, "letterform.enable": false }, async (yaml) => {
      assert.deepEqual(servers(), []);
      const [contributor] = yaml.contributors;
      const schema = JSON.parse(await contributor[2](schemaOf(contributor)));
      assert.equal(schema.title, "letterform declarations");
      world.settings = path;
      await events.settings.fire({ affectsConfiguration: (name) => name === "letterform.enable" });
      await told((problems) => problems.length > 0);
      assert.equal(await contributor[2](schemaOf(contributor)), "{}");
    }),

  "a program that isn't there is told, with what to do": () =>
    window({ "letterform.path": "/nowhere/letterform" }, async (yaml) => {
      assert.deepEqual(seen.messages, ["/nowhere/letterform, the value of letterform.path, was not found or can't be run."]);
      assert.equal(JSON.parse(await yaml.contributors[0][2](schemaOf(yaml.contributors[0]))).title, "letterform declarations");
      world.press = (_, [install]) => install;
      await seen.commands.get("letterform.restart")();
      assert.match(seen.opened[0], /docs\/install\.md$/);
      world.press = (_, [, settings]) => settings;
      await seen.commands.get("letterform.restart")();
      assert.equal(seen.opened[1], "workbench.action.openSettings letterform.path");
    }),

  "a program without a language server is told": () =>
    window({ "letterform.path": "/bin/false" }, async () => {
      assert.deepEqual(seen.messages, ["/bin/false has no language server. Install a newer version of letterform."]);
    }),

  "letterform is found on PATH": async () => {
    const before = process.env.PATH;
    process.env.PATH = `${dirname(program)}:${before}`;
    await window({}, () => told((problems) => problems.length > 0));
    process.env.PATH = before;
  },

  "nothing is started before there are declarations": () =>
    window(
      path,
      async () => {
        assert.deepEqual(servers(), []);
        await events.opened.fire({ ...document, uri: Uri.file(join(folder, "compose.yaml")) });
        assert.deepEqual(servers(), []);
        world.documents = [document];
        await events.opened.fire(document);
        await told((problems) => problems.length > 0);
      },
      { documents: [], found: [] },
    ),
};

await run(checks, () => rmSync(folder, { recursive: true }));
