// npm test: sets the workspace up, and runs every test. Shows a line for each package, and the sum.
// `npm test -- packages/text` runs the tests of the packages whose path contains the given text.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cachedTasks, setUp } from "./set-up.mjs";
import { bold, dim, green, line, red, run, seconds, withoutPreamble } from "./steps.mjs";
import { packages, root } from "./workspace.mjs";

const wanted = process.argv.slice(2);

/** Recorded traces and answers of the peers, where somebody has them: tests that need them say so and skip without. */
const conformance = process.env.MILLRACE_CONFORMANCE ?? join(root, "..", "shared");

await setUp();
process.exit((await test()) ? 0 : 1);

async function test() {
  const tested = packages().filter(({ path, manifest }) => manifest.scripts?.test && (wanted.length === 0 || wanted.some((text) => path.includes(text))));
  for (const { folder } of tested) rmSync(reportOf(folder), { force: true });

  const finish = line("test");
  const filters = wanted.length === 0 ? [] : tested.map(({ manifest }) => `--filter=${manifest.name}`);
  const shown = new Set();
  const watch = setInterval(() => showNew(tested, shown), 250);
  const result = await run("turbo", ["run", "test", "--output-logs=errors-only", "--concurrency=2", "--continue=always", ...filters], {
    env: existsSync(conformance) ? { MILLRACE_CONFORMANCE: conformance } : {},
  });
  clearInterval(watch);
  finish(result.code === 0, cachedTasks(result.output));
  showNew(tested, shown);

  const reports = tested.map((entry) => ({ ...entry, counts: countsOf(entry.folder) }));
  const silent = reports.filter(({ counts }) => counts === undefined);
  const passed = sum(reports, "passed");
  const failed = sum(reports, "failed") + silent.length;
  const skipped = sum(reports, "skipped");
  if (result.code !== 0) {
    process.stdout.write(`\n${withoutPreamble(result.output)}\n`);
    for (const { path } of silent) process.stdout.write(`${red("✗")} ${path}: its tests did not run to the end\n`);
    process.stdout.write(`\n${bold("npm test -- PACKAGE")} runs the tests of one package alone.\n`);
  }
  // The plain last line is for those who count.
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}\n`);
  return result.code === 0 && failed === 0;
}

function showNew(tested, shown) {
  for (const { path, folder } of tested) {
    if (shown.has(path)) continue;
    const counts = countsOf(folder);
    if (counts === undefined) continue;
    shown.add(path);
    const mark = counts.failed > 0 ? red("✗") : green("✓");
    const parts = [`${counts.passed} passed`, counts.failed && red(`${counts.failed} failed`), counts.skipped && dim(`${counts.skipped} skipped`)];
    process.stdout.write(
      `${process.stdout.isTTY ? "\r\u001b[2K" : ""}  ${mark} ${path.padEnd(36)} ${parts.filter(Boolean).join(", ")} ${dim(seconds(counts.ms))}\n`,
    );
  }
}

function reportOf(folder) {
  return join(folder, ".report", "tests.json");
}

/** What the test runner wrote of a package, or nothing where it has not (yet). */
function countsOf(folder) {
  const file = reportOf(folder);
  if (!existsSync(file)) return undefined;
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    const end = Math.max(report.startTime, ...report.testResults.map((result) => result.endTime));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.testResults.filter((result) => result.status === "failed" && result.assertionResults.length === 0).length,
      skipped: report.numPendingTests + report.numTodoTests,
      ms: end - report.startTime,
    };
  } catch {
    // The file is being written; the next look will find it whole.
    return undefined;
  }
}

function sum(reports, what) {
  return reports.reduce((total, { counts }) => total + (counts?.[what] ?? 0), 0);
}
