/**
 * Rules for SysFlow events: the Falco language and Sigma, read with every mistake and its place, turned into one graph of
 * conditions, and compiled into an engine that judges records.
 *
 * @packageDocumentation
 */
export { type AttributeCatalog, type AttributeInfo, JUDGED_TYPES } from "./catalog.ts";
export { Engine } from "./compile/engine.ts";
export { EngineMemos } from "./compile/entity-memory.ts";
export { NOTHING, type Verdict } from "./compile/verdict.ts";
export { readCondition } from "./falco/lone-condition.ts";
export { OPERATORS, type OperatorInfo } from "./falco/operators.ts";
export { type FalcoOptions, readFalcoRules } from "./falco/rules.ts";
export { decide, interpret, judgePlainly, type ReadAttribute } from "./interpret.ts";
export { diskFiles } from "./load/disk-files.ts";
export { type LoadedPolicies, loadPolicies, type PolicyLanguage, type PolicySources } from "./load/load-policies.ts";
export { outlinePolicies } from "./load/outline-policies.ts";
export {
  type FileAccess,
  type FileInfo,
  type FolderEntry,
  type FoundPolicies,
  findPolicyFiles,
  isPolicyFile,
  MOST_POLICY_BYTES,
  type PolicyText,
  readPolicyText,
} from "./load/policy-files.ts";
export { attributesOf, type Outline, outlineCondition, type PolicyOutline, subjectText, subjectValue } from "./outline.ts";
export { reachOf } from "./reach.ts";
export type { DropFilter, Priority, Rule, RuleSet } from "./rule-set.ts";
export { type FieldMapping, plainMapping, readFieldMapping } from "./sigma/fields.ts";
export { MODIFIER_MEANINGS } from "./sigma/modifiers.ts";
export { readSigmaRules, type SigmaOptions } from "./sigma/rules.ts";
export { sysflowCatalog } from "./sysflow-catalog.ts";
export { type Condition, ConditionBuilder, type Subject } from "./tree.ts";
