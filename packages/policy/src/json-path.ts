import { matchesWildcard } from "./text-test.ts";
import type { Wildcard } from "./tree.ts";

/**
 * What a path finds in a JSON text, as text: `items.0.namespace`. Parts are divided by dots; a number is an index of an
 * array; `*` and `?` in the name of a key are wildcards, and the first key under which there is something counts. Texts come
 * without quotes, `null` as `""`, whole numbers with all their digits, objects and arrays as they stand in the text.
 *
 * As the library that sf-processor uses (GJSON), it takes the text from its first bracket on, and asks only of what it passes
 * whether it is JSON: what was cut off behind does no harm. `""` where the path leads nowhere.
 */
export function jsonAt(text: string, path: string): string {
  const at = text.search(/[[{]/);
  if (at < 0 || path === "") return "";
  const found = within(text, at, path.split(".").map(partOf), 0);
  return found === undefined ? "" : textOf(text.slice(found.start, found.end));
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Part {
  readonly text: string;
  readonly index: number | undefined;
  /** Where there is a wildcard in it. */
  readonly pattern: Wildcard | undefined;
}

function partOf(text: string): Part {
  const index = /^\d+$/.test(text) ? Number(text) : undefined;
  if (!/[*?]/.test(text)) return { text, index, pattern: undefined };
  const pattern = text
    .split(/([*?])/)
    .flatMap((piece): Wildcard => (piece === "" ? [] : [piece === "*" ? { any: "run" } : piece === "?" ? { any: "one" } : piece]));
  return { text, index, pattern };
}

/** The value that the rest of a path leads to in the object or array that begins at an offset. */
function within(text: string, open: number, parts: readonly Part[], depth: number): Span | undefined {
  const part = parts[depth] as Part;
  const isObject = text[open] === "{";
  const close = isObject ? "}" : "]";
  let at = open + 1;
  for (let index = 0; ; index++) {
    let wanted = index === part.index;
    if (isObject) {
      at = skipTo(text, at, /["}]/g);
      if (at >= text.length || text[at] === close) return undefined;
      const end = stringEnd(text, at);
      wanted = isNamed(part, unescaped(text.slice(at, end)));
      at = end;
    }
    at = skipTo(text, at, isObject ? /[^\s:,]/g : /[^\s,]/g);
    if (at >= text.length || text[at] === close) return undefined;
    const value: Span = { start: at, end: valueEnd(text, at) };
    if (wanted && depth === parts.length - 1) return value;
    if (wanted && (text[at] === "{" || text[at] === "[")) {
      const found = within(text, at, parts, depth + 1);
      if (found !== undefined) return found;
    }
    at = value.end;
  }
}

function isNamed({ text, pattern }: Part, key: string): boolean {
  return pattern === undefined ? key === text : matchesWildcard(key, pattern);
}

function skipTo(text: string, from: number, wanted: RegExp): number {
  wanted.lastIndex = from;
  return wanted.exec(text)?.index ?? text.length;
}

function valueEnd(text: string, at: number): number {
  switch (text[at]) {
    case '"':
      return stringEnd(text, at);
    case "{":
    case "[":
      return bracketEnd(text, at);
    default:
      return Math.max(skipTo(text, at, /[\s,\]}]/g), at + 1);
  }
}

function stringEnd(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** Behind the bracket that closes the one at an offset. Brackets of either kind count alike. */
function bracketEnd(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at) - 1;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

function textOf(raw: string): string {
  if (raw.startsWith('"')) return unescaped(raw);
  if (raw === "null") return "";
  if (!/^[-+]?[\d.]/.test(raw) || /^-?\d+$/.test(raw)) return raw;
  const value = Number(raw);
  return Number.isFinite(value) ? decimalOf(value) : raw;
}

/** The text in a JSON string; where its escapes are none of JSON's, what stands between its quotes. */
function unescaped(quoted: string): string {
  const inner = quoted.slice(1, quoted.endsWith('"') && quoted.length > 1 ? -1 : undefined);
  if (!inner.includes("\\")) return inner;
  try {
    return String(JSON.parse(`"${inner}"`));
  } catch {
    // Rules look into texts that somebody else has written: what is no JSON counts as it stands.
    return inner;
  }
}

/** A number in decimal, without an exponent. */
function decimalOf(value: number): string {
  const match = /^(-?)(\d)(?:\.(\d+))?e([-+]\d+)$/.exec(String(value));
  if (match === null) return String(value);
  const [, sign = "", first = "", fraction = "", exponent = "0"] = match;
  const shift = Number(exponent);
  return shift < 0 ? `${sign}0.${"0".repeat(-shift - 1)}${first}${fraction}` : `${sign}${first}${fraction.padEnd(shift, "0")}`;
}
