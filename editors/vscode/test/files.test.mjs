import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { isDeclaration } = await load("files");

test("files of declarations are known by their names", () => {
  for (const name of [
    "letters.yaml",
    "/a/letters.yml",
    "file:///a/阿里.letters.yaml",
    "b/x.letters.yml",
  ]) {
    assert.ok(isDeclaration(name), name);
  }
  for (const name of [
    "letter.yaml",
    "myletters.yaml",
    "letters.yaml.bak",
    "letters.json",
    "Letters.yaml",
    "letterform.yaml",
  ]) {
    assert.ok(!isDeclaration(name), name);
  }
});
