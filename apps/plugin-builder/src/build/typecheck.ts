import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "@millrace/api";
import type { TypecheckResult, TypecheckTask } from "../check-types.ts";
import { inFreshProcess } from "../child/spawn.ts";

/** How long checking types may take, in milliseconds. */
const TYPECHECK_MS = 120_000;

/** Checks the types of a module and all that it imports, in a process of its own. A module in JavaScript without tsconfig.json has none. */
export async function typecheck(task: TypecheckTask): Promise<readonly Diagnostic[]> {
  if (/\.[cm]?js$/.test(task.entry) && !existsSync(join(task.folder, "tsconfig.json"))) return [];
  let result: TypecheckResult | undefined;
  const end = await inFreshProcess<TypecheckTask, TypecheckResult>("check-types", task, {
    folder: task.folder,
    what: "checking types",
    deadlineMs: TYPECHECK_MS,
    onMessage: (message) => {
      result = message;
    },
  });
  if (result !== undefined) return result.diagnostics;
  const message = `checking types ended ${end.signal === null ? `with exit code ${end.code}` : `by ${end.signal}`}`;
  return [{ severity: "error", code: "MILLRACE_BUILDER_TYPE", message, ...(end.output !== "" && { cause: end.output.trim() }) }];
}
