// Runs scenarios.json against an emulator with the official Node SDK.
//
// Usage: client.mjs ENDPOINT v1|v3. Prints one line a scenario that fails, and `passed failed` as the last line.
// The SDK is found below the working directory.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "index.js"));
const dysms = require("@alicloud/dysmsapi20170525");
const openApi = require("@alicloud/openapi-core");
const { RuntimeOptions } = createRequire(require.resolve("@alicloud/openapi-core"))("@darabonba/typescript");
const utils = openApi.OpenApiUtil;

const [endpoint, form] = process.argv.slice(2);
const data = JSON.parse(readFileSync(new URL("scenarios.json", import.meta.url), "utf8"));
const ownKey = { accessKeyId: "clients", accessKeySecret: "clients-secret" };
const newNonce = utils.getNonce;

const state = { fileKey: undefined, letters: {} };

function client(key) {
  const signatureAlgorithm = form === "v1" ? "v2" : undefined;
  const config = { ...key, endpoint: new URL(endpoint).host, protocol: "HTTP", signatureAlgorithm };
  return new dysms.default(new openApi.$OpenApiUtil.Config(config));
}

// A value of the scenarios with its placeholders filled in.
function value(given) {
  if (Array.isArray(given)) return given.map(value);
  if (given && typeof given === "object") {
    const { repeat, times } = given;
    return Array.isArray(repeat) ? Array.from({ length: times }, () => repeat).flat() : repeat.repeat(times);
  }
  if (given === "$fileKey") return state.fileKey;
  if (typeof given === "string" && given.startsWith("$")) return Number(state.letters[given.slice(1)].id);
  return given;
}

// A request of the SDK from parameters by their names on the wire.
function request(Request, wanted) {
  const fields = Object.entries(Request.names()).filter(([, name]) => wanted[name] != null);
  return new Request(Object.fromEntries(fields.map(([field, name]) => [field, wanted[name]])));
}

// The code that a call ends with, and the body of its answer.
async function call(step, send) {
  utils.getNonce = "nonce" in step ? () => `${form}-${step.nonce}` : newNonce;
  try {
    const { body } = await send(client({ ...ownKey, ...step.client }));
    return { code: body.code, body };
  } catch (error) {
    return { code: error.statusCode ? error.code : "CONNECTION" };
  } finally {
    utils.getNonce = newNonce;
  }
}

function compare(told, wanted) {
  assert.deepEqual(
    [
      String(told.authorizationLetterId), told.authorizationLetterName, told.authorization, told.proxyAuthorization,
      told.organizationCode, told.authorizationLetterExpDate, told.signScope,
    ],
    [
      wanted.id, wanted.AuthorizationLetterName, wanted.Authorization, wanted.ProxyAuthorization,
      wanted.OrganizationCode, wanted.AuthorizationLetterExpDate, wanted.SignList.join("、"),
    ],
  );
  const path = decodeURIComponent(new URL(told.authorizationLetterPic).pathname);
  assert.ok(path.endsWith(`/${wanted.AuthorizationLetterPic}`), path);
  wanted.url = told.authorizationLetterPic;
}

const steps = {
  async create(step) {
    const wanted = Object.entries({ ...data.letter, ...step.with }).map(([name, given]) => [name, value(given)]);
    const letter = Object.fromEntries(wanted);
    const create = request(dysms.CreateSmsAuthorizationLetterRequest, letter);
    const send = (api) => api.createSmsAuthorizationLetterWithOptions(create, new RuntimeOptions({}));
    const { code, body } = await call(step, send);
    if (step.save && code === "OK") state.letters[step.save] = { id: body.data, ...letter };
    return code;
  },
  async query(step) {
    const wanted = Object.fromEntries(Object.entries(step.with).map(([name, given]) => [name, value(given)]));
    const query = request(dysms.QuerySmsAuthorizationLetterRequest, wanted);
    const send = (api) => api.querySmsAuthorizationLetterWithOptions(query, new RuntimeOptions({}));
    const { code, body } = await call(step, send);
    if (code === "OK" && step.letters) {
      const told = body.data ?? [];
      assert.equal(told.length, step.letters.length, "how many letters");
      step.letters.forEach((name, index) => compare(told[index], state.letters[name]));
    }
    return code;
  },
  async upload(step) {
    const info = new dysms.GetQualificationOssInfoRequest({ bizType: "dysms" });
    const send = (api) => api.getQualificationOssInfoWithOptions(info, new RuntimeOptions({}));
    const { code, body } = await call(step, send);
    assert.equal(code, "OK");
    const { startPath, accessKeyId, policy, signature, host } = body.data;
    const folder = mkdtempSync(join(tmpdir(), "letterform-"));
    const scan = join(folder, "scan.png");
    writeFileSync(scan, Buffer.from(data.picture, "base64"));
    // The object store replaces the variable with the name of the file that is sent.
    const key = `${startPath}/\${filename}`;
    const fields = {
      key, OSSAccessKeyId: accessKeyId, policy, Signature: signature, success_action_status: "200", file: `@${scan}`,
    };
    const parts = Object.entries(fields).flatMap(([name, text]) => ["-F", `${name}=${text}`]);
    const status = execFileSync("curl", ["-sS", "-o", "/dev/null", "-w", "%{http_code}", ...parts, host]);
    rmSync(folder, { recursive: true });
    assert.equal(Number(status), step.status);
    state.fileKey = `${startPath}/scan.png`;
  },
  async download(step) {
    const content = execFileSync("curl", ["-sSf", state.letters[step.letter].url]);
    assert.equal(content.toString("base64"), data.picture);
  },
  // Any operation that reads: what `expect` names in the answer, by its path, is what it says.
  async read(step) {
    const read = request(dysms[`${step.operation}Request`], step.with);
    const method = `${step.operation[0].toLowerCase()}${step.operation.slice(1)}WithOptions`;
    const { code, body } = await call(step, (api) => api[method](read, new RuntimeOptions({})));
    for (const [path, wanted] of Object.entries(step.expect ?? {})) {
      const told = path.split(".").reduce((part, name) => part?.[name], body.toMap());
      assert.deepEqual(told, value(wanted), path);
    }
    return code;
  },
  async call(step) {
    const params = new openApi.$OpenApiUtil.Params({
      action: step.action, version: step.version, protocol: "HTTP", pathname: "/", method: "POST",
      authType: "AK", style: "RPC", reqBodyType: "formData", bodyType: "json",
    });
    const any = new openApi.$OpenApiUtil.OpenApiRequest({ query: {} });
    const { code } = await call(step, (api) => api.callApi(params, any, new RuntimeOptions({})));
    return code;
  },
  async admin(step) {
    const body = step.body && JSON.stringify(step.body);
    const answer = await fetch(`${endpoint}/_emulator${step.path}`, { method: step.method, body });
    assert.ok(answer.ok, await answer.text());
  },
};

let passed = 0;
let failed = 0;
for (const scenario of data.scenarios) {
  let doing;
  try {
    for (const step of scenario.steps) {
      doing = step.do;
      const code = await steps[step.do](step);
      assert.equal(code ?? step.code, step.code);
    }
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`node ${form}: ${scenario.name}: ${doing}: ${error.message}`);
  }
}
console.log(passed, failed);
