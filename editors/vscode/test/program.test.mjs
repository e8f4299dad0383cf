import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { findProgram } = await load("program");

const machine = (path, ...programs) => ({
  windows: false,
  home: "/home/li",
  path,
  isProgram: (file) => programs.includes(file),
});

test("the first letterform on PATH is found", () => {
  const here = machine(
    "/usr/bin:/opt/bin",
    "/opt/bin/letterform",
    "/home/li/.cargo/bin/letterform",
  );
  assert.deepEqual(findProgram("", here), { found: "/opt/bin/letterform" });
});

test("cargo's folder is searched when PATH has none", () => {
  const here = machine("/usr/bin", "/home/li/.cargo/bin/letterform");
  assert.deepEqual(findProgram(" ", here), { found: "/home/li/.cargo/bin/letterform" });
});

test("a repository's own program is never found", () => {
  const here = machine(".:bin::/usr/bin", "letterform", "./letterform", "bin/letterform");
  assert.deepEqual(findProgram("", here), { missing: "letterform" });
  assert.deepEqual(findProgram("bin/letterform", here), { relative: "bin/letterform" });
  assert.deepEqual(findProgram("./letterform", here), { relative: "./letterform" });
});

test("a configured path is used as it is, with the home folder for ~", () => {
  const here = machine("/usr/bin", "/home/li/bin/lf", "/opt/lf");
  assert.deepEqual(findProgram("~/bin/lf", here), { found: "/home/li/bin/lf" });
  assert.deepEqual(findProgram("/opt/lf", here), { found: "/opt/lf" });
  assert.deepEqual(findProgram("/opt/other", here), { missing: "/opt/other" });
});

test("a configured name is looked up on PATH", () => {
  const here = machine("/opt/bin", "/opt/bin/letterform-nightly");
  assert.deepEqual(findProgram("letterform-nightly", here), {
    found: "/opt/bin/letterform-nightly",
  });
});

test("programs end with .exe on Windows, and PATH is split at semicolons", () => {
  // The separator of paths is this system's.
  const here = { ...machine("/a;/b", "/b/letterform.exe"), windows: true };
  assert.deepEqual(findProgram("", here), { found: "/b/letterform.exe" });
  assert.deepEqual(findProgram("letterform.exe", here), { found: "/b/letterform.exe" });
});
