import { type DiagnosticBag, didYouMean, type Source } from "@millrace/text";
import { isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from "yaml";

/** Reads values of a YAML file. Whatever is not as it should be is reported with its place. */
export class YamlReader {
  readonly #source: Source;
  readonly #found: DiagnosticBag;
  readonly #code: string;

  /** @param code - of all that is reported */
  constructor(source: Source, found: DiagnosticBag, code: string) {
    this.#source = source;
    this.#found = found;
    this.#code = code;
  }

  /** The root of the file, `undefined` where it is no YAML or has nothing in it. */
  root(): Node | undefined {
    const document = parseDocument(this.#source.text, { prettyErrors: false });
    for (const { message, pos } of document.errors) {
      this.#found.error(this.#code, message.split("\n")[0] as string, { place: this.#source.place(pos[0], Math.max(pos[1], pos[0] + 1)) });
    }
    if (document.errors.length > 0) return undefined;
    const root = document.contents as Node | null;
    if (root === null) this.#found.error(this.#code, "the file is empty", { place: this.#source.place(0) });
    return root ?? undefined;
  }

  /** A map with these keys and no others. */
  map(node: Node, what: string, keys: readonly string[]): YAMLMap | undefined {
    if (!isMap(node)) {
      this.error(`${what} is a map`, node, `its keys are ${keys.join(", ")}`);
      return undefined;
    }
    for (const { key } of node.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (!keys.includes(name)) this.error(`${what} has no key "${name}"`, key as Node, didYouMean(name, keys) ?? `its keys are ${keys.join(", ")}`);
    }
    return node;
  }

  child(map: YAMLMap, key: string): Node | undefined {
    const node = (map.get(key, true) as Node | undefined) ?? undefined;
    return node !== undefined && isScalar(node) && node.value === null ? undefined : node;
  }

  items(node: Node, what: string): Node[] {
    if (isSeq(node)) return node.items as Node[];
    this.error(`${what} is a list`, node);
    return [];
  }

  /** The text of a scalar; numbers and booleans as they are written. */
  text(node: Node, what: string): string | undefined {
    if (isScalar(node) && node.value !== null) return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
    this.error(`${what} is a text`, node);
    return undefined;
  }

  /** The texts of a list, or of a scalar alone. */
  texts(node: Node, what: string): { readonly text: string; readonly node: Node }[] {
    const items = isSeq(node) ? (node.items as Node[]) : [node];
    return items.flatMap((item) => {
      const text = this.text(item, isSeq(node) ? `an item of ${what}` : what);
      return text === undefined ? [] : [{ text, node: item }];
    });
  }

  number(node: Node, what: string): number | undefined {
    if (isScalar(node) && typeof node.value === "number" && Number.isFinite(node.value)) return node.value;
    this.error(`${what} is a number`, node);
    return undefined;
  }

  boolean(node: Node, what: string): boolean | undefined {
    if (isScalar(node) && typeof node.value === "boolean") return node.value;
    this.error(`${what} is true or false`, node);
    return undefined;
  }

  error(message: string, node: Node, hint?: string): void {
    const [start, end] = node.range ?? [0, 1];
    const lineEnd = this.#source.text.indexOf("\n", start);
    const last = Math.max(start + 1, lineEnd < 0 ? end : Math.min(end, lineEnd));
    this.#found.error(this.#code, message, { place: this.#source.place(start, last), hint });
  }
}
