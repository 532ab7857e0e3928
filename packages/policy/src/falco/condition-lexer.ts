import type { DiagnosticBag, Source } from "@millrace/text";
import type { Range } from "./syntax.ts";

/** A piece of a condition. `word` covers names, paths, numbers and tags: the grammar tells them apart by where they stand. */
export interface Token {
  readonly kind: "word" | "string" | "operator" | "(" | ")" | "," | "[" | "]" | "end";
  /** The word or operator; of a string what stands between its quotes. */
  readonly text: string;
  readonly at: Range;
}

const SPACE = /\s/;
/** Characters of a bare word. A `[` belongs to it where it follows without a blank: a path into JSON, or an ancestor's number. */
const WORD = /[A-Za-z0-9_./*:\-+%@~\\$^]|[\u0080-\u{10ffff}]/u;
const INDEX_END = "]";

/**
 * Cuts a condition into tokens. White space and `#` comments up to the end of the line stand between tokens; a `#` within a
 * word belongs to it. Strings stand in `"…"` or `'…'` on one line, and may hold quotes of the other kind; there are no escapes,
 * but `\"…\"` is borne as a way to write the quotes themselves.
 */
export function lexCondition({ source, start, end }: Range, found: DiagnosticBag): Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let at = start;
  while (at < end) {
    const character = text[at] as string;
    if (SPACE.test(character)) at += 1;
    else if (character === "#") at = lineEnd(text, at, end);
    else {
      const token = tokenAt(source, at, end, found);
      if (token.kind !== "end") tokens.push(token);
      at = token.at.end;
    }
  }
  tokens.push({ kind: "end", text: "", at: { source, start: end, end } });
  return tokens;
}

function tokenAt(source: Source, at: number, end: number, found: DiagnosticBag): Token {
  const { text } = source;
  const character = text[at] as string;
  if (character === "(" || character === ")" || character === "," || character === "[" || character === "]") {
    return { kind: character, text: character, at: { source, start: at, end: at + 1 } };
  }
  if (character === '"' || character === "'" || (character === "\\" && text[at + 1] === '"')) return stringAt(source, at, end, found);
  if (character === "=" || character === "!" || character === "<" || character === ">") return operatorAt(source, at, found);
  if (WORD.test(character)) return wordAt(source, at, end);
  const range = { source, start: at, end: at + 1 };
  found.error("MILLRACE_POLICY_SYNTAX", `"${character}" has no meaning in a condition`, {
    place: source.at(range),
    hint: "put a literal that holds it in quotes",
  });
  return { kind: "end", text: "", at: range };
}

function operatorAt(source: Source, at: number, found: DiagnosticBag): Token {
  const { text } = source;
  const two = text.slice(at, at + 2);
  if (two === "==" || two === "!=" || two === "<=" || two === ">=") {
    return { kind: "operator", text: two === "==" ? "=" : two, at: { source, start: at, end: at + 2 } };
  }
  const range = { source, start: at, end: at + 1 };
  if (text[at] !== "!") return { kind: "operator", text: text[at] as string, at: range };
  found.error("MILLRACE_POLICY_SYNTAX", `"!" has no meaning in a condition`, { place: source.at(range), hint: 'write "not" or "!="' });
  return { kind: "end", text: "", at: range };
}

function wordAt(source: Source, start: number, end: number): Token {
  const { text } = source;
  let at = start;
  while (at < end) {
    const character = text[at] as string;
    if (WORD.test(character) || (character === "#" && at > start)) at += 1;
    else if (character === "[" && at > start) {
      const close = text.indexOf(INDEX_END, at);
      const newline = lineEnd(text, at, end);
      if (close < 0 || close >= newline) break;
      at = close + 1;
    } else break;
  }
  return { kind: "word", text: text.slice(start, at), at: { source, start, end: at } };
}

/** A string ends at the first quote of its kind that is not followed by one more of the same word: `'"(systemd)"'` holds quotes. */
function stringAt(source: Source, start: number, end: number, found: DiagnosticBag): Token {
  const { text } = source;
  const opening =
    text[start] === "\\"
      ? '\\"'
      : text.startsWith("''", start) && text[start + 2] !== undefined && /[^'\s,)\]]/.test(text[start + 2] as string)
        ? "''"
        : (text[start] as string);
  const stop = lineEnd(text, start, end);
  const close = text.indexOf(opening, start + opening.length);
  if (close < 0 || close + opening.length > stop) {
    const range = { source, start, end: Math.max(stop, start + 1) };
    found.error("MILLRACE_POLICY_SYNTAX", "a string is not closed on its line", { place: source.at(range), hint: `add ${opening} at its end` });
    return { kind: "string", text: text.slice(start + opening.length, stop).trimEnd(), at: range };
  }
  return { kind: "string", text: text.slice(start + opening.length, close), at: { source, start, end: close + opening.length } };
}

function lineEnd(text: string, from: number, end: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 || at > end ? end : at;
}
