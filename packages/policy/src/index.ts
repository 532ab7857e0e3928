/**
 * Rules for SysFlow events: the Falco language and Sigma, read with every mistake and its place, turned into one graph of
 * conditions, and compiled into an engine that judges records.
 *
 * @packageDocumentation
 */
export { type AttributeCatalog, type AttributeInfo, JUDGED_TYPES } from "./catalog.ts";
export { Engine, type Verdict } from "./compile/engine.ts";
export { interpret } from "./interpret.ts";
export { type FalcoOptions, readFalcoRules } from "./falco/rules.ts";
export type { DropFilter, Priority, Rule, RuleSet } from "./rule-set.ts";
export { type FieldMapping, plainMapping, readFieldMapping } from "./sigma/fields.ts";
export { readSigmaRules, type SigmaOptions } from "./sigma/rules.ts";
export { sysflowCatalog } from "./sysflow-catalog.ts";
export { type Condition, ConditionBuilder } from "./tree.ts";
