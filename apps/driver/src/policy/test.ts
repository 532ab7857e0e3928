import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isMillraceError, MillraceError } from "@millrace/api";
import { printDiagnostics } from "../machine/terminal.ts";
import { printable } from "../trace/formats.ts";
import { fileError } from "../trace/read-parts.ts";
import { counted, reported } from "../trace/report.ts";
import { printErrors, readPolicies } from "./load-rules.ts";
import { runTest, type TestResult } from "./run-test.ts";
import { readTestFile, TEST_FILE, withRuleNames } from "./test-file.ts";

export interface TestOptions {
  readonly strict?: boolean;
  readonly quiet?: boolean;
}

interface Tally {
  passed: number;
  failed: number;
  /** Files that could not be run. */
  broken: number;
}

/** Runs test files, and tells how each test went. Gives the exit code. */
export function testPolicies(paths: readonly string[], options: TestOptions): Promise<number> {
  return reported(async () => {
    const files = await testFiles(paths);
    const tally: Tally = { passed: 0, failed: 0, broken: 0 };
    for (const file of files) {
      const code = await reported(() => runFile(file, options, tally));
      if (code !== 0) tally.broken += 1;
    }
    const broken = tally.broken > 0 ? `, ${counted(tally.broken, "file")} could not be run` : "";
    process.stdout.write(`${counted(tally.passed + tally.failed, "test")}: ${tally.passed} passed, ${tally.failed} failed${broken}\n`);
    return tally.failed + tally.broken > 0 ? 1 : 0;
  });
}

/** Runs a test file. Gives 1 if it can't be run, 0 otherwise, however its tests went. */
async function runFile(file: string, { strict, quiet }: TestOptions, tally: Tally): Promise<number> {
  const tests = await readTestFile(file);
  if (tests.found.hasErrors) {
    printDiagnostics(tests.found.list());
    return 1;
  }
  const policies = await readPolicies({ paths: tests.policies, language: tests.language, config: tests.mapping, logsource: tests.logsource, strict });
  printErrors(policies);
  if (policies.failed) return 1;
  const named = withRuleNames(tests, policies.ruleSet.rules);
  printDiagnostics(tests.found.list());
  if (tests.found.hasErrors) return 1;
  process.stdout.write(`${file}\n`);
  for (const test of named) {
    const { records, failures } = await runTest(test, policies, quiet === true).catch(couldNotRun);
    const passed = failures.length === 0;
    tally[passed ? "passed" : "failed"] += 1;
    if (!passed || !quiet) process.stdout.write(`  ${passed ? "✓" : "✗"} ${printable(test.name)} (${counted(records, "event")})\n`);
    for (const { message, explanation } of failures) process.stdout.write(`${indented(message, 6)}${indented(explanation, 8)}`);
  }
  return 0;
}

/** A test whose trace can't be read has failed. */
function couldNotRun(cause: unknown): TestResult {
  if (!isMillraceError(cause)) throw cause;
  return { records: 0, failures: [{ message: `${cause.code}: ${cause.message}`, explanation: "" }] };
}

/** The test files that paths mean: files, and all in folders and the folders in them, by name. */
async function testFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const info = await stat(path).catch((cause: unknown) => {
      throw fileError("can't read", path, cause);
    });
    const found = info.isDirectory()
      ? (await readdir(path, { recursive: true }))
          .filter((name) => TEST_FILE.test(name))
          .sort()
          .map((name) => join(path, name))
      : [path];
    if (found.length === 0)
      throw new MillraceError("MILLRACE_POLICY_TEST", `there are no tests in ${path}`, { hint: "a test file has a name that ends in .test.yaml" });
    files.push(...found);
  }
  return [...new Set(files)];
}

function indented(text: string, columns: number): string {
  const lines = text.replace(/\n$/, "").split("\n");
  return text === "" ? "" : `${lines.map((line) => (line === "" ? "" : " ".repeat(columns) + line)).join("\n")}\n`;
}
