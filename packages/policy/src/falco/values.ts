import type { DiagnosticBag, Source, Span } from "@millrace/text";
import type { Entry } from "./file-reader.ts";

/** A text of a file, with where it stands. */
export interface Text {
  readonly text: string;
  readonly span: Span;
}

/**
 * A name or description. A text over several lines is folded as YAML folds it: a line break with the white space around
 * it becomes one space, except in a `|` block. Quotes around a whole text come off; a comment after a plain text does too.
 */
export function readText(source: Source, entry: Entry): Text {
  const raw = source.text.slice(entry.value.start, entry.value.end);
  if (entry.block === "|") {
    const column = entry.value.start - (source.text.lastIndexOf("\n", entry.value.start - 1) + 1);
    return { text: unindented(raw, column), span: entry.value };
  }
  const plain = entry.block === ">" ? raw : withoutComments(raw);
  const folded = plain
    .split(/\r?\n/)
    .map((line, index) => (index === 0 ? line.trimEnd() : line.trim()))
    .filter((line, index) => index === 0 || line !== "")
    .join(" ")
    .trim();
  return { text: unquoted(folded), span: entry.value };
}

/** A text that is one quoted text as a whole, as YAML writes it. */
const QUOTED = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')$/s;

/** Whether a text is one quoted text as a whole: `"a" and "b"` is not. */
export function isQuoted(text: string): boolean {
  return QUOTED.test(text);
}

/** Quotes around the whole of a text come off, and quotes within it are no longer escaped. */
function unquoted(text: string): string {
  if (!isQuoted(text)) return text;
  const inner = text.slice(1, -1);
  return text.startsWith("'") ? inner.replaceAll("''", "'") : inner.replaceAll(/\\(["\\])/g, "$1");
}

/** Takes comments away: a `#` at the start of a line, or after white space and outside of quotes. */
function withoutComments(text: string): string {
  return text
    .split("\n")
    .map((line) => {
      let quote = "";
      for (let at = 0; at < line.length; at++) {
        const character = line[at] as string;
        if (quote !== "") quote = character === quote ? "" : quote;
        else if ((character === '"' || character === "'") && (at === 0 || /[\s,[(=]/.test(line[at - 1] as string))) quote = character;
        else if (character === "#" && (at === 0 || /\s/.test(line[at - 1] as string))) return line.slice(0, at);
      }
      return line;
    })
    .join("\n");
}

/** The first line stands at its indentation already; from the others as much is taken, as far as it is white space. */
function unindented(text: string, indent: number): string {
  const [first, ...others] = text.split(/\r?\n/);
  return [first, ...others.map((line) => line.slice(Math.min(indent, line.length - line.trimStart().length)))].join("\n");
}

/**
 * A list: `[a, "b c", d]` over any number of lines, or a line with `- ` for each item. A text alone is a list of one. Every
 * comma divides, even one between quotes, and behind a last comma stands an empty item: sf-processor reads lists so.
 */
export function readList(source: Source, entry: Entry, found: DiagnosticBag): Text[] {
  const { start, end } = entry.value;
  if (start === end) return [];
  const first = source.text[start];
  if (first !== "[" && first !== "-") return [readText(source, entry)];
  const items = first === "[" ? readBracketed(source, entry, found) : readDashed(source, entry);
  return items.flatMap(({ text, span }) => text.split(",").map((piece) => ({ text: piece, span })));
}

function readBracketed(source: Source, entry: Entry, found: DiagnosticBag): Text[] {
  const { text } = source;
  const { start, end } = entry.value;
  const items: Text[] = [];
  let at = start + 1;
  let closed = false;
  let comma: number | undefined;
  while (at < end) {
    const character = text[at] as string;
    if (/\s/.test(character)) at += 1;
    else if (character === ",") comma = at++;
    else if (character === "#") at = lineEnd(text, at, end);
    else if (character === "]") {
      closed = true;
      break;
    } else {
      const item = itemAt(source, at, end, found);
      items.push(item);
      comma = undefined;
      at = Math.max(item.span.end, at + 1);
    }
  }
  if (comma !== undefined && items.length > 0) items.push({ text: "", span: { start: comma, end: comma + 1 } });
  if (!closed) found.error("MILLRACE_POLICY_SYNTAX", "a list is not closed", { place: source.place(start), hint: 'add "]"' });
  else if (
    text
      .slice(at + 1, end)
      .replace(/#.*/g, "")
      .trim() !== ""
  ) {
    found.error("MILLRACE_POLICY_SYNTAX", "something follows the end of a list", { place: source.place(at + 1, end) });
  }
  return items;
}

function itemAt(source: Source, start: number, end: number, found: DiagnosticBag): Text {
  const { text } = source;
  const quote = text[start] as string;
  if (quote === '"' || quote === "'") {
    const stop = lineEnd(text, start, end);
    const close = text.indexOf(quote, start + 1);
    if (close >= 0 && close < stop) return { text: text.slice(start + 1, close), span: { start, end: close + 1 } };
    const span = { start, end: stop };
    found.error("MILLRACE_POLICY_SYNTAX", "a string is not closed on its line", { place: source.at(span), hint: `add ${quote} at its end` });
    return { text: "", span };
  }
  let at = start;
  // A bracket within a word belongs to it: a path into JSON. A `#` after a blank begins a comment.
  while (at < end && !/[,\]\n]/.test(text[at] as string) && !(text[at] === "#" && /\s/.test(text[at - 1] as string))) {
    if (text[at] === "[" && at > start) at = Math.min(Math.max(text.indexOf("]", at), at), end - 1);
    at += 1;
  }
  const raw = text.slice(start, at).trimEnd();
  return { text: raw, span: { start, end: start + Math.max(raw.length, 1) } };
}

function readDashed(source: Source, entry: Entry): Text[] {
  const items: Text[] = [];
  let at = entry.value.start;
  for (const line of source.text.slice(entry.value.start, entry.value.end).split("\n")) {
    const match = /^(\s*-\s*)(.*?)\s*$/.exec(withoutComments(line));
    const text = match?.[2] ?? "";
    if (text !== "") {
      const start = at + (match?.[1] ?? "").length;
      items.push({ text: unquoted(text), span: { start, end: start + text.length } });
    }
    at += line.length + 1;
  }
  return items;
}

/** A YAML boolean. Anything else is reported, and counts as not given. */
export function readBoolean(source: Source, entry: Entry, found: DiagnosticBag): boolean | undefined {
  const { text, span } = readText(source, entry);
  const word = text.toLowerCase();
  if (["true", "yes", "on", "y", "t", "1"].includes(word)) return true;
  if (["false", "no", "off", "n", "f", "0"].includes(word)) return false;
  found.error("MILLRACE_POLICY_VALUE", `"${entry.key}" is true or false, not "${text}"`, { place: source.at(span.start === span.end ? entry.keySpan : span) });
  return undefined;
}

function lineEnd(text: string, from: number, end: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 || at > end ? end : at;
}
