import type { Place } from "@millrace/api";
import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { DUPLICATE, FILE, NO_EFFECT, SHAPE, SYNTAX, UNKNOWN } from "../codes.ts";
import { type ConfigFiles, type ConfigSource, identityOf, joinPath } from "../dialect.ts";
import { describe, type Entry, isFaulty, keyPlace, type ListNode, type MapNode, placeOf, plain, type TreeNode, textOf } from "../tree/node.ts";
import { parseYaml, textScalar } from "../tree/yaml.ts";
import { readText } from "./classic.ts";
import type { Document, Property, SectionKind } from "./section.ts";

/** Reads a file in the YAML form, and all that it includes. Paths are seen from the folder of the file that names them. */
export function readYamlForm(source: ConfigSource, files: ConfigFiles, bag: DiagnosticBag): Document {
  const document: Document = { sections: [], variables: [] };
  new YamlReader(document, files, bag).file(source, []);
  return document;
}

const TOP_KEYS: readonly string[] = [
  "env",
  "service",
  "pipeline",
  "customs",
  "parsers",
  "multiline_parsers",
  "stream_processor",
  "plugins",
  "upstream_servers",
  "includes",
  "extensions",
];
const PIPELINE_KEYS: Readonly<Record<string, SectionKind>> = { customs: "custom", inputs: "input", filters: "filter", outputs: "output" };
const LISTS: Readonly<Record<string, SectionKind>> = {
  customs: "custom",
  parsers: "parser",
  multiline_parsers: "multiline_parser",
  stream_processor: "stream_processor",
  upstream_servers: "upstream_servers",
};
/** Keys whose value may have a structure of its own. */
const STRUCTURED: readonly string[] = ["processors", "rules", "nodes", "telemetry", "routes"];
const SIGNALS: readonly string[] = ["logs", "metrics", "traces", "profiles"];
const MOST_FILES = 1000;

class YamlReader {
  private readonly document: Document;
  private readonly files: ConfigFiles;
  private readonly bag: DiagnosticBag;
  private count = 0;

  constructor(document: Document, files: ConfigFiles, bag: DiagnosticBag) {
    this.document = document;
    this.files = files;
    this.bag = bag;
  }

  /** `parents` are the files that led here, by identity: a file may be included twice, but not by itself. */
  file(config: ConfigSource, parents: readonly string[]): void {
    this.count++;
    const chain = [...parents, identityOf(this.files, config.file)];
    for (const root of parseYaml(config, { scalars: textScalar, duplicates: "keep", aliases: false }, this.bag)) {
      if (root.kind === "map") this.top(root, config.file, chain);
      else this.bag.error(SHAPE, `a configuration is a map, and this is ${describe(root)}`, { place: placeOf(root) });
    }
  }

  private top(root: MapNode, file: string, chain: readonly string[]): void {
    let services = 0;
    for (const entry of root.entries) {
      const key = keyOf(entry.key);
      if (key === "service" && ++services > 1) this.bag.error(DUPLICATE, 'duplicated definition of "service"', { place: keyPlace(entry) });
      else if (key === "service") this.service(entry);
      else if (key === "env") this.environment(entry);
      else if (key === "pipeline") this.pipeline(entry);
      else if (key === "includes") this.includes(entry, file, chain);
      else if (key === "plugins") this.plugins(entry);
      else if (key in LISTS) this.sections(entry, LISTS[key] as SectionKind);
      else if (key !== "extensions") this.unknown(entry);
    }
  }

  private unknown(entry: Entry): void {
    const hint = didYouMean(entry.key, TOP_KEYS);
    if (entry.value.kind === "scalar") this.bag.error(UNKNOWN, `"${entry.key}" is not known here, and no map`, { place: keyPlace(entry), hint });
    else this.bag.warning(NO_EFFECT, `"${entry.key}" is not known, and has no effect`, { place: keyPlace(entry), hint });
  }

