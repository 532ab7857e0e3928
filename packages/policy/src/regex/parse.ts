import { type CharSet, charSet, complement, union, withBothCases } from "./char-set.ts";

/** A regular expression of the kind that both RE2 and JavaScript know. `text` is the part in JavaScript's syntax, with the flag `u`. */
export type Regex =
  | { readonly node: "chars"; readonly set: CharSet; readonly text: string }
  /** What stands between characters. `start` and `end` are those of the whole text. */
  | { readonly node: "between"; readonly at: "start" | "end" | "word"; readonly text: string }
  | { readonly node: "sequence"; readonly parts: readonly Regex[] }
  | { readonly node: "choice"; readonly parts: readonly Regex[] }
  /** Repeated at least `least` times and at most `most` (`Infinity`) times. */
  | { readonly node: "repeat"; readonly part: Regex; readonly least: number; readonly most: number };

export interface RegexFlags {
  readonly caseless: boolean;
  readonly dotAll: boolean;
}

export interface ParsedRegex extends RegexFlags {
  readonly regex: Regex;
}

/** Thrown inside for what is outside of the common ground; never leaves this file. */
const OUTSIDE = Symbol("outside of the common ground");

/**
 * Parses a regular expression as far as RE2 and JavaScript mean the same by it: characters, classes, groups, choices,
 * repetitions, `^`, `$`, `\b`. `undefined` for anything else (`(?m)`, POSIX and Unicode classes, named groups, …).
 */
export function parseRegex(source: string, flags: string): ParsedRegex | undefined {
  const leading = /^\(\?([is]+)\)/.exec(source);
  const all = flags + (leading?.[1] ?? "");
  if (all.includes("m")) return undefined;
  const read = { caseless: all.includes("i"), dotAll: all.includes("s") };
  try {
    return { regex: new Parser(source.slice(leading?.[0].length ?? 0), read).whole(), ...read };
  } catch (cause) {
    if (cause === OUTSIDE) return undefined;
    throw cause;
  }
}

const MOST_REPEATS = 1000;
const DEEPEST = 50;
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const CONTROLS: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f", v: "\v" };

const digits = charSet((code) => code >= 48 && code <= 57);
const word = charSet((code) => /[0-9A-Za-z_]/.test(String.fromCharCode(code)));
const space = charSet((code) => /[\t\n\f\r ]/.test(String.fromCharCode(code)));
const CLASSES: Readonly<Record<string, { readonly set: CharSet; readonly inside: string }>> = {
  d: { set: digits, inside: "0-9" },
  w: { set: word, inside: "0-9A-Za-z_" },
  s: { set: space, inside: "\\t\\n\\f\\r " },
};

class Parser {
  readonly #text: readonly string[];
  readonly #flags: RegexFlags;
  #at = 0;
  #depth = 0;

  constructor(source: string, flags: RegexFlags) {
    this.#text = [...source];
    this.#flags = flags;
  }

