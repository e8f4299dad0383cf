// What somebody sees who opens the page of `letterform report`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [program, root, executablePath, pictures] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "letterform-page-"));
// The pages are of one day, whenever this runs.
const environment = { PATH: process.env.PATH, HOME: folder, LETTERFORM_NOW: "2026-11-24T04:00:00Z" };
const run = (...args) => execFileSync(program, args, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });

const hostile = "</table><img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\u202e";
const letter = (index, name, from, until) => ({
  name, authorizer: index % 9 ? `第${index}家公司` : hostile, authorizedParty: "杭州信使网络科技有限公司", organizationCode: "91330100799655058B",
  validity: `${from}~${until}`, signatures: [`签名${index % 700}`], fileKey: "1/scan.png", state: index % 3 ? "PASSED" : "INT",
});
const day = (index) => `${String(1 + (index % 12)).padStart(2, "0")}-${String(1 + (index % 27)).padStart(2, "0")}`;
const many = (count) =>
  Array.from({ length: count }, (_, i) => letter(i, `授权书第${i}号`, `${2021 + (i % 5)}-${day(i)}`, `${2022 + (i % 5) + (i % 4)}-${day(i * 7)}`));

/// A page of the quickstart beside these letters, and the URL under which it is opened.
function page(name, letters, ...args) {
  const state = { formatVersion: 1, accounts: [{ name: "letterform-emulator", letters, objects: [{ key: "1/scan.png", base64: "iVBORw0KGgo=" }] }] };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(state));
  run("emulator", "import", `${name}.json`, "--state", `state-${name}`);
  run("report", "quickstart", `--sandbox=state-${name}`, "--out", `${name}.html`, ...args);
  return pathToFileURL(join(folder, `${name}.html`)).href;
}

cpSync(join(root, "examples/quickstart"), join(folder, "quickstart"), { recursive: true });
// One of the declared letters is registered with other content.
const conflict = { ...letter(1, "听雨茶业授权书", "2026-03-01", "2027-02-28"), signatures: ["听雨茶业", "听雨"] };
const few = [conflict, ...many(30)];
const pages = {
  en: page("en", few, "--lang=en"),
  zh: page("zh", few, "--lang=zh"),
  none: page("none", []),
  many: page("many", many(2000), "--lang=zh"),
};

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/// Opens a page, and fails on whatever the console, the policy or the network has to say.
async function open(url, options = {}) {
  const view = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const complaints = [];
  view.on("console", (message) => complaints.push(message.text()));
  view.on("pageerror", (error) => complaints.push(String(error)));
  view.on("request", (request) => { if (request.url() !== url) complaints.push(`a request for ${request.url()}`); });
  await view.goto(url);
  view.quiet = () => assert.deepEqual(complaints, []);
  return view;
}

