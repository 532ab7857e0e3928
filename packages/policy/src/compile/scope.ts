import { attributeOf } from "../attribute-view.ts";
import type { Leaf } from "../interpret.ts";
import { subjectsOf } from "./specialise.ts";

/** What the truth of a leaf depends on. A leaf that compares two of them depends on the whole record. */
export type Scope = "record" | "file" | "newfile" | "around";

export function scopeOf(leaf: Leaf): Scope {
  const scopes = new Set(subjectsOf(leaf).map((subject) => single(attributeOf(subject).scope)));
  const [first] = scopes;
  return scopes.size === 1 && first !== undefined ? first : "record";
}

function single(scope: ReturnType<typeof attributeOf>["scope"]): Scope {
  return scope === "record" || scope === "file" || scope === "newfile" ? scope : "around";
}
