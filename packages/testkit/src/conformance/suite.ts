import { MillraceError, type Plugin } from "@millrace/api";
import { optionChecks } from "./bad-options.ts";
import type { Check } from "./check.ts";
import { descriptionChecks } from "./description.ts";
import { lifeChecks } from "./life.ts";
import { pressureChecks } from "./pressure.ts";
import { settlementChecks } from "./settlement.ts";
import { type ConformanceOptions, Subject } from "./subject.ts";

/** What the suites need of a test runner: vitest, jest and node:test have it. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: ((name: string, body: () => Promise<void>) => unknown) & { readonly skip: (name: string, body: () => Promise<void>) => unknown };
}

/** One check of one plugin. `leftOut` says why it is not made. */
export interface ConformanceCheck {
  readonly suite: string;
  readonly name: string;
  readonly leftOut: string | undefined;
  /** Throws `MILLRACE_TESTKIT_CONTRACT`, or what the plugin threw. */
  run(): Promise<void>;
}

const SUITES: Readonly<Record<string, readonly Check[]>> = {
  description: descriptionChecks,
  options: optionChecks,
  "life cycle": lifeChecks,
  "back-pressure": pressureChecks,
  settlement: settlementChecks,
};

/** Every check, as a list, for a runner of one's own. Throws where `skip` names a check that does not exist. */
export function conformanceChecks(plugin: Plugin, options: ConformanceOptions = {}): ConformanceCheck[] {
  const subject = new Subject(plugin, options);
  const all = Object.entries(SUITES).flatMap(([suite, checks]) => checks.map((check) => ({ suite, check })));
  const unknown = Object.keys(options.skip ?? {}).filter((name) => !all.some(({ check }) => check.name === name));
  if (unknown.length > 0) {
    throw new MillraceError("MILLRACE_TESTKIT_SKIP", `no such checks: ${unknown.join(", ")}`, {
      hint: `there are: ${all.map(({ check }) => check.name).join(", ")}`,
    });
  }
  return all.map(({ suite, check }) => ({
    suite,
    name: check.name,
    leftOut: options.skip?.[check.name] ?? check.unfit?.(subject),
    run: async () => check.run(subject),
  }));
}

/**
 * Makes a test of each check. What does not apply to the plugin is skipped, with the reason in its name.
 *
 * @example
 * ```ts
 * import { describe, it } from "vitest";
 * describeConformance({ describe, it }, plugin, { options: { path: "/tmp/x" } });
 * ```
 */
export function describeConformance(runner: TestRunner, plugin: Plugin, options: ConformanceOptions = {}): void {
  const checks = conformanceChecks(plugin, options);
  runner.describe(`${plugin.kind} ${plugin.name} conforms`, () => {
    for (const suite of Object.keys(SUITES)) {
      runner.describe(suite, () => {
        for (const { name, leftOut, run } of checks.filter((check) => check.suite === suite)) {
          if (leftOut === undefined) runner.it(name, run);
          else runner.it.skip(`${name} (left out: ${leftOut})`, run);
        }
      });
    }
  });
}
