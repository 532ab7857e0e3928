import type { Wildcard } from "../tree.ts";

/**
 * A text of a Sigma rule. `*` is any run of characters and `?` any one; a backslash before `*`, `?` or another backslash
 * takes its meaning away. Any other backslash stands for itself.
 */
export function parseWildcards(text: string): Wildcard {
  const pieces: (string | { readonly any: "run" | "one" })[] = [];
  let literal = "";
  const flush = (): void => {
    if (literal !== "") pieces.push(literal);
    literal = "";
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === "\\" && (text[at + 1] === "*" || text[at + 1] === "?" || text[at + 1] === "\\")) {
      literal += text[at + 1];
      at += 1;
    } else if (character === "*" || character === "?") {
      flush();
      const any = character === "*" ? "run" : "one";
      const last = pieces.at(-1);
      // Two runs after each other are one.
      if (!(any === "run" && typeof last === "object" && last.any === "run")) pieces.push({ any });
    } else literal += character;
  }
  flush();
  return pieces;
}

/** The text of a pattern without wildcards, or `undefined` where it has some. */
export function literalOf(pattern: Wildcard): string | undefined {
  if (pattern.some((piece) => typeof piece !== "string")) return undefined;
  return pattern.join("");
}

/** A pattern with every literal piece changed. */
export function mapLiterals(pattern: Wildcard, change: (text: string) => string): Wildcard {
  return pattern.map((piece) => (typeof piece === "string" ? change(piece) : piece));
}

/** The dashes that mean the same to programs of Windows: hyphen, slash, en dash, em dash, horizontal bar. */
const DASHES: readonly string[] = ["-", "/", "\u2013", "\u2014", "\u2015"];
/** The most dashes of one value that are written in every way, from its start; the others stay. */
const MOST_DASHES = 4;
/** The most characters that all variants of one value may have together. */
const MOST_CHARACTERS = 262_144;

/** A value with every option dash written in every way: a `-` or `/` that begins a word. A wildcard is no part of a word. */
export function windowsDashes(pattern: Wildcard): Wildcard[] {
  let variants: Wildcard[] = [[]];
  const length = pattern.reduce((sum, piece) => sum + (typeof piece === "string" ? piece.length : 1), 1);
  let left = Math.max(0, Math.min(MOST_DASHES, Math.floor(Math.log(MOST_CHARACTERS / length) / Math.log(DASHES.length))));
  for (const piece of pattern) {
    let forms: readonly Wildcard[number][] = [piece];
    if (typeof piece === "string") {
      const places = [...dashPlaces(piece, left)];
      left -= places.length;
      forms = dashForms(piece, places);
    }
    variants = variants.flatMap((start) => forms.map((form) => [...start, form]));
  }
  return variants;
}

function* dashPlaces(text: string, most: number): Generator<number> {
  let left = most;
  for (const match of text.matchAll(/\B[-/]\b/g)) {
    if (left-- <= 0) return;
    yield match.index;
  }
}

/** The text with each of its dashes in every form, as it stands first. */
function dashForms(text: string, places: readonly number[]): string[] {
  let forms = [""];
  let from = 0;
  for (const place of places) {
    const written = text[place] as string;
    const before = text.slice(from, place);
    forms = forms.flatMap((start) => [written, ...DASHES.filter((dash) => dash !== written)].map((dash) => start + before + dash));
    from = place + 1;
  }
  return forms.map((form) => form + text.slice(from));
}

/** Bytes as a text of one character a byte, so that they can go on through modifiers. */
export function utf16(text: string, order: "le" | "be", mark: boolean): string {
  const bytes = Buffer.from(text, "utf16le");
  if (order === "be") bytes.swap16();
  return (mark ? "\u00ff\u00fe" : "") + bytes.toString("latin1");
}

export function base64(text: string): string {
  return bytesOf(text).toString("base64");
}

/** The three forms that a text takes within a longer text in base64, without the characters that depend on its neighbours. */
export function base64Offsets(text: string): string[] {
  const bytes = bytesOf(text);
  const starts = [0, 2, 3];
  const cuts = [0, 3, 2];
  return starts.map((start, offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, 0x20), bytes]).toString("base64");
    return encoded.slice(start, encoded.length - (cuts[(bytes.length + offset) % 3] as number));
  });
}

/** UTF-8, unless an earlier modifier has made bytes of it already: then every character is one of 0 to 255, some of them 0. */
function bytesOf(text: string): Buffer {
  const isBytes = text.includes("\0") && [...text].every((character) => character.charCodeAt(0) < 256);
  return Buffer.from(text, isBytes ? "latin1" : "utf8");
}
