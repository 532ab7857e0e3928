import { compileLinear } from "../regex.ts";
import { isInNetwork, lowerCase, matchesWildcard } from "../text-test.ts";
import type { TextTest } from "../tree.ts";
import { AhoCorasick } from "./aho-corasick.ts";
import { bitsIn, setBit } from "./bits.ts";

/** A test of a text, and the bit that says that it holds. */
export interface NumberedTest {
  readonly bit: number;
  readonly test: TextTest;
  /** Whether the text is compared as a whole, or each of its pieces between commas. */
  readonly whole: boolean;
}

type Hit = (text: string, out: Int32Array) => void;

/** How many texts a matcher remembers before it forgets all, and how long such a text may be. */
const MOST_TEXTS = 8192;
const LONGEST_TEXT = 256;

/**
 * All tests of one attribute as one: equal texts by one look-up, contained ones by one pass, beginnings and ends by their
 * first and last character. Texts are compared where they are; only a text with commas is cut for look-ups. The same texts
 * come again and again with new versions of entities, so what was found of them is remembered.
 */
export class TextMatcher {
  readonly #known: Map<string, readonly number[]> = new Map();
  readonly #cased: Half;
  readonly #caseless: Half;
  readonly #others: readonly Hit[];

  constructor(tests: readonly NumberedTest[]) {
    this.#cased = new Half(tests.filter(({ test }) => "caseless" in test && !test.caseless));
    this.#caseless = new Half(tests.filter(({ test }) => "caseless" in test && test.caseless));
    this.#others = tests.flatMap((test) => otherHit(test) ?? []);
  }

  /** Sets the bit of every test that holds. */
  match(text: string, out: Int32Array): void {
    if (text.length > LONGEST_TEXT) {
      this.#match(text, out);
      return;
    }
    let bits = this.#known.get(text);
    if (bits === undefined) {
      bits = this.#bitsOf(text, out.length);
      if (this.#known.size >= MOST_TEXTS) this.#known.clear();
      this.#known.set(text, bits);
    }
    for (const bit of bits) setBit(out, bit);
  }

  #bitsOf(text: string, words: number): number[] {
    const found = new Int32Array(words);
    this.#match(text, found);
    return bitsIn(found);
  }

  #match(text: string, out: Int32Array): void {
    if (!this.#cased.empty) this.#cased.match(text, out);
    if (!this.#caseless.empty) this.#caseless.match(lowerCase(text), out);
    for (const hit of this.#others) hit(text, out);
  }
}

function otherHit({ bit, test, whole }: NumberedTest): Hit | undefined {
  const perPiece =
    (holds: (piece: string) => boolean): Hit =>
    (text, out) => {
      if (whole || !text.includes(",") ? holds(text) : text.split(",").some(holds)) setBit(out, bit);
    };
  if (test.kind === "regex") return perPiece(compileLinear(test.source, test.flags));
  if (test.kind === "cidr") return perPiece((piece) => test.networks.some((network) => isInNetwork(piece, network)));
  return undefined;
}

interface Affix {
  readonly value: string;
  readonly bit: number;
  readonly whole: boolean;
}

/** The tests with values, of one way to look at case. */
class Half {
  readonly empty: boolean;
  /** Values that a whole text equals, and values that a piece equals. */
  readonly #equalWhole: Map<string, number[]> = new Map();
  readonly #equalPiece: Map<string, number[]> = new Map();
  readonly #contained: AhoCorasick | undefined;
  readonly #containedBits: readonly (readonly number[])[];
  readonly #starts: Map<number, Affix[]> = new Map();
  readonly #ends: Map<number, Affix[]> = new Map();
  readonly #always: number[] = [];
  readonly #wildcards: readonly Hit[];

  constructor(tests: readonly NumberedTest[]) {
    this.empty = tests.length === 0;
    const contained = new Map<string, number[]>();
    for (const { bit, test, whole } of tests) {
      if (test.kind === "equals") for (const value of test.values) add(whole ? this.#equalWhole : this.#equalPiece, value, bit);
      else if (test.kind === "contains" || test.kind === "startswith" || test.kind === "endswith") {
        for (const value of test.values) {
          if (value === "") this.#always.push(bit);
          else if (test.kind === "contains") add(contained, value, bit);
          else if (test.kind === "startswith") add(this.#starts, value.charCodeAt(0), { value, bit, whole });
          else add(this.#ends, value.charCodeAt(value.length - 1), { value, bit, whole });
        }
      }
    }
    this.#contained = contained.size === 0 ? undefined : new AhoCorasick([...contained.keys()]);
    this.#containedBits = [...contained.values()];
    this.#wildcards = tests.flatMap((test) => wildcardHit(test) ?? []);
  }

  match(text: string, out: Int32Array): void {
    for (const bit of this.#always) setBit(out, bit);
    if (this.#equalWhole.size > 0) setAll(this.#equalWhole.get(text), out);
    const comma = text.indexOf(",");
    if (this.#equalPiece.size > 0) this.#matchPieces(text, comma, out);
    this.#contained?.find(text, (value) => setAll(this.#containedBits[value], out));
    if (this.#starts.size > 0) this.#matchStarts(text, comma, out);
    if (this.#ends.size > 0) this.#matchEnds(text, comma, out);
    for (const hit of this.#wildcards) hit(text, out);
  }

  #matchPieces(text: string, comma: number, out: Int32Array): void {
    let start = 0;
    for (let end = comma; end >= 0; end = text.indexOf(",", start)) {
      setAll(this.#equalPiece.get(text.slice(start, end)), out);
      start = end + 1;
    }
    setAll(this.#equalPiece.get(start === 0 ? text : text.slice(start)), out);
  }

  #matchStarts(text: string, comma: number, out: Int32Array): void {
    for (const { value, bit } of this.#starts.get(text.charCodeAt(0)) ?? []) if (text.startsWith(value)) setBit(out, bit);
    for (let at = comma; at >= 0; at = text.indexOf(",", at + 1)) {
      for (const { value, bit, whole } of this.#starts.get(text.charCodeAt(at + 1)) ?? []) if (!whole && text.startsWith(value, at + 1)) setBit(out, bit);
    }
  }

  #matchEnds(text: string, comma: number, out: Int32Array): void {
    for (const { value, bit } of this.#ends.get(text.charCodeAt(text.length - 1)) ?? []) if (text.endsWith(value)) setBit(out, bit);
    for (let at = comma; at >= 0; at = text.indexOf(",", at + 1)) {
      for (const { value, bit, whole } of this.#ends.get(text.charCodeAt(at - 1)) ?? []) if (!whole && text.endsWith(value, at)) setBit(out, bit);
    }
  }
}

function wildcardHit({ bit, test, whole }: NumberedTest): Hit | undefined {
  if (test.kind !== "wildcard") return undefined;
  const matches = (piece: string): boolean => test.patterns.some((pattern) => matchesWildcard(piece, pattern));
  return (text, out) => {
    if (whole || !text.includes(",") ? matches(text) : text.split(",").some(matches)) setBit(out, bit);
  };
}

function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

function setAll(bits: readonly number[] | undefined, out: Int32Array): void {
  if (bits !== undefined) for (const bit of bits) setBit(out, bit);
}
