import type { RecordType } from "@millrace/api/sysflow";
import * as names from "@millrace/sysflow/names";
import { type DiagnosticBag, didYouMean, type Source } from "@millrace/text";
import { type AttributeCatalog, JUDGED_TYPES } from "../catalog.ts";
import type { DropFilter, Rule } from "../rule-set.ts";
import type { ConditionBuilder } from "../tree.ts";
import { checkCondition, type Known, nothingKnown } from "./check.ts";
import type { LocatedText, RuleDefinition } from "./definitions.ts";
import { readLibrary } from "./library.ts";
import { DEFAULT_PRIORITY } from "./priority.ts";

export interface FalcoOptions {
  /** Whether an unknown attribute is an error, and not only a warning. */
  readonly strict: boolean;
  /** The names of the actions that there are. An unknown one is a warning. Absent: none is checked. */
  readonly actions?: readonly string[];
}

/** Reads policy files of the Falco kind, in the order given. All that is wrong in any of them is reported. */
export function readFalcoRules(
  sources: readonly Source[],
  catalog: AttributeCatalog,
  builder: ConditionBuilder,
  options: FalcoOptions,
  found: DiagnosticBag,
): { readonly rules: readonly Rule[]; readonly filters: readonly DropFilter[] } {
  const rules: Rule[] = [];
  const filters: DropFilter[] = [];
  const knownIn = new Map<string, Known>();
  for (const resolved of readLibrary(sources, found)) {
    const { definition, scope } = resolved;
    const known = knownIn.get(scope) ?? nothingKnown();
    knownIn.set(scope, known);
    const condition = checkCondition(resolved, { catalog, builder, found, strict: options.strict, known });
    const place = definition.at.source.at(definition.at);
    if (definition.is === "filter") filters.push({ name: definition.name, condition, enabled: definition.enabled, place });
    else {
      const types = prefilterOf(definition, found);
      rules.push({
        name: definition.name,
        desc: definition.desc,
        condition,
        priority: definition.priority ?? DEFAULT_PRIORITY,
        tags: definition.tags,
        actions: actionsOf(definition, options.actions, found),
        types,
        // A rule that is for none of the records that are judged never fires.
        enabled: (definition.enabled ?? true) && isOfSource(definition, found) && (definition.prefilter.length === 0 || types.length > 0),
        place,
      });
    }
  }
  return { rules, filters };
}

/** The names that Falco and others have for the source of what is judged here. */
const OWN_SOURCES: readonly string[] = ["syscall", "sysflow"];

/** Whether a rule is for events of the source that there is. Falco rules for others have other fields, and mean nothing here. */
function isOfSource({ source, at, name }: RuleDefinition, found: DiagnosticBag): boolean {
  if (source === undefined || source === "" || OWN_SOURCES.includes(source.toLowerCase())) return true;
  found.warning("MILLRACE_POLICY_VALUE", `rule "${name}" is for events of the source "${source}", of which there are none here: it never fires`, {
    place: at.source.at(at),
  });
  return false;
}

/** The actions of a rule. One that there is not is reported, and left out. */
function actionsOf(definition: RuleDefinition, known: readonly string[] | undefined, found: DiagnosticBag): string[] {
  return definition.actions.flatMap(({ text, at }) => {
    if (known === undefined || known.includes(text)) return [text];
    found.warning("MILLRACE_POLICY_ACTION", `Unknown action identifier '${text}' found in rule '${definition.name}'`, {
      place: at.source.at(at),
      hint: didYouMean(text, known) ?? (known.length === 0 ? "there are no actions" : `the actions are ${known.join(", ")}`),
    });
    return [];
  });
}

function prefilterOf(definition: RuleDefinition, found: DiagnosticBag): RecordType[] {
  return definition.prefilter.flatMap((type) => {
    if (isJudged(type)) return [type.text as RecordType];
    const details = { place: type.at.source.at(type.at), hint: didYouMean(type.text, JUDGED_TYPES) ?? `they are ${JUDGED_TYPES.join(", ")}` };
    const known = names.RECORD_TYPES.includes(type.text as RecordType);
    found[known ? "warning" : "error"]("MILLRACE_POLICY_VALUE", `"${type.text}" is no record type that rules judge`, details);
    return [];
  });
}

function isJudged({ text }: LocatedText): boolean {
  return (JUDGED_TYPES as readonly string[]).includes(text);
}
