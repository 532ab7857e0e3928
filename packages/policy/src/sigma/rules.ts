import type { Place } from "@millrace/api";
import type { RecordType } from "@millrace/api/sysflow";
import { DiagnosticBag, didYouMean, type Source } from "@millrace/text";
import { type Document, isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import type { AttributeCatalog } from "../catalog.ts";
import type { Priority, Rule } from "../rule-set.ts";
import type { Condition, ConditionBuilder } from "../tree.ts";
import { parseSigmaCondition, type SigmaCondition } from "./condition.ts";
import type { FieldMapping } from "./fields.ts";
import { logsourceTypes } from "./logsource.ts";
import { readSearch, type SelectionSurroundings } from "./selection.ts";
import { yamlDocuments } from "./yaml-documents.ts";

export interface SigmaOptions {
  /** Whether a rule judges only the record types that its log source speaks of. */
  readonly strictLogsource: boolean;
  /** Whether a bad rule is left out with a warning, instead of ending the load. */
  readonly skipInvalid: boolean;
}

const LEVELS: Readonly<Record<string, Priority>> = { informational: 0, low: 1, medium: 2, high: 3, critical: 4 };

/**
 * Reads Sigma rules (Sigma rules specification, version 2). One rule for each condition. All that is wrong is reported; with
 * `skipInvalid` as warnings, and the rules concerned are left out.
 */
export function readSigmaRules(
  sources: readonly Source[],
  catalog: AttributeCatalog,
  mapping: FieldMapping,
  builder: ConditionBuilder,
  options: SigmaOptions,
  found: DiagnosticBag,
): Rule[] {
  return readWrittenRules(sources, catalog, mapping, builder, options, found).map(({ rule }) => rule);
}

/** A rule, and how its condition was written. */
export interface WrittenRule {
  readonly rule: Rule;
  readonly condition: SigmaCondition;
  /** The searches that the condition may name. */
  readonly searches: ReadonlyMap<string, Node>;
  /** What reads them. */
  readonly surroundings: SelectionSurroundings;
}

/** Reads Sigma rules as {@link readSigmaRules} does. */
export function readWrittenRules(
  sources: readonly Source[],
  catalog: AttributeCatalog,
  mapping: FieldMapping,
  builder: ConditionBuilder,
  options: SigmaOptions,
  found: DiagnosticBag,
): WrittenRule[] {
  /** Runs what reads a rule; what it finds is softened where bad rules are left out. */
  const softened = (read: (own: DiagnosticBag) => WrittenRule[]): WrittenRule[] => {
    const own = new DiagnosticBag();
    const rules = read(own);
    found.add(
      ...own
        .list()
        .map((each) =>
          options.skipInvalid && each.severity === "error" ? { ...each, severity: "warning" as const, hint: each.hint ?? "the rule is left out" } : each,
        ),
    );
    return own.hasErrors ? [] : rules;
  };
  return sources.flatMap((source) => {
    let documents: readonly Document[] = [];
    softened((own) => {
      documents = yamlDocuments(source, own);
      if (documents.length === 0 && !own.hasErrors) own.error("MILLRACE_POLICY_EMPTY", "the file has no rule", { place: source.place(0) });
      return [];
    });
    return documents.flatMap((document) => softened((own) => new RuleReader(document, { source, catalog, mapping, builder, found: own }, options).read()));
  });
}

class RuleReader {
  readonly #document: Document;
  readonly #in: SelectionSurroundings;
  readonly #options: SigmaOptions;

  constructor(document: Document, surroundings: SelectionSurroundings, options: SigmaOptions) {
    this.#document = document;
    this.#in = surroundings;
    this.#options = options;
  }

  read(): WrittenRule[] {
    for (const { message, pos } of this.#document.errors)
      this.#in.found.error("MILLRACE_SIGMA_SYNTAX", message, { place: this.#in.source.place(pos[0], Math.max(pos[1], pos[0] + 1)) });
    const root = this.#document.contents as Node | null;
    if (this.#document.errors.length > 0 || root === null) return [];
    if (!isMap(root)) return this.#error("a Sigma rule is a map", root) ?? [];
    if (root.has("correlation"))
      return this.#error("correlations are not supported", this.#nodeOf(root, "correlation") ?? root, "a correlation over time is beyond one event") ?? [];
    if (root.has("action"))
      return (
        this.#error('rule collections ("action:") are not supported', this.#nodeOf(root, "action") ?? root, "write each rule out in a document of its own") ??
        []
      );
    const detection = this.#nodeOf(root, "detection");
    if (!isMap(detection)) return this.#error("a rule needs a detection", detection ?? root, 'add "detection:" with searches and a condition') ?? [];
    return this.#rules(root, detection);
  }

  #rules(root: YAMLMap, detection: YAMLMap): WrittenRule[] {
    const nodes = new Map<string, Node>();
    const searches = new Map<string, Condition>();
    for (const { key, value } of detection.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (name === "condition" || name === "timeframe") continue;
      nodes.set(name, value as Node);
      searches.set(name, readSearch(value as Node, this.#in));
    }
    const written = this.#nodeOf(detection, "condition");
    if (written === undefined) return this.#error("the detection has no condition", detection, 'add "condition:"') ?? [];
    const types = this.#types(root);
    const title = this.#text(root, "title");
    const common = {
      name: this.#text(root, "id") ?? title ?? "",
      ...(title !== undefined && { title }),
      desc: this.#text(root, "description") ?? "",
      priority: this.#priority(root),
      tags: this.#tags(root),
      actions: [],
      types,
      enabled: true,
    };
    return (isSeq(written) ? (written.items as Node[]) : [written]).flatMap((node) => {
      const condition = this.#condition(node, [...searches.keys()]);
      if (condition === undefined) return [];
      const rule = { ...common, condition: this.#build(condition, searches), place: this.#place(node) };
      return { rule, condition, searches: nodes, surroundings: this.#in };
    });
  }

  #condition(node: Node, searches: readonly string[]): SigmaCondition | undefined {
    if (!isScalar(node) || typeof node.value !== "string") return this.#error("a condition is a text", node);
    return parseSigmaCondition(node.value, searches, (start, end) => this.#placeWithin(node, start, end), this.#in.found);
  }

  #build(condition: SigmaCondition, searches: ReadonlyMap<string, Condition>): Condition {
    switch (condition.node) {
      case "search":
        return searches.get(condition.name) ?? this.#in.builder.constant(false);
      case "not":
        return this.#in.builder.not(this.#build(condition.term, searches));
      case "and":
      case "or":
        return this.#in.builder[condition.node](condition.terms.map((term) => this.#build(term, searches)));
      case "of": {
        const terms = condition.names.map((name) => searches.get(name) ?? this.#in.builder.constant(false));
        return condition.quantity === "all" ? this.#in.builder.and(terms) : this.#in.builder.or(terms);
      }
    }
  }

  #types(root: YAMLMap): readonly RecordType[] {
    if (!this.#options.strictLogsource) return [];
    const logsource = this.#nodeOf(root, "logsource");
    if (!isMap(logsource)) return [];
    const types = logsourceTypes(this.#text(logsource, "product"), this.#text(logsource, "category"));
    if (types !== undefined) return types;
    this.#in.found.warning("MILLRACE_SIGMA_LOGSOURCE", "no record type belongs to this log source, so the rule judges all", { place: this.#place(logsource) });
    return [];
  }

  #priority(root: YAMLMap): Priority {
    const node = this.#nodeOf(root, "level");
    if (!isScalar(node)) return 0;
    const level = String(node.value).toLowerCase();
    const priority = LEVELS[level];
    if (priority === undefined)
      this.#error(`"${level}" is no level`, node, didYouMean(level, Object.keys(LEVELS)) ?? `it is one of ${Object.keys(LEVELS).join(", ")}`);
    return priority ?? 0;
  }

  #tags(root: YAMLMap): string[] {
    const node = this.#nodeOf(root, "tags");
    return isSeq(node) ? (node.items as Node[]).flatMap((item) => (isScalar(item) ? [String(item.value)] : [])) : [];
  }

  #nodeOf(map: YAMLMap, key: string): Node | undefined {
    return (map.get(key, true) as Node | undefined) ?? undefined;
  }

  #text(map: YAMLMap, key: string): string | undefined {
    const node = this.#nodeOf(map, key);
    return isScalar(node) && node.value !== null ? String(node.value) : undefined;
  }

  #place(node: Node): Place {
    const [start, end] = node.range ?? [0, 1];
    return this.#in.source.place(start, Math.max(end, start + 1));
  }

  /** A place within a text, as far as the text stands in the file as it is: on one line, perhaps in quotes. */
  #placeWithin(node: Node, start: number, end: number): Place {
    const [from, to] = node.range ?? [0, 1];
    const raw = this.#in.source.text.slice(from, to);
    const value = isScalar(node) ? String(node.value) : "";
    const at = raw.indexOf(value.slice(0, Math.min(end, value.length)));
    return at < 0 ? this.#place(node) : this.#in.source.place(from + at + start, from + at + Math.max(end, start + 1));
  }

  #error(message: string, node: Node, hint?: string): undefined {
    this.#in.found.error("MILLRACE_SIGMA_SYNTAX", message, { place: this.#place(node), hint });
    return undefined;
  }
}
