import type { DiagnosticBag, Source } from "@millrace/text";
import type { AttributeCatalog } from "../catalog.ts";
import type { Condition, ConditionBuilder } from "../tree.ts";
import { checkCondition } from "./check.ts";
import { parseCondition } from "./condition-parser.ts";
import type { Range } from "./syntax.ts";

/**
 * Reads a condition that stands alone, such as an argument of a command. There are no macros and no lists for it to name, and
 * an unknown attribute is an error. Gives `undefined` where an error was found.
 */
export function readCondition(source: Source, catalog: AttributeCatalog, builder: ConditionBuilder, found: DiagnosticBag): Condition | undefined {
  const at: Range = { source, start: 0, end: source.text.length };
  const expression = parseCondition([at], found);
  if (expression === undefined) return undefined;
  const definition = { is: "filter", name: source.file, at, append: false, condition: at, enabled: true } as const;
  const alone = { definition, condition: expression, scope: "", macro: () => undefined, hasMacro: () => false, macroNames: () => [], list: () => undefined };
  const condition = checkCondition(alone, { catalog, builder, found, strict: true });
  return found.hasErrors ? undefined : condition;
}
