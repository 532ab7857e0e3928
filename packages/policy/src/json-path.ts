import { matchesWildcard } from "./text-test.ts";
import type { Wildcard } from "./tree.ts";

/**
 * What a path finds in a JSON text, as text: `items.0.namespace`. Parts are divided by dots; a number is an index of an
 * array; `*` and `?` in the name of a key are wildcards, and the first key that matches counts. Texts come without quotes,
 * everything else as JSON. `""` where the path leads nowhere, and for a text that is no JSON.
 */
export function jsonAt(text: string, path: string): string {
  if (text === "" || path === "") return "";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Rules look into texts that need not be JSON; such a text has nothing at any path.
    return "";
  }
  for (const part of path.split(".")) {
    if (value === null || typeof value !== "object") return "";
    value = Array.isArray(value) ? (/^\d+$/.test(part) ? value[Number(part)] : undefined) : memberOf(value as Record<string, unknown>, part);
  }
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function memberOf(object: Record<string, unknown>, part: string): unknown {
  if (Object.hasOwn(object, part)) return object[part];
  if (!/[*?]/.test(part)) return undefined;
  const pattern = part
    .split(/([*?])/)
    .flatMap((piece): Wildcard => (piece === "" ? [] : [piece === "*" ? { any: "run" } : piece === "?" ? { any: "one" } : piece]));
  const key = Object.keys(object).find((each) => matchesWildcard(each, pattern));
  return key === undefined ? undefined : object[key];
}
