import { type Diagnostic, isMillraceError, MillraceError } from "@millrace/api";
import {
  type DropFilter,
  diskFiles,
  findPolicyFiles,
  type LoadedPolicies,
  loadPolicies,
  type Outline,
  outlineCondition,
  outlinePolicies,
  type PolicyLanguage,
  type PolicyOutline,
  type PolicySources,
  type PolicyText,
  type Rule,
  readPolicyText,
} from "@millrace/policy";
import { strictly } from "@millrace/text";
import { printDiagnostics } from "../machine/terminal.ts";
import { counted } from "../trace/report.ts";

/** Where policies are, and how they are read. */
export interface PolicyChoice {
  /** Files and folders, in the order in which they count. */
  readonly paths: readonly string[];
  readonly language: PolicyLanguage;
  /** For Sigma: the field mapping file. */
  readonly config?: string | undefined;
  /** For Sigma: which record types a rule judges. */
  readonly logsource?: "any" | "strict" | undefined;
  /** For Sigma: whether a bad rule is left out with a warning. */
  readonly skipInvalid?: boolean | undefined;
  /** Whether warnings are errors. */
  readonly strict?: boolean | undefined;
}

/** Policies, and how they were written. */
export interface ReadPolicies extends LoadedPolicies {
  readonly files: readonly string[];
  readonly failed: boolean;
  /** The macros and lists of Falco policies. */
  readonly macros: readonly string[];
  readonly lists: readonly string[];
  /** How the condition of a rule or filter was written: macros and searches by their names. */
  outline(of: Rule | DropFilter): Outline;
}

/**
 * Reads policies, and finds all that is wrong with them.
 *
 * @throws MillraceError `MILLRACE_POLICY_PATH`, `MILLRACE_POLICY_FILE` for what is not there or can't be read, all at once
 */
export async function readPolicies({ paths, language, config, logsource, skipInvalid = false, strict }: PolicyChoice): Promise<ReadPolicies> {
  const files = await policyTexts(paths);
  const mapping = config === undefined ? undefined : await readPolicyText(config, diskFiles);
  const texts: PolicySources = { files, language, mapping, strictLogsource: logsource === "strict", skipInvalid };
  const loaded = loadPolicies(texts);
  const diagnostics = strict ? strictly(loaded.diagnostics) : loaded.diagnostics;
  const written = outlinePolicies(texts, loaded.builder);
  return {
    ...loaded,
    diagnostics,
    files: files.map(({ path }) => path),
    failed: diagnostics.some(({ severity }) => severity === "error"),
    macros: written.macros,
    lists: written.lists,
    outline: (of) => outlineOf(of, loaded, written),
  };
}

/** Prints the errors of policies; of warnings only how many there are, since `policy check` is there to tell them. */
export function printErrors({ diagnostics }: Pick<ReadPolicies, "diagnostics">): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.length - errors.length;
  printDiagnostics(errors);
  if (warnings > 0) process.stderr.write(`${counted(warnings, "warning")}: millrace policy check tells ${warnings === 1 ? "it" : "them"}\n`);
}

function outlineOf(of: Rule | DropFilter, { ruleSet }: LoadedPolicies, written: PolicyOutline): Outline {
  const make = "types" in of ? written.rules[ruleSet.rules.indexOf(of)] : written.filters[ruleSet.filters.indexOf(of)];
  return make?.() ?? outlineCondition(of.condition);
}

/** The texts of all policy files, each file once. */
async function policyTexts(paths: readonly string[]): Promise<PolicyText[]> {
  const texts = new Map<string, PolicyText>();
  const problems: Diagnostic[] = [];
  for (const path of paths) {
    try {
      for (const file of (await findPolicyFiles(path, diskFiles)).files) if (!texts.has(file)) texts.set(file, await readPolicyText(file, diskFiles));
    } catch (cause) {
      if (!isMillraceError(cause)) throw cause;
      const { code, message, hint } = cause;
      problems.push({ severity: "error", code, message, ...(hint !== undefined && { hint }) });
    }
  }
  if (problems.length > 0) throw new MillraceError("MILLRACE_POLICY_PATH", "there are policies that can't be read", { diagnostics: problems });
  return [...texts.values()];
}