  private service(entry: Entry): void {
    if (entry.value.kind !== "map") {
      this.shape("service", "a map", entry.value);
      return;
    }
    for (const { key, value } of entry.value.entries) {
      if (value.kind === "map")
        this.bag.error(SHAPE, `unsupported nested service property "${key}"`, {
          place: value.source.place(value.span.start, value.span.end),
          hint: `write "${key}.…: value"`,
        });
    }
    this.add("service", entry.value, keyPlace(entry));
  }

  private pipeline(entry: Entry): void {
    if (entry.value.kind !== "map") {
      this.shape("pipeline", "a map", entry.value);
      return;
    }
    for (const part of entry.value.entries) {
      const kind = PIPELINE_KEYS[keyOf(part.key)];
      if (kind !== undefined) this.sections(part, kind);
      else {
        this.bag.error(UNKNOWN, `the pipeline component "${part.key}" is not valid`, {
          place: keyPlace(part),
          hint: didYouMean(part.key, Object.keys(PIPELINE_KEYS)) ?? "try one of these values: customs, inputs, filters or outputs",
        });
      }
    }
  }

  private sections(entry: Entry, kind: SectionKind): void {
    if (entry.value.kind !== "list") {
      this.shape(entry.key, "a list", entry.value);
      return;
    }
    for (const item of entry.value.items) {
      if (item.kind === "map") this.add(kind, item, item.source.place(item.span.start, item.span.end));
      else this.shape(`an element of "${entry.key}"`, "a map", item);
    }
  }

  private add(kind: SectionKind, map: MapNode, place: Place): void {
    const properties: Property[] = [];
    const data: Record<string, unknown> = {};
    for (const entry of map.entries) {
      const key = keyOf(entry.key);
      if (key === "processors" && kind === "filter") {
        this.bag.warning(NO_EFFECT, 'a filter does not support "processors"', { place: keyPlace(entry) });
      } else if (STRUCTURED.includes(key) && entry.value.kind !== "scalar") {
        if (key === "processors") this.processors(entry);
        data[key] = plain(entry.value);
      } else properties.push(...this.properties(key, entry, kind));
    }
    this.document.sections.push({ kind, place, properties, groups: [], data });
  }

  /** A list stands for the key repeated. */
  private properties(key: string, entry: Entry, kind: SectionKind): Property[] {
    const values = entry.value.kind === "list" ? entry.value.items : [entry.value];
    return values.flatMap((value) => {
      const text = textOf(value);
      if (text !== undefined) return { key, text, place: placeOf(value), keyPlace: keyPlace(entry) };
      if (isFaulty(value)) return [];
      if (value.kind === "scalar") this.bag.error(SHAPE, `"${entry.key}" has no value`, { place: keyPlace(entry), hint: "give it a value, or take it out" });
      else if (kind !== "service")
        this.bag.error(SHAPE, `could not configure property "${entry.key}": it can't be ${describe(value)}`, { place: keyPlace(entry) });
      return [];
    });
  }

  private processors(entry: Entry): void {
    if (entry.value.kind !== "map") {
      this.shape("processors", 'a map with "logs", "metrics" or "traces"', entry.value);
      return;
    }
    for (const signal of entry.value.entries) {
      if (!SIGNALS.includes(keyOf(signal.key)))
        this.bag.warning(NO_EFFECT, `"${signal.key}" is no kind of signal`, { place: keyPlace(signal), hint: didYouMean(signal.key, SIGNALS) });
      if (signal.value.kind !== "list") this.shape(signal.key, "a list", signal.value);
      else for (const item of signal.value.items) this.processor(item);
    }
  }

  private processor(item: TreeNode): void {
    const name = item.kind === "map" ? item.entries.find((entry) => keyOf(entry.key) === "name") : undefined;
    if (item.kind !== "map") this.shape("a processor", "a map", item);
    else if (name === undefined || textOf(name.value) === undefined) this.bag.error(SHAPE, 'a processor has no "name"', { place: placeOf(item) });
  }

