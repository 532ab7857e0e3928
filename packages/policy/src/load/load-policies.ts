import type { Diagnostic } from "@millrace/api";
import { DiagnosticBag, Source } from "@millrace/text";
import { Engine } from "../compile/engine.ts";
import { readFalcoRules } from "../falco/rules.ts";
import type { RuleSet } from "../rule-set.ts";
import { type FieldMapping, plainMapping, readFieldMapping } from "../sigma/fields.ts";
import { readSigmaRules } from "../sigma/rules.ts";
import { sysflowCatalog } from "../sysflow-catalog.ts";
import { ConditionBuilder } from "../tree.ts";
import type { PolicyText } from "./policy-files.ts";

/** The languages that policies are written in. */
export type PolicyLanguage = "falco" | "sigma";

/** Policies as texts, and how to read them. */
export interface PolicySources {
  /** In the order in which they count: a rule sees the macros and lists of the files before its own. */
  readonly files: readonly PolicyText[];
  readonly language: PolicyLanguage;
  /** For Sigma: the field mapping file. */
  readonly mapping?: PolicyText | undefined;
  /** Whether an unknown attribute of a Falco rule, or an unmapped field of a Sigma rule, is an error, and not only a warning. */
  readonly strict?: boolean;
  /** For Sigma: whether a bad rule is left out with a warning, instead of ending the load. */
  readonly skipInvalid?: boolean;
  /** For Sigma: whether a rule judges only the record types that its log source speaks of. */
  readonly strictLogsource?: boolean;
  /** The names of the actions that rules may ask for. An unknown one is a warning. Absent: none is checked. */
  readonly actions?: Iterable<string>;
}

/** Policies that were read. */
export interface LoadedPolicies {
  /** All that could be read of them, even where there are errors. */
  readonly ruleSet: RuleSet;
  readonly builder: ConditionBuilder;
  /** What judges by them; `undefined` where an error was found. */
  readonly engine: Engine | undefined;
  /** Every finding in every file, by file and line. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Codes of what is a warning, and with `strict` an error. */
const HARDENED: readonly string[] = ["MILLRACE_POLICY_ATTRIBUTE", "MILLRACE_SIGMA_FIELD"];

/** Reads policies from texts, and compiles them if there is no error in them. Touches no file. */
export function loadPolicies(sources: PolicySources): LoadedPolicies {
  const found = new DiagnosticBag();
  const builder = new ConditionBuilder();
  const read = sources.language === "sigma" ? readSigma(sources, builder, found) : readFalco(sources, builder, found);
  const ruleSet: RuleSet = { ...read, conditions: builder.nodes };
  const diagnostics = found.list().map((each) => (sources.strict && HARDENED.includes(each.code) ? { ...each, severity: "error" as const } : each));
  const failed = diagnostics.some(({ severity }) => severity === "error");
  return { ruleSet, builder, engine: failed ? undefined : new Engine(ruleSet, builder), diagnostics };
}

function readFalco({ files, strict, actions }: PolicySources, builder: ConditionBuilder, found: DiagnosticBag): Pick<RuleSet, "rules" | "filters"> {
  const options = { strict: strict ?? false, ...(actions !== undefined && { actions: [...actions] }) };
  return readFalcoRules(
    files.map(({ path, text }) => new Source(path, text)),
    sysflowCatalog,
    builder,
    options,
    found,
  );
}

function readSigma(sources: PolicySources, builder: ConditionBuilder, found: DiagnosticBag): Pick<RuleSet, "rules" | "filters"> {
  const { strictLogsource = false, skipInvalid = false } = sources;
  const fields = fieldMappingOf(sources, found);
  const texts = sources.files.map(({ path, text }) => new Source(path, text));
  return { rules: readSigmaRules(texts, sysflowCatalog, fields, builder, { strictLogsource, skipInvalid }, found), filters: [] };
}

/** How the fields of Sigma rules map to attributes, by the field mapping file or without one. */
export function fieldMappingOf({ mapping }: PolicySources, found: DiagnosticBag): FieldMapping {
  return mapping === undefined ? plainMapping(sysflowCatalog) : readFieldMapping(new Source(mapping.path, mapping.text), sysflowCatalog, found);
}
