import type { Place } from "@millrace/api";
import { Source } from "@millrace/text";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";

/** A `package.json` that knows where each of its values stands. JSON is YAML, and the YAML parser keeps places. */
export class PackageFile {
  readonly source: Source;
  readonly values: Readonly<Record<string, unknown>>;
  readonly #document: ReturnType<typeof parseDocument>;

  /** Throws a `SyntaxError` where the text is no JSON object. `file` is what messages call it. */
  constructor(file: string, text: string) {
    this.source = new Source(file, text);
    const values: unknown = JSON.parse(text);
    if (values === null || typeof values !== "object" || Array.isArray(values)) throw new SyntaxError("it is no object");
    this.values = values as Readonly<Record<string, unknown>>;
    this.#document = parseDocument(text, { lineCounter: new LineCounter() });
  }

  text(key: string): string | undefined {
    const value = this.values[key];
    return typeof value === "string" ? value : undefined;
  }

  /** The texts of a table such as `dependencies`; what is no text there is left out. */
  table(key: string): Readonly<Record<string, string>> {
    return textsOf(this.values[key]);
  }

  /** Where a value stands; for one that is not there, the innermost key on the way that is. */
  place(...path: readonly string[]): Place {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = this.#document.getIn(path.slice(0, length), true);
      if (isScalar(node) && node.range) return this.source.place(node.range[0], node.range[1]);
      const parent: unknown = length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, length - 1), true);
      const key = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === path[length - 1])?.key : undefined;
      if (isScalar(key) && key.range) return this.source.place(key.range[0], key.range[1]);
    }
    return this.source.place(0);
  }
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (value === null || typeof value !== "object") return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
