import type { AttributeValue } from "@millrace/api/sysflow";
import type { Attribute } from "@millrace/sysflow";
import { attributeOf, isThere, textsOf } from "../attribute-view.ts";
import { type Leaf, leafHolds } from "../interpret.ts";
import { BitInterner, setBit, wordsFor } from "./bits.ts";
import { TextMatcher } from "./text-matcher.ts";

/** Leaves that read the same attribute, and so are decided from one value. */
interface Group {
  readonly attribute: Attribute;
  readonly path: string | undefined;
  readonly matcher: TextMatcher | undefined;
  readonly exists: readonly number[];
  readonly others: readonly { readonly leaf: Leaf; readonly bit: number }[];
}

/**
 * Leaves whose truth depends on the same thing: a record alone, what is around it, or a file. What is true of such a thing
 * is a set of bits, and equal sets have one number: its signature.
 */
export class Dimension {
  readonly bitOf: ReadonlyMap<Leaf, number>;
  signatures: BitInterner;
  readonly words: number;
  readonly #groups: readonly Group[];
  /** Leaves that compare two attributes. */
  readonly #pairs: readonly { readonly leaf: Leaf; readonly bit: number }[];

  constructor(leaves: Iterable<Leaf>) {
    const bitOf = new Map([...leaves].map((leaf, index) => [leaf, index]));
    this.bitOf = bitOf;
    this.words = wordsFor(bitOf.size);
    this.signatures = new BitInterner(this.words);
    this.#groups = groupsOf(bitOf);
    this.#pairs = [...bitOf].flatMap(([leaf, bit]) => (leaf.node === "texts" || leaf.node === "numbers" ? { leaf, bit } : []));
  }

  /** Forgets all signatures. */
  forget(): void {
    this.signatures = new BitInterner(this.words);
  }

  get empty(): boolean {
    return this.bitOf.size === 0;
  }

  /** Sets the bit of every leaf that holds. */
  decide(read: (attribute: Attribute) => AttributeValue, out: Int32Array): void {
    for (const { attribute, path, matcher, exists, others } of this.#groups) {
      const value = read(attribute);
      if (matcher !== undefined) {
        if (typeof value === "string" && path === undefined) matcher.match(unquoted(value), out);
        else for (const text of textsOf(value, path)) matcher.match(text, out);
      }
      if (exists.length > 0 && isThere(value, path)) for (const bit of exists) setBit(out, bit);
      for (const { leaf, bit } of others) if (leafHolds(leaf, () => value)) setBit(out, bit);
    }
    for (const { leaf, bit } of this.#pairs) if (leafHolds(leaf, read)) setBit(out, bit);
  }
}

function groupsOf(bitOf: ReadonlyMap<Leaf, number>): Group[] {
  const byKey = new Map<string, { leaf: Leaf; bit: number }[]>();
  for (const [leaf, bit] of bitOf) {
    if (leaf.node === "texts" || leaf.node === "numbers") continue;
    const key = JSON.stringify([leaf.subject.attribute, leaf.subject.path]);
    const list = byKey.get(key);
    if (list) list.push({ leaf, bit });
    else byKey.set(key, [{ leaf, bit }]);
  }
  return [...byKey.values()].map((list) => {
    const { subject } = (list[0] as { leaf: Extract<Leaf, { node: "exists" }> }).leaf;
    const tests = list.flatMap(({ leaf, bit }) => (leaf.node === "text" ? { bit, test: leaf.test, whole: leaf.whole } : []));
    return {
      attribute: attributeOf(subject),
      path: subject.path,
      matcher: tests.length === 0 ? undefined : new TextMatcher(tests),
      exists: list.flatMap(({ leaf, bit }) => (leaf.node === "exists" ? bit : [])),
      others: list.filter(({ leaf }) => leaf.node === "number"),
    };
  });
}

/** A quote at either end comes off. Most texts have none, and are not copied. */
function unquoted(text: string): string {
  if (text === "") return text;
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  const start = first === 34 || first === 39 ? 1 : 0;
  const end = text.length > start && (last === 34 || last === 39) ? text.length - 1 : text.length;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}
