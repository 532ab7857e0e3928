import type { Place } from "@millrace/api";
import type { Environment } from "../dialect.ts";
import { environmentPlace } from "../places.ts";

/** What an environment variable sets in a stage or driver. */
export interface Override {
  /** The key in lower case, with dots. It stands for whatever key differs from it only in case. */
  readonly key: string;
  readonly value: string;
  readonly place: Place;
}

/** A stage or driver as environment variables see it. */
export interface Overridable {
  /** The name of its plugin. */
  readonly name: string;
  /** Which of those with this name it is, from 1. */
  readonly number: number;
}

/**
 * What the environment sets in each stage and driver. `POLICYENGINE_MODE` sets `mode` in every stage of the processor
 * `policyengine`, and `POLICYENGINE_2_MODE` in the second one alone, which then wins. Case does not matter; `_` in the
 * rest of the name stands for a dot, and `__` for an underscore.
 */
export function overridesFor<T extends Overridable>(targets: readonly T[], environment: Environment): Map<T, Override[]> {
  const byPrefix = new Map<string, T[]>();
  for (const target of targets) {
    const prefix = `${target.name.toLowerCase().replace(/[^a-z0-9]/g, "_")}_`;
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), target]);
  }
  const found = new Map<T, Override[]>();
  const add = (target: T, override: Override): void => void found.set(target, [...(found.get(target) ?? []), override]);
  // Those that mean one stage come last, and so win over those that mean all.
  const variables = Object.entries(environment)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const single: (() => void)[] = [];
  for (const [variable, value] of variables) {
    const lower = variable.toLowerCase();
    // `a_b_` wins over `a_`, where there are plugins of both names.
    const prefix = [...byPrefix.keys()].filter((candidate) => lower.startsWith(candidate)).sort((a, b) => b.length - a.length)[0];
    if (prefix === undefined) continue;
    const rest = lower.slice(prefix.length);
    const place = environmentPlace(variable, value);
    const numbered = /^(\d+)_(.+)$/.exec(rest);
    if (numbered !== null) {
      const target = byPrefix.get(prefix)?.find((candidate) => candidate.number === Number(numbered[1]));
      if (target !== undefined) single.push(() => add(target, { key: keyOf(numbered[2] as string), value, place }));
    } else if (rest !== "") {
      for (const target of byPrefix.get(prefix) ?? []) add(target, { key: keyOf(rest), value, place });
    }
  }
  for (const apply of single) apply();
  return found;
}

function keyOf(rest: string): string {
  return rest.replace(/__|_/g, (run) => (run === "__" ? "_" : "."));
}
