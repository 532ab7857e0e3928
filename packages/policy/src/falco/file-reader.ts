import type { DiagnosticBag, Source, Span } from "@millrace/text";

/** One `key: value` of a definition. The value is still text: what it means depends on the key. */
export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  /** From the first to the last character of the value; empty where there is none. */
  readonly value: Span;
  /** Whether the value is a block scalar, and which: `|` keeps line breaks, `>` folds them. */
  readonly block: "|" | ">" | undefined;
  /** The column of the key, from 0. */
  readonly indent: number;
}

/** One definition: what begins with a `-`. Its first entry says what it defines. */
export interface Definition {
  readonly entries: readonly Entry[];
  readonly span: Span;
}

interface Line {
  readonly start: number;
  /** Where the line ends, line end not included. */
  readonly end: number;
  readonly indent: number;
  readonly blank: boolean;
}

/** Words that begin a definition. */
export const DEFINITION_KEYS: readonly string[] = ["rule", "macro", "list", "filter", "drop", "required_engine_version", "required_plugin_versions"];

/** Every key that a definition may have. */
export const KNOWN_KEYS: readonly string[] = [
  ...DEFINITION_KEYS,
  "desc",
  "condition",
  "items",
  "output",
  "actions",
  "priority",
  "tags",
  "prefilter",
  "enabled",
  "append",
  "override",
  "exceptions",
  "source",
  "warn_evttypes",
  "skip-if-unknown-filter",
  "capture",
  "capture_duration",
];

