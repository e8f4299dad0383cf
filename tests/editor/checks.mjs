// Runs named checks one after the other, and says how each went.
const PATIENCE_MS = 120_000;

/// Runs the checks; `after` is called at the end, whatever happened.
export async function run(checks, after = () => {}) {
  let failed = 0;
  let current = "";
  const patience = setTimeout(() => {
    console.log(`FAILED  ${current}\n        there was no answer within two minutes\n0 passed, 1 failed`);
    process.exit(1);
  }, PATIENCE_MS);
  for (const [name, check] of Object.entries(checks)) {
    current = name;
    try {
      await check();
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n        ${String(error.stack).replaceAll("\n", "\n        ")}`);
    }
  }
  clearTimeout(patience);
  await after();
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}
