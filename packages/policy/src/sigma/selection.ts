import { type DiagnosticBag, didYouMean, type Source } from "@millrace/text";
import { isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { AttributeCatalog } from "../catalog.ts";
import { regexProblem } from "../regex.ts";
import type { Condition, ConditionBuilder, NumberComparison, Subject } from "../tree.ts";
import { isIpv6Network, parseNetwork } from "./cidr.ts";
import type { FieldMapping } from "./fields.ts";
import { type Comparison, comparisonOf, MODIFIERS, type Modifier, testsOf, transformed } from "./modifiers.ts";
import { parseWildcards } from "./value.ts";

/** What reading a selection needs. */
export interface SelectionSurroundings {
  readonly source: Source;
  readonly catalog: AttributeCatalog;
  readonly mapping: FieldMapping;
  readonly builder: ConditionBuilder;
  readonly found: DiagnosticBag;
}

type Scalar = string | number | bigint | boolean | null;

const CODE = "MILLRACE_SIGMA_VALUE";
/** The most texts that the placeholders of one value may come to. */
const MOST_EXPANDED = 10_000;

/**
 * Turns one search of a Sigma rule into a condition: a map is AND over its fields, a list of maps is OR over the maps, and
 * a list of texts are keywords, any of which may stand in any attribute that can be searched.
 */
export function readSearch(node: Node, surroundings: SelectionSurroundings): Condition {
  return new SearchReader(surroundings).search(node);
}

/** Turns one field of a search, with its values, into a condition. */
export function readField(field: Pair<Node, Node | null>, surroundings: SelectionSurroundings): Condition {
  return new SearchReader(surroundings).field(field);
}

/** Turns a keyword of a search into a condition. */
export function readKeyword(node: Node, surroundings: SelectionSurroundings): Condition {
  return new SearchReader(surroundings).keywords([node], false);
}

class SearchReader {
  readonly #in: SelectionSurroundings;

  constructor(surroundings: SelectionSurroundings) {
    this.#in = surroundings;
  }

  search(node: Node): Condition {
    const { builder } = this.#in;
    if (isMap(node)) return builder.and(node.items.map((pair) => this.field(pair as Pair<Node, Node>)));
    if (isSeq(node)) return builder.or((node.items as Node[]).map((item) => (isMap(item) || isSeq(item) ? this.search(item) : this.keywords([item], false))));
    if (isScalar(node)) return this.keywords([node], false);
    this.#error("a search is a map of fields, a list of such maps, or a list of keywords", node);
    return builder.constant(false);
  }

  field({ key, value }: Pair<Node, Node | null>): Condition {
    const { builder } = this.#in;
    const written = isScalar(key) ? String(key.value) : "";
    const [name, ...names] = written.split("|") as [string, ...string[]];
    const modifiers = this.#modifiers(names, key);
    if (modifiers === undefined) return builder.constant(false);
    const values = value === null ? [] : isSeq(value) ? (value.items as Node[]) : [value];
    const comparison = comparisonOf(modifiers);
    if (name === "") return this.keywords(values, comparison.all);
    const subjects = this.#subjects(name, key);
    if (value !== null && isMap(value)) {
      this.#error("the value of a field is a text, a number, a truth, or a list of them", value);
      return builder.constant(false);
    }
    const terms =
      values.length === 0
        ? [this.#anyOf(subjects, (subject) => this.#test(subject, null, comparison, key))]
        : values.map((node) => this.#anyOf(subjects, (subject) => this.#value(subject, node, comparison)));
    return comparison.all ? builder.and(terms) : builder.or(terms);
  }

  #modifiers(names: readonly string[], key: Node): Modifier[] | undefined {
    const known: readonly string[] = MODIFIERS;
    let good = true;
    for (const name of names) {
      if (known.includes(name)) continue;
      good = false;
      this.#error(`there is no modifier "${name}"`, key, didYouMean(name, known));
    }
    return good ? (names as Modifier[]) : undefined;
  }

  /** The attributes that a field stands for. A field without one matches nothing, and is worth a warning. */
  #subjects(field: string, key: Node): Subject[] {
    const { mapping, catalog, found } = this.#in;
    const attributes = mapping.attributesOf(field);
    if (attributes.length === 0) {
      found.warning("MILLRACE_SIGMA_FIELD", `no attribute is mapped to the field "${field}", so it matches nothing`, {
        place: this.#place(key),
        hint:
          didYouMean(
            field,
            [...mapping.fields(), ...catalog.names()].filter((name) => name !== field),
          ) ?? "add it to the fieldmappings of the config file",
      });
    }
    return attributes.map((attribute) => ({ attribute, path: undefined }));
  }

  #anyOf(subjects: readonly Subject[], test: (subject: Subject) => Condition): Condition {
    return this.#in.builder.or(subjects.map(test));
  }

  #value(subject: Subject, node: Node, comparison: Comparison): Condition {
    if (!isScalar(node)) {
      this.#error("a value is a text, a number or a truth", node);
      return this.#in.builder.constant(false);
    }
    const value = node.value as Scalar;
    // A number keeps the way in which it was written: 0x10 and 1e3 are texts to whoever compares texts.
    const text = typeof value === "number" || typeof value === "bigint" ? (node.source ?? String(value)) : value;
    return this.#test(subject, text, comparison, node);
  }

  #test(subject: Subject, value: Scalar, comparison: Comparison, node: Node): Condition {
    const { builder } = this.#in;
    if (comparison.exists) return this.#exists(subject, value, node);
    if (value === null) return builder.not(builder.leaf({ node: "exists", subject }));
    const text = String(value);
    if (comparison.number !== undefined) return this.#number(subject, text, comparison.number, node);
    if (comparison.fieldref) return this.#fieldReference(subject, text, comparison, node);
    if (comparison.cidr) return this.#network(subject, text, node);
    if (comparison.regex !== undefined) return this.#regex(subject, text, comparison.regex, node);
    return builder.or(this.#expanded(text, comparison, node).map((each) => this.#texts(subject, each, comparison, node)));
  }

  #exists(subject: Subject, value: Scalar, node: Node): Condition {
    const { builder } = this.#in;
    const word = String(value).toLowerCase();
    const exists = builder.leaf({ node: "exists", subject });
    if (["true", "yes"].includes(word)) return exists;
    if (["false", "no"].includes(word)) return builder.not(exists);
    this.#error('"exists" takes yes or no', node);
    return builder.constant(false);
  }

  #number(subject: Subject, text: string, comparison: NumberComparison, node: Node): Condition {
    const { builder } = this.#in;
    if (/^-?\d+$/.test(text)) return builder.leaf({ node: "number", subject, comparison, value: BigInt(text) });
    this.#error(`"${text}" is no whole number`, node);
    return builder.constant(false);
  }

  #fieldReference(left: Subject, field: string, comparison: Comparison, node: Node): Condition {
    const { builder } = this.#in;
    const kind = comparison.kind;
    return this.#anyOf(this.#subjects(field, node), (right) => builder.leaf({ node: "texts", left, right, kind, caseless: !comparison.cased }));
  }

  #network(subject: Subject, text: string, node: Node): Condition {
    const { builder } = this.#in;
    const network = parseNetwork(text);
    if (network !== undefined) return builder.leaf({ node: "text", subject, whole: true, test: { kind: "cidr", networks: [network] } });
    // Addresses of records are all of version 4: none of them lies in a network of version 6.
    if (isIpv6Network(text)) return builder.constant(false);
    this.#error(`"${text}" is no network`, node, 'write it as "10.0.0.0/8"');
    return builder.constant(false);
  }

  #regex(subject: Subject, source: string, flags: string, node: Node): Condition {
    const { builder } = this.#in;
    const problem = regexProblem(source, flags);
    if (problem === undefined) return builder.leaf({ node: "text", subject, whole: true, test: { kind: "regex", source, flags } });
    this.#error(`bad regular expression: ${problem}`, node, "the syntax is that of RE2");
    return builder.constant(false);
  }

  /** A value with each placeholder replaced by each of its values. */
  #expanded(text: string, comparison: Comparison, node: Node): string[] {
    if (!comparison.expand) return [text];
    let texts = [text];
    for (const [written, name] of text.matchAll(/%([^%\s]+)%/g)) {
      const values = this.#in.mapping.placeholder(name as string);
      if (values === undefined) {
        this.#error(`there are no values for the placeholder "${written}"`, node, 'add it under "placeholders:" of the config file');
        return [];
      }
      if (texts.length * values.length > MOST_EXPANDED) {
        this.#error(`the placeholders of one value have more than ${MOST_EXPANDED} combinations`, node);
        return [];
      }
      texts = texts.flatMap((each) => values.map((value) => each.replaceAll(written, () => value)));
    }
    return texts;
  }

  #texts(subject: Subject, text: string, comparison: Comparison, node: Node): Condition {
    const { builder } = this.#in;
    try {
      const tests = testsOf(transformed(text, comparison.transforms), comparison.kind, comparison.cased);
      return builder.or(tests.map((test) => builder.leaf({ node: "text", subject, test, whole: true })));
    } catch (cause) {
      this.#error(cause instanceof Error ? cause.message : String(cause), node);
      return builder.constant(false);
    }
  }

  keywords(nodes: readonly Node[], all: boolean): Condition {
    const { builder, catalog } = this.#in;
    const terms = nodes.map((node) => {
      if (!isScalar(node) || node.value === null) {
        this.#error("a keyword is a text", node);
        return builder.constant(false);
      }
      const tests = testsOf([parseWildcards(String(node.value))], "contains", false);
      return builder.or(
        catalog.searchable.flatMap((attribute) =>
          tests.map((test) => builder.leaf({ node: "text", subject: { attribute, path: undefined }, test, whole: true })),
        ),
      );
    });
    return all ? builder.and(terms) : builder.or(terms);
  }

  #place(node: Node): ReturnType<Source["place"]> {
    const [start, end] = node.range ?? [0, 1];
    return this.#in.source.place(start, Math.max(end, start + 1));
  }

  #error(message: string, node: Node, hint?: string): void {
    this.#in.found.error(CODE, message, { place: this.#place(node), hint });
  }
}
