import { MillraceError } from "@millrace/api";
import type { Subject } from "./subject.ts";

/** One thing that every plugin of a sort must do. */
export interface Check {
  readonly name: string;
  /** Why it does not apply to a plugin, or `undefined` where it does. */
  readonly unfit?: (subject: Subject) => string | undefined;
  run(subject: Subject): void | Promise<void>;
}

/** Throws `MILLRACE_TESTKIT_CONTRACT` unless something is so. */
export function must(holds: boolean, message: string | (() => string), hint?: string): asserts holds {
  if (holds) return;
  throw new MillraceError("MILLRACE_TESTKIT_CONTRACT", typeof message === "string" ? message : message(), hint === undefined ? {} : { hint });
}
