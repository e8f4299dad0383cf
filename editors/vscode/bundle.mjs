// Bundles the extension, and gathers beside it what the package holds from elsewhere: the schemas, the licences,
// and those of what is bundled.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const [root = "../.."] = process.argv.slice(2);

const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: "none",
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
});

mkdirSync("schema", { recursive: true });
for (const schema of ["letters.schema.json", "workspace.schema.json"]) {
  copyFileSync(join(root, "schema", schema), join("schema", schema));
}
for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(root, licence), licence);

/** The package that a bundled file belongs to. */
const packageOf = (file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
const packages = [...new Set(Object.keys(metafile.inputs).map(packageOf))].filter(Boolean).sort();
const notices = packages.map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (!file) throw new Error(`${name} has no licence to give along`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
});
writeFileSync("THIRD-PARTY.txt", notices.join(`\n${"-".repeat(72)}\n\n`));
