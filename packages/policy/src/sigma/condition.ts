import type { Place } from "@millrace/api";
import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { matchesWildcard } from "../text-test.ts";
import type { Wildcard } from "../tree.ts";

/** A Sigma condition as it was written. */
export type SigmaCondition =
  | { readonly node: "and" | "or"; readonly terms: readonly SigmaCondition[] }
  | { readonly node: "not"; readonly term: SigmaCondition }
  | { readonly node: "search"; readonly name: string }
  /** `1 of` or `all of` the searches named; and how that was written, in lower case but for the names. */
  | { readonly node: "of"; readonly quantity: "one" | "all"; readonly names: readonly string[]; readonly text: string };

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const CODE = "MILLRACE_SIGMA_CONDITION";
const DEEPEST = 200;

/**
 * Parses a condition (Sigma rules specification, version 2): `and`, `or`, `not` in any case, parentheses, names of
 * searches, `1 of` or `all of` with `them` or a pattern. `them` leaves out names that begin with `_`.
 */
export function parseSigmaCondition(
  text: string,
  searches: readonly string[],
  placeOf: (start: number, end: number) => Place | undefined,
  found: DiagnosticBag,
): SigmaCondition | undefined {
  return new Parser(text, searches, placeOf, found).whole();
}

class Parser {
  readonly #words: readonly Word[];
  readonly #searches: readonly string[];
  readonly #placeOf: (start: number, end: number) => Place | undefined;
  readonly #found: DiagnosticBag;
  #at = 0;
  #depth = 0;
  #failed = false;

  constructor(text: string, searches: readonly string[], placeOf: (start: number, end: number) => Place | undefined, found: DiagnosticBag) {
    this.#words = [...text.matchAll(/[()|]|[^\s()|]+/g)].map((match) => ({ text: match[0], start: match.index, end: match.index + match[0].length }));
    this.#searches = searches;
    this.#placeOf = placeOf;
    this.#found = found;
  }

  whole(): SigmaCondition | undefined {
    const condition = this.#or();
    const rest = this.#word;
    if (!this.#failed && rest !== undefined) {
      if (rest.text === "|") this.#error(rest, "aggregations are not supported", "a correlation over time is beyond one event");
      else if (rest.text.toLowerCase() === "near") this.#error(rest, '"near" is not supported', "a correlation over time is beyond one event");
      else this.#error(rest, `expected "and", "or", or the end of the condition, got "${rest.text}"`);
    }
    return this.#failed ? undefined : condition;
  }

  #or(): SigmaCondition {
    return this.#chain("or", () => this.#chain("and", () => this.#not()));
  }

  #chain(node: "and" | "or", part: () => SigmaCondition): SigmaCondition {
    const terms = [part()];
    while (this.#is(node)) {
      this.#at += 1;
      terms.push(part());
    }
    return terms.length === 1 ? (terms[0] as SigmaCondition) : { node, terms };
  }

  #not(): SigmaCondition {
    this.#depth += 1;
    try {
      if (this.#depth > DEEPEST) return this.#error(this.#word, `a condition may be nested ${DEEPEST} deep at the most`);
      if (this.#is("not")) {
        this.#at += 1;
        return { node: "not", term: this.#not() };
      }
      return this.#primary();
    } finally {
      this.#depth -= 1;
    }
  }

  #primary(): SigmaCondition {
    const word = this.#word;
    if (word === undefined || this.#failed) return this.#error(word, "expected the name of a search, got the end of the condition");
    this.#at += 1;
    if (word.text === "(") {
      const inside = this.#or();
      if (this.#word?.text !== ")") return this.#error(word, "a parenthesis is not closed", 'add ")"');
      this.#at += 1;
      return inside;
    }
    const lower = word.text.toLowerCase();
    if (this.#is("of") && (lower === "1" || lower === "any" || lower === "all")) return this.#of(lower === "all" ? "all" : "one");
    if (this.#is("of") && /^\d+$/.test(lower)) return this.#error(word, `"${word.text} of" is not supported`, 'write "1 of" or "all of"');
    if (this.#searches.includes(word.text)) return { node: "search", name: word.text };
    return this.#error(word, `there is no search "${word.text}"`, didYouMean(word.text, this.#searches));
  }

  #of(quantity: "one" | "all"): SigmaCondition {
    this.#at += 1;
    const target = this.#word;
    if (target === undefined) return this.#error(target, 'expected "them" or a pattern after "of"');
    this.#at += 1;
    const words = quantity === "all" ? "all of" : "1 of";
    if (target.text.toLowerCase() === "them") {
      return { node: "of", quantity, names: this.#searches.filter((name) => !name.startsWith("_")), text: `${words} them` };
    }
    const pattern = target.text
      .split("*")
      .flatMap((piece, index): Wildcard => [...(index > 0 ? [{ any: "run" } as const] : []), ...(piece === "" ? [] : [piece])]);
    const names = this.#searches.filter((name) => matchesWildcard(name, pattern));
    if (names.length === 0) return this.#error(target, `no search matches "${target.text}"`, didYouMean(target.text.replaceAll("*", ""), this.#searches));
    return { node: "of", quantity, names, text: `${words} ${target.text}` };
  }

  get #word(): Word | undefined {
    return this.#words[this.#at];
  }

  #is(word: string): boolean {
    return this.#word?.text.toLowerCase() === word;
  }

  /** One mistake a condition: what follows it could not be trusted. */
  #error(word: Word | undefined, message: string, hint?: string): SigmaCondition {
    const last = this.#words.at(-1);
    if (!this.#failed) this.#found.error(CODE, message, { place: this.#placeOf(word?.start ?? last?.end ?? 0, word?.end ?? (last?.end ?? 0) + 1), hint });
    this.#failed = true;
    return { node: "search", name: "" };
  }
}
