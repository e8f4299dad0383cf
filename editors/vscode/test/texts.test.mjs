// Every text has its Chinese one, and no text is left over.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const sorted = (texts) => [...new Set(texts)].sort();

test("the texts of the manifest are there in both languages", () => {
  const used = [...read("package.json").matchAll(/"%([^"%]+)%"/g)].map(([, key]) => key);
  for (const language of ["package.nls.json", "package.nls.zh-cn.json"]) {
    assert.deepEqual(sorted(Object.keys(JSON.parse(read(language)))), sorted(used), language);
  }
});

test("the messages of the code are translated", () => {
  const sources = readdirSync(new URL("../src", import.meta.url)).map((name) =>
    read(`src/${name}`),
  );
  const texts = sources.flatMap((source) => [
    ...source.matchAll(/l10n\.t\(\s*"((?:[^"\\]|\\.)*)"/g),
  ]);
  const translated = JSON.parse(read("l10n/bundle.l10n.zh-cn.json"));
  assert.deepEqual(sorted(Object.keys(translated)), sorted(texts.map(([, text]) => text)));
  for (const [text, chinese] of Object.entries(translated)) {
    assert.deepEqual(chinese.match(/\{\d\}/g), text.match(/\{\d\}/g), text);
  }
});
