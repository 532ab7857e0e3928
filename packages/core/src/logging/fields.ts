import type { LogFields } from "@millrace/api";

/** The fields of a line as ` key=value`, in their order. Values that are not plain words are quoted. */
export function fieldsText(fields: LogFields | undefined, order: (names: string[]) => string[] = (names) => names): string {
  if (fields === undefined) return "";
  let text = "";
  for (const name of order(Object.keys(fields))) if (fields[name] !== undefined) text += ` ${name}=${valueText(fields[name])}`;
  return text;
}

/** A text as a Go program would quote it (strconv.Quote), where it has more than letters, digits and `-._/@^+`. */
export function quotedIfNeeded(text: string): string {
  return /^[a-zA-Z0-9\-._/@^+]+$/.test(text) ? text : goQuoted(text);
}

function valueText(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return quotedIfNeeded(value);
  if (value instanceof Error) return quotedIfNeeded(value.message);
  return quotedIfNeeded(jsonText(value));
}

/** JSON, or what can be said of a value that has none. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)) ?? String(value);
  } catch {
    // A cycle, or a getter that throws. A line that was asked for is written all the same.
    return Object.prototype.toString.call(value);
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
};

function goQuoted(text: string): string {
  const escaped = text.replace(/["\\]|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    const known = ESCAPES[character];
    if (known !== undefined) return known;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}