  private plugins(entry: Entry): void {
    if (entry.value.kind !== "list") {
      this.shape("plugins", "a list of paths", entry.value);
      return;
    }
    const properties = this.paths(entry.value, "plugins").map(({ text, place }) => ({ key: "path", text, place }));
    this.document.sections.push({ kind: "plugins", place: keyPlace(entry), properties, groups: [], data: {} });
  }

  private environment(entry: Entry): void {
    if (entry.value.kind === "map") {
      for (const { key, value } of entry.value.entries) this.variable(key, value);
    } else if (entry.value.kind === "list") {
      for (const item of entry.value.items) this.listedVariable(item);
    } else this.shape("env", "a map, or a list of names and values", entry.value);
  }

  private listedVariable(item: TreeNode): void {
    if (item.kind !== "map") {
      this.shape("an element of env", "a map", item);
      return;
    }
    const field = (name: string): TreeNode | undefined => item.entries.find((entry) => keyOf(entry.key) === name)?.value;
    const name = field("name");
    const value = field("value") ?? field("uri");
    const text = name && textOf(name);
    if (text === undefined || value === undefined)
      this.bag.error(SHAPE, 'an element of "env" has a "name", and a "value" or a "uri"', { place: placeOf(item) });
    else this.variable(text, value);
  }

  /** A value `file://path` is what the file holds, without one line end. */
  private variable(name: string, node: TreeNode): void {
    const text = node.kind === "scalar" ? node.text : undefined;
    const place = placeOf(node);
    if (text === undefined) {
      this.shape(`the variable "${name}"`, "a text", node);
      return;
    }
    if (!text.startsWith("file://")) {
      this.document.variables.push({ name, value: text, place });
      return;
    }
    const path = text.slice("file://".length);
    const held = readText(this.files, path, `the file of the variable "${name}"`, { place }, this.bag);
    if (held !== undefined) this.document.variables.push({ name, value: held.replace(/\r?\n$/, ""), place });
  }

  private includes(entry: Entry, file: string, chain: readonly string[]): void {
    if (entry.value.kind !== "list") {
      this.shape("includes", "a list of paths", entry.value);
      return;
    }
    for (const { text, place } of this.paths(entry.value, "includes")) {
      const full = joinPath(file, text);
      const paths = text.includes("*") ? this.files.glob(full) : [full];
      if (paths.length === 0) this.bag.error(FILE, `no file matches "${text}"`, { place });
      for (const path of paths) this.include(path, text, place, chain);
    }
  }

  private include(path: string, written: string, place: Place, chain: readonly string[]): void {
    if (chain.includes(identityOf(this.files, path))) {
      this.bag.error(DUPLICATE, `"${path}" includes itself`, { place });
      return;
    }
    if (this.count >= MOST_FILES) {
      this.bag.error(FILE, `more than ${MOST_FILES} files are included`, { place });
      return;
    }
    const text = readText(this.files, path, `the included file "${written}"`, { place }, this.bag);
    if (text !== undefined && /^\s*\[\w+\]/.test(text)) {
      this.bag.error(SYNTAX, `"${written}" is in the classic form, and can't be included here`, {
        place,
        hint: "include it from a classic file, or write it as YAML",
      });
    } else if (text !== undefined) this.file({ file: path, text }, chain);
  }

  private paths(list: ListNode, name: string): { text: string; place: Place }[] {
    return list.items.flatMap((item) => {
      const text = textOf(item);
      if (text !== undefined) return { text, place: placeOf(item) };
      this.shape(`an element of "${name}"`, "a path", item);
      return [];
    });
  }

  private shape(what: string, wanted: string, found: TreeNode): void {
    if (isFaulty(found)) return;
    this.bag.error(SHAPE, `${what.includes(" ") ? what : `"${what}"`} must be ${wanted}, and is ${describe(found)}`, { place: placeOf(found) });
  }
}

/** Keys are in lower case; `logLevel` is `log_level`: where a key starts with a small letter and has no underscore. */
function keyOf(key: string): string {
  const snake = /^[a-z]/.test(key) && !key.includes("_") ? key.replace(/[A-Z]/g, (letter) => `_${letter}`) : key;
  return snake.toLowerCase();
}
