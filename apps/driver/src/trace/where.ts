import { MillraceError } from "@millrace/api";
import { ConditionBuilder, Engine, readCondition, sysflowCatalog } from "@millrace/policy";
import type { FlatRows } from "@millrace/sysflow";
import { DiagnosticBag, Source } from "@millrace/text";

/** Tests flat records by a condition. */
export interface RecordTest {
  /** To be called before the records of a batch. */
  begin(): void;
  holds(batch: FlatRows, index: number): boolean;
}

/** The name under which a condition of the command line is cited. */
const NAME = "--where";

/**
 * A condition of the command line, in the policy language.
 *
 * @throws MillraceError `MILLRACE_TRACE_WHERE` with every finding and its place in the argument
 */
export function recordTest(text: string): RecordTest {
  const found = new DiagnosticBag();
  const builder = new ConditionBuilder();
  const source = new Source(NAME, text);
  const condition = readCondition(source, sysflowCatalog, builder, found);
  if (condition === undefined) throw new MillraceError("MILLRACE_TRACE_WHERE", "the condition is wrong", { diagnostics: found.list() });
  const filter = { name: NAME, condition, enabled: true, place: source.place(0) };
  const engine = new Engine({ rules: [], filters: [filter], conditions: builder.nodes }, builder);
  return { begin: () => engine.begin(), holds: (batch, index) => engine.judge(batch, index).dropped };
}

/** Lets every record pass. */
export const anyRecord: RecordTest = { begin: () => undefined, holds: () => true };
