/** What a query says, in its order. */
export interface QueryPairs {
  readonly pairs: readonly (readonly [key: string, value: string])[];
  /** How many parts were left out: a bad escape, or a semicolon. */
  readonly malformed: number;
}

/**
 * Reads a URL query (without `?`): `key=value` parts joined by `&`, where `+` is a space and `%xx` a byte of UTF-8. A part
 * without `=` is a key with an empty value; an empty part is nothing; a malformed one is counted and left out, and the
 * others stand. Bytes that are no UTF-8 become U+FFFD. (WHATWG URL, application/x-www-form-urlencoded, but stricter.)
 */
export function parseQuery(query: string): QueryPairs {
  const pairs: (readonly [string, string])[] = [];
  let malformed = 0;
  for (const part of query.split("&")) {
    if (part === "") continue;
    const cut = part.indexOf("=");
    const key = unescaped(cut === -1 ? part : part.slice(0, cut));
    const value = cut === -1 ? "" : unescaped(part.slice(cut + 1));
    if (part.includes(";") || key === undefined || value === undefined) malformed += 1;
    else pairs.push([key, value]);
  }
  return { pairs, malformed };
}

/** The metadata that a query stands for: of each key the first value. */
export function metaOfQuery(query: string): Readonly<Record<string, string>> {
  const meta = Object.create(null) as Record<string, string>;
  if (query === "") return meta;
  for (const [key, value] of parseQuery(query).pairs) meta[key] ??= value;
  return meta;
}

function unescaped(text: string): string | undefined {
  const spaced = text.replaceAll("+", " ");
  if (!spaced.includes("%")) return spaced;
  if (/%(?![0-9a-f]{2})/i.test(spaced)) return undefined;
  const bytes = spaced.split(/(%[0-9a-f]{2})/i).map((part, index) => (index % 2 === 1 ? Buffer.from(part.slice(1), "hex") : Buffer.from(part)));
  return Buffer.concat(bytes).toString();
}