/** A key with its colon; it may stand in quotes. */
const KEY = /^(["']?)([A-Za-z_][A-Za-z0-9_-]*)\1[ \t]*:(?=[ \t]|$)/;
const DASH_KEY = /^-[ \t]*(["']?)([A-Za-z_][A-Za-z0-9_-]*)\1[ \t]*:(?=[ \t]|$)/;
/** A dash whose definition begins on the next line. */
const LONE_DASH = /^-[ \t]*(?:#.*)?$/;

/**
 * Divides a policy file into definitions and their entries. The format is YAML as people write it in policies, read line by
 * line: the indentation of a `-` may be odd, plain texts go over several lines until the next key, documents may be
 * divided by `---`. Everything that belongs to no definition is an error with its place.
 */
export function readDefinitions(source: Source, found: DiagnosticBag): Definition[] {
  const lines = linesOf(source.text);
  const definitions: { entries: Entry[]; span: { start: number; end: number } }[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as Line;
    if (isSkipped(source.text, line)) {
      at += 1;
      continue;
    }
    const starts = startOfDefinition(source.text, line);
    if (beginsBelow(source.text, lines, at)) {
      definitions.push({ entries: [], span: { start: line.start + line.indent, end: line.end } });
      at += 1;
      continue;
    }
    if (starts !== undefined) definitions.push({ entries: [], span: { start: line.start + line.indent, end: line.end } });
    const definition = definitions.at(-1);
    const key = starts ?? keyOf(source.text, line);
    if (definition === undefined || key === undefined) {
      found.error(
        "MILLRACE_POLICY_SYNTAX",
        definition === undefined ? 'expected a definition that begins with "-"' : "expected a key of the definition above",
        {
          place: source.place(line.start + line.indent, line.end),
          hint: 'a definition begins with "- rule:", "- macro:", "- list:", "- filter:" or "- drop:"',
        },
      );
      at += 1;
      continue;
    }
    const { entry, next } = readEntry(source.text, lines, at, key);
    definition.entries.push(entry);
    definition.span.end = Math.max(entry.value.end, entry.keySpan.end);
    at = next;
  }
  return definitions;
}

interface KeyAt {
  readonly key: string;
  readonly span: Span;
  readonly after: number;
  readonly indent: number;
}

function startOfDefinition(text: string, line: Line): KeyAt | undefined {
  const begin = line.start + line.indent;
  const match = DASH_KEY.exec(text.slice(begin, line.end));
  if (match === null) return undefined;
  const key = match[2] as string;
  const start = begin + match[0].indexOf(key);
  return { key, span: { start, end: start + key.length }, after: begin + match[0].length, indent: start - line.start };
}

/** Whether a line is a dash alone, and what it defines stands on the next line. */
function beginsBelow(text: string, lines: readonly Line[], at: number): boolean {
  const line = lines[at] as Line;
  if (!LONE_DASH.test(text.slice(line.start + line.indent, line.end))) return false;
  let below = at + 1;
  while (below < lines.length && isSkipped(text, lines[below] as Line)) below += 1;
  return below < lines.length && DEFINITION_KEYS.includes(keyOf(text, lines[below] as Line)?.key ?? "");
}

function keyOf(text: string, line: Line): KeyAt | undefined {
  const begin = line.start + line.indent;
  const match = KEY.exec(text.slice(begin, line.end));
  if (match === null) return undefined;
  const key = match[2] as string;
  const start = begin + (match[1] as string).length;
  return { key, span: { start, end: start + key.length }, after: begin + match[0].length, indent: line.indent };
}

function readEntry(text: string, lines: readonly Line[], at: number, key: KeyAt): { entry: Entry; next: number } {
  const line = lines[at] as Line;
  const rest = text.slice(key.after, line.end);
  const header = /^[ \t]*([|>])[+-]?[0-9]?[ \t]*(?:#.*)?$/.exec(rest);
  const block = header?.[1] as "|" | ">" | undefined;
  let next = at + 1;
  // A bracketed value ends where its bracket does, whatever stands at the start of the lines between.
  const bracket = block === undefined && /^[ \t]*\[/.test(rest) ? closingBracket(text, key.after, (lines.at(-1) as Line).end) : undefined;
  while (next < lines.length) {
    const following = lines[next] as Line;
    const inside = bracket !== undefined && following.start <= bracket;
    if (!inside && (endsValue(text, following, key, block !== undefined) || beginsBelow(text, lines, next))) break;
    next += 1;
  }
  const from = block === undefined ? key.after : Math.min(line.end + 1, text.length);
  const until = (lines[next - 1] as Line).end;
  return {
    entry: { key: key.key, keySpan: key.span, value: trimmed(text, from, Math.max(from, until), block === undefined), block, indent: key.indent },
    next,
  };
}

/** Whether a line stands outside of the value of the key above it. */
function endsValue(text: string, line: Line, key: KeyAt, isBlock: boolean): boolean {
  if (line.blank) return false;
  const content = text.slice(line.start + line.indent, line.end);
  if (/^(---|\.\.\.)[ \t]*$/.test(content) && line.indent === 0) return true;
  const starts = startOfDefinition(text, line);
  if (starts !== undefined && (DEFINITION_KEYS.includes(starts.key) || line.indent === 0)) return true;
  if (isBlock && line.indent > key.indent) return false;
  const inner = keyOf(text, line);
  if (inner === undefined) return false;
  // `exceptions` holds keys of its own, deeper than itself.
  return line.indent <= key.indent || (KNOWN_KEYS.includes(inner.key) && key.key !== "exceptions");
}

/** Where the bracket that opens a value closes, strings and comments passed over; `undefined` where it never does. */
function closingBracket(text: string, from: number, end: number): number | undefined {
  let depth = 0;
  for (let at = from; at < end; at++) {
    const character = text[at] as string;
    if (character === "#" && /\s/.test(text[at - 1] ?? " ")) at = endOfLine(text, at, end);
    else if (character === '"' || character === "'") at = closingQuote(text, at, end) ?? at;
    else if (character === "[") depth += 1;
    else if (character === "]") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

function closingQuote(text: string, at: number, end: number): number | undefined {
  const close = text.indexOf(text[at] as string, at + 1);
  return close < 0 || close > endOfLine(text, at, end) ? undefined : close;
}

function endOfLine(text: string, at: number, end: number): number {
  const newline = text.indexOf("\n", at);
  return newline < 0 || newline > end ? end : newline;
}

/** The same range without white space around it and, for values that are no block, without a comment after it. */
function trimmed(text: string, from: number, until: number, comments: boolean): Span {
  let end = until;
  let start = from;
  if (comments) {
    // Whole lines of comment after a value belong to nobody.
    for (;;) {
      while (end > start && /\s/.test(text[end - 1] as string)) end -= 1;
      const lineStart = text.lastIndexOf("\n", end - 1) + 1;
      if (lineStart <= start || !/^\s*#/.test(text.slice(lineStart, end))) break;
      end = lineStart;
    }
  }
  while (end > start && /\s/.test(text[end - 1] as string)) end -= 1;
  while (start < end && /\s/.test(text[start] as string)) start += 1;
  return { start, end };
}

function isSkipped(text: string, line: Line): boolean {
  if (line.blank) return true;
  const content = text.slice(line.start + line.indent, line.end);
  return content.startsWith("#") || /^(---|\.\.\.)([ \t]+#.*|[ \t]*)$/.test(content) || (line.indent === 0 && content.startsWith("%"));
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (start <= text.length) {
    const newline = text.indexOf("\n", start);
    const next = newline < 0 ? text.length : newline;
    const end = text[next - 1] === "\r" && next > start ? next - 1 : next;
    let indent = 0;
    while (start + indent < end && (text[start + indent] === " " || text[start + indent] === "\t")) indent += 1;
    lines.push({ start, end, indent, blank: start + indent === end });
    if (newline < 0) break;
    start = newline + 1;
  }
  return lines;
}
