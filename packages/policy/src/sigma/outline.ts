import { DiagnosticBag, type Source } from "@millrace/text";
import { isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { AttributeCatalog } from "../catalog.ts";
import { attributesOf, type Outline, type PolicyOutline } from "../outline.ts";
import type { Condition, ConditionBuilder } from "../tree.ts";
import type { SigmaCondition } from "./condition.ts";
import type { FieldMapping } from "./fields.ts";
import { readWrittenRules, type SigmaOptions, type WrittenRule } from "./rules.ts";
import { readField, readKeyword, readSearch, type SelectionSurroundings } from "./selection.ts";

/**
 * Reads Sigma rules for their outlines: conditions with searches by their names, and below each search its fields and keywords
 * as they were written, each with the condition that it comes to. In the order of `readSigmaRules`. Nothing is reported here.
 */
export function outlineSigmaRules(
  sources: readonly Source[],
  catalog: AttributeCatalog,
  mapping: FieldMapping,
  builder: ConditionBuilder,
  options: SigmaOptions,
): PolicyOutline {
  const written = readWrittenRules(sources, catalog, mapping, builder, options, new DiagnosticBag());
  return { rules: written.map((rule) => () => new Outliner(rule).outline(rule.condition)), filters: [], macros: [], lists: [] };
}

class Outliner {
  readonly #searches: ReadonlyMap<string, Node>;
  readonly #in: SelectionSurroundings;

  constructor({ searches, surroundings }: WrittenRule) {
    this.#searches = searches;
    this.#in = surroundings;
  }

  outline(written: SigmaCondition): Outline {
    const { builder } = this.#in;
    switch (written.node) {
      case "search":
        return this.#search(written.name);
      case "not": {
        const term = this.outline(written.term);
        return branch("not", "not", builder.not(term.condition), [term]);
      }
      case "and":
      case "or":
        return this.#chain(
          written.node,
          written.node,
          written.terms.map((term) => this.outline(term)),
        );
      case "of":
        return this.#chain(
          written.quantity === "all" ? "and" : "or",
          written.text,
          written.names.map((name) => this.#search(name)),
        );
    }
  }

  #search(name: string): Outline {
    const node = this.#searches.get(name);
    if (node === undefined) return branch("search", name, this.#in.builder.constant(false), []);
    return branch("search", name, readSearch(node, this.#in), [this.#selection(node)]);
  }

  /** What is in a search: a map is AND over its fields, a list is OR over maps and keywords. */
  #selection(node: Node): Outline {
    const parts = isMap(node)
      ? node.items.map((pair) => this.#field(pair as Pair<Node, Node | null>))
      : isSeq(node)
        ? (node.items as Node[]).map((item) => (isMap(item) || isSeq(item) ? this.#selection(item) : this.#keyword(item)))
        : [this.#keyword(node)];
    const word = isMap(node) ? "and" : "or";
    return parts.length === 1 ? (parts[0] as Outline) : this.#chain(word, word, parts);
  }

  #field(pair: Pair<Node, Node | null>): Outline {
    return leaf(`${textOf(pair.key)}: ${textOf(pair.value)}`, readField(pair, this.#in));
  }

  #keyword(node: Node): Outline {
    return leaf(`keyword ${textOf(node)}`, readKeyword(node, this.#in));
  }

  #chain(kind: "and" | "or", text: string, parts: readonly Outline[]): Outline {
    return branch(kind, text, this.#in.builder[kind](parts.map(({ condition }) => condition)), parts);
  }
}

function branch(kind: Exclude<Outline["kind"], "leaf">, text: string, condition: Condition, parts: readonly Outline[]): Outline {
  return { kind, text, condition, parts, attributes: [], lists: [] };
}

function leaf(text: string, condition: Condition): Outline {
  return { kind: "leaf", text, condition, parts: [], attributes: attributesOf(condition), lists: [] };
}

/** A value as it was written: without quotes, and a list in brackets. */
function textOf(node: Node | null): string {
  if (isSeq(node)) return `[${(node.items as Node[]).map(textOf).join(", ")}]`;
  if (!isScalar(node) || node.value === null) return "null";
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}