  whole(): Regex {
    const regex = this.#choice();
    if (this.#at < this.#text.length) throw OUTSIDE;
    return regex;
  }

  #choice(): Regex {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw OUTSIDE;
    const parts = [this.#sequence()];
    while (this.#takes("|")) parts.push(this.#sequence());
    this.#depth -= 1;
    return parts.length === 1 ? (parts[0] as Regex) : { node: "choice", parts };
  }

  #sequence(): Regex {
    const parts: Regex[] = [];
    while (this.#at < this.#text.length && !this.#is("|") && !this.#is(")")) parts.push(this.#repeated());
    return parts.length === 1 ? (parts[0] as Regex) : { node: "sequence", parts };
  }

  #repeated(): Regex {
    const part = this.#atom();
    const bounds = this.#bounds();
    if (bounds === undefined) return part;
    // Whether it takes much or little first makes no difference to whether it matches.
    this.#takes("?");
    // What is repeated twice, or is no character, is read differently here and there.
    if (part.node === "between" || this.#is("*") || this.#is("+") || this.#is("?") || this.#is("{")) throw OUTSIDE;
    return { node: "repeat", part, ...bounds };
  }

  #bounds(): { readonly least: number; readonly most: number } | undefined {
    if (this.#takes("*")) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.#takes("+")) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.#takes("?")) return { least: 0, most: 1 };
    if (!this.#is("{")) return undefined;
    const close = this.#text.indexOf("}", this.#at);
    const match = /^\{(\d{1,4})(,(\d{0,4}))?$/.exec(this.#text.slice(this.#at, Math.max(close, this.#at)).join(""));
    if (match === null) throw OUTSIDE;
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === "" ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (least > most || least > MOST_REPEATS || (most !== Number.POSITIVE_INFINITY && most > MOST_REPEATS)) throw OUTSIDE;
    this.#at = close + 1;
    return { least, most };
  }

  #atom(): Regex {
    const character = this.#next();
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case ".":
        return this.#flags.dotAll ? chars(complement(charSet(() => false)), "[\\s\\S]") : chars(complement(charSet((code) => code === 10)), "[^\\n]");
      case "^":
        return { node: "between", at: "start", text: "^" };
      case "$":
        return { node: "between", at: "end", text: "$" };
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
      case "{":
      case "}":
      case "]":
      case ")":
        throw OUTSIDE;
      default:
        return this.#literal(character);
    }
  }

  #group(): Regex {
    if (this.#takes("?") && !this.#takes(":")) throw OUTSIDE;
    const inside = this.#choice();
    if (!this.#takes(")")) throw OUTSIDE;
    // A group of its own, so that what follows repeats all of it.
    return inside.node === "chars" || inside.node === "choice" ? inside : { node: "sequence", parts: [inside] };
  }

  #escape(): Regex {
    const character = this.#next();
    const known = CLASSES[character.toLowerCase()];
    if (known !== undefined) {
      const negated = character !== character.toLowerCase();
      // Case folding of what is not in a class is read differently here and there.
      if (negated && this.#flags.caseless) throw OUTSIDE;
      return chars(this.#folded(negated ? complement(known.set) : known.set), `[${negated ? "^" : ""}${known.inside}]`);
    }
    if (character === "b" || character === "B") {
      if (this.#flags.caseless) throw OUTSIDE;
      return { node: "between", at: "word", text: `\\${character}` };
    }
    return this.#literal(this.#escapedCharacter(character));
  }

  #escapedCharacter(character: string): string {
    const control = CONTROLS[character];
    if (control !== undefined) return control;
    if (PUNCTUATION.test(character)) return character;
    throw OUTSIDE;
  }

  #class(): Regex {
    const negated = this.#takes("^");
    if (negated && this.#flags.caseless) throw OUTSIDE;
    let set = charSet(() => false);
    let inside = "";
    while (!this.#takes("]")) {
      const item = this.#classItem();
      set = union(set, item.set);
      inside += item.inside;
    }
    if (inside === "") throw OUTSIDE;
    set = this.#folded(set);
    return chars(negated ? complement(set) : set, `[${negated ? "^" : ""}${inside}]`);
  }

  #classItem(): { readonly set: CharSet; readonly inside: string } {
    const first = this.#next();
    if (first === "[") throw OUTSIDE;
    if (first === "\\") {
      const known = CLASSES[this.#text[this.#at] ?? ""];
      if (known !== undefined) {
        this.#at += 1;
        if (this.#is("-")) throw OUTSIDE;
        return known;
      }
    }
    const low = first === "\\" ? this.#escapedCharacter(this.#next()) : first;
    if (!this.#is("-") || this.#text[this.#at + 1] === "]") return { set: only(low), inside: classText(low) };
    this.#at += 1;
    const last = this.#next();
    if (last === "[") throw OUTSIDE;
    const high = last === "\\" ? this.#escapedCharacter(this.#next()) : last;
    const [from, to] = [low.codePointAt(0) as number, high.codePointAt(0) as number];
    if (from > to) throw OUTSIDE;
    return { set: charSet((code) => code >= from && code <= to, to >= 128), inside: `${classText(low)}-${classText(high)}` };
  }

  #literal(character: string): Regex {
    return chars(this.#folded(only(character)), literalText(character));
  }

  #folded(set: CharSet): CharSet {
    return this.#flags.caseless ? withBothCases(set) : set;
  }

  #next(): string {
    const character = this.#text[this.#at];
    // Half a character is no character here and there alike.
    if (character === undefined || /^[\ud800-\udfff]$/.test(character)) throw OUTSIDE;
    this.#at += 1;
    return character;
  }

  #is(character: string): boolean {
    return this.#text[this.#at] === character;
  }

  #takes(character: string): boolean {
    if (!this.#is(character)) return false;
    this.#at += 1;
    return true;
  }
}

function chars(set: CharSet, text: string): Regex {
  return { node: "chars", set, text };
}

function only(character: string): CharSet {
  const code = character.codePointAt(0) as number;
  return charSet((each) => each === code, code >= 128);
}

function literalText(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : hexed(character);
}

function classText(character: string): string {
  return /[\^\\\]-]/.test(character) ? `\\${character}` : hexed(character);
}

function hexed(character: string): string {
  const code = character.codePointAt(0) as number;
  return code < 32 || code > 126 ? `\\u{${code.toString(16)}}` : character;
}