const violations = async (view) => {
  // The policy forbids scripts of others; this one comes through the debugger.
  await view.evaluate(axe);
  const { violations } = await view.evaluate("axe.run()");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 90)).slice(0, 3).join(" | ")}`);
};

const checks = {};
for (const lang of ["en", "zh"]) {
  for (const colorScheme of ["light", "dark"]) {
    checks[`${lang}, ${colorScheme}: quiet, and good to people with a screen reader`] = async () => {
      const view = await open(pages[lang], { colorScheme });
      assert.match(await view.getAttribute("html", "lang"), new RegExp(`^${lang}`));
      assert.deepEqual(await violations(view), []);
      view.quiet();
      if (pictures) await view.screenshot({ path: join(pictures, `${lang}-${colorScheme}.png`), fullPage: true });
    };
  }
}

checks["nothing in a value is run, or turns the text"] = async () => {
  const view = await open(pages.en);
  assert.match(await view.title(), /^Letters of Authorization/);
  assert.equal(await view.locator("img").count(), 0);
  assert.ok((await view.textContent("body")).includes("onerror="), "it is shown as it is");
  assert.ok(!(await view.content()).includes("\u202e"));
  view.quiet();
};

checks["the search leaves the letters that have every word, and says how many"] = async () => {
  const view = await open(pages.en);
  const output = view.getByRole("status");
  assert.equal(await output.textContent(), "32 of 32 letters");
  await view.getByRole("searchbox", { name: "Search" }).fill("第7号 passed");
  assert.equal(await output.textContent(), "1 of 32 letters");
  assert.deepEqual(await view.locator("table.letters tbody tr:visible th").allTextContents(), ["授权书第7号"]);
};

checks["a head sorts by its column, down and up"] = async () => {
  const view = await open(pages.en);
  const days = async () => (await view.locator("td.days").allTextContents()).map(Number);
  const head = view.getByRole("button", { name: "Days left" });
  await head.click();
  assert.deepEqual(await days(), (await days()).toSorted((a, b) => a - b));
  assert.equal(await view.locator("th[aria-sort]").getAttribute("aria-sort"), "ascending");
  await head.click();
  assert.deepEqual(await days(), (await days()).toSorted((a, b) => b - a));
};

checks["everything can be reached with the keyboard, the way past the rest first"] = async () => {
  const view = await open(pages.en);
  await view.keyboard.press("Tab");
  assert.equal(await view.evaluate("document.activeElement.className"), "skip");
  await view.keyboard.press("Enter");
  await view.keyboard.press("Tab");
  assert.equal(await view.evaluate("document.activeElement.type"), "search");
};

checks["without scripts everything is there to read"] = async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const view = await context.newPage();
  await view.goto(pages.en);
  assert.equal(await view.locator("table.letters tbody tr").count(), 32);
  assert.ok(!(await view.locator(".search").isVisible()));
  await context.close();
};

checks["a conflict shows what is registered and what is declared"] = async () => {
  const view = await open(pages.zh);
  const text = await view.locator("article.conflict").textContent();
  assert.ok(text.includes("听雨茶业授权书") && text.includes("validity") && text.includes("signatures"), text);
  assert.equal(await view.locator("article.conflict del").count() > 0, true);
};

checks["on a phone nothing has to be scrolled sideways"] = async () => {
  for (const url of [pages.en, pages.zh, pages.none]) {
    const view = await open(url, { viewport: { width: 360, height: 740 }, isMobile: true });
    assert.ok((await view.evaluate("document.documentElement.scrollWidth")) <= 360, url);
    if (pictures && url === pages.zh) await view.screenshot({ path: join(pictures, "phone.png") });
    view.quiet();
  }
};

checks["on paper the groups are open, and what needs a screen is gone"] = async () => {
  const view = await open(pages.en);
  await view.emulateMedia({ media: "print" });
  assert.ok(!(await view.locator("nav").isVisible()) && !(await view.locator(".search").isVisible()));
  await view.evaluate("dispatchEvent(new Event('beforeprint'))");
  assert.equal(await view.locator("details:not([open])").count(), 0);
  const pdf = await view.pdf({ format: "A4", printBackground: true });
  assert.ok(pdf.length > 10_000);
  if (pictures) writeFileSync(join(pictures, "page.pdf"), pdf);
};

checks["with no letters it says so"] = async () => {
  const view = await open(pages.none);
  assert.ok((await view.locator("table.letters tbody tr").count()) === 2, "the declared ones");
  view.quiet();
};

checks["2,000 letters open within 2 seconds, and the search answers at once"] = async () => {
  const started = performance.now();
  const view = await open(pages.many);
  await view.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))");
  const opened = performance.now() - started;
  await view.getByRole("searchbox").fill("第1999号");
  assert.equal(await view.locator("table.letters tbody tr:visible").count(), 1);
  const searched = performance.now() - started - opened;
  const size = statSync(join(folder, "many.html")).size;
  console.log(`        open ${Math.round(opened)} ms, search ${Math.round(searched)} ms, ${(size / 1e6).toFixed(1)} MB`);
  assert.ok(opened < 2000 && searched < 2000, "too slow");
  view.quiet();
};

if (pictures) mkdirSync(pictures, { recursive: true });
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error.message).replaceAll("\n", "\n        ")}`);
  }
  await Promise.all(browser.contexts().map((context) => context.close()));
}
await browser.close();
rmSync(folder, { recursive: true });
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
