import type { Diagnostic } from "@millrace/api";
import { DiagnosticBag, didYouMean, type Source, type Span } from "@millrace/text";
import { valid } from "semver";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Scalar, type YAMLMap } from "yaml";

/** The commands that a driver has. */
const COMMANDS = ["millrace", "sfprocessor", "flowd", "fluent-bit"] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Where a plugin of a distribution comes from. */
export type ListedPlugin =
  | { readonly from: "package"; readonly name: string; readonly version: string; readonly span: Span }
  | { readonly from: "file" | "folder"; readonly path: string; readonly span: Span };

/** What a distribution is made of, as its file says. */
export interface DistributionManifest {
  readonly name: string;
  readonly version: string;
  /** The release of the driver: an exact version, `edge` or `dev`. */
  readonly driver: string;
  /** The folder that is made, relative to the file. */
  readonly output: string;
  readonly commands: readonly CommandName[];
  readonly plugins: readonly ListedPlugin[];
}

/** A manifest, or all that is wrong with it. */
export interface ReadDistribution {
  /** Absent where an error is among the findings. */
  readonly manifest?: DistributionManifest;
  readonly diagnostics: readonly Diagnostic[];
}

const CODE = "MILLRACE_DIST_MANIFEST";
const DIST_KEYS: readonly string[] = ["name", "version", "driver", "output", "commands"];
const PLUGIN_KEYS = ["package", "file", "folder"] as const;

/** Reads the list of what a distribution is made of, in YAML. `source` has the text, and what messages call the file. */
export function readDistribution(source: Source): ReadDistribution {
  const reader = new Reader(source);
  const manifest = reader.read();
  return reader.bag.hasErrors || manifest === undefined ? { diagnostics: reader.bag.list() } : { manifest, diagnostics: reader.bag.list() };
}

class Reader {
  readonly bag: DiagnosticBag = new DiagnosticBag();
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  read(): DistributionManifest | undefined {
    const document = parseDocument(this.#source.text, { lineCounter: new LineCounter(), prettyErrors: false });
    for (const { message, pos } of document.errors) this.bag.error(CODE, message, { place: this.#source.place(pos[0], pos[1]) });
    if (this.bag.hasErrors) return undefined;
    const root = document.contents;
    if (!isMap(root)) {
      this.bag.error(CODE, 'a distribution is a map with "dist" and "plugins"', { place: this.#source.place(0) });
      return undefined;
    }
    this.#keys(root, ["dist", "plugins"]);
    const dist = root.get("dist", true);
    if (!isMap(dist)) {
      this.bag.error(CODE, dist === undefined ? 'there is no "dist"' : '"dist" must be a map', {
        place: this.#placeOf(dist, root),
        hint: `it has ${DIST_KEYS.join(", ")}`,
      });
      return undefined;
    }
    this.#keys(dist, DIST_KEYS);
    const version = this.#text(dist, "version");
    if (version !== undefined && valid(version) === null) this.#fault(dist, "version", `"${version}" is no version`, "such as 1.0.0");
    return {
      name: this.#text(dist, "name") ?? "",
      version: version ?? "",
      driver: this.#text(dist, "driver") ?? "",
      output: this.#text(dist, "output", "dist") ?? "",
      commands: this.#commands(dist),
      plugins: this.#plugins(root),
    };
  }

  #commands(dist: YAMLMap): CommandName[] {
    const given = dist.get("commands", true);
    if (given === undefined) return ["millrace"];
    if (!isSeq(given) || given.items.length === 0) {
      this.#fault(dist, "commands", '"commands" must be a list', `of ${COMMANDS.join(", ")}`);
      return [];
    }
    return given.items.flatMap((item): CommandName[] => {
      const name = isScalar(item) ? String(item.value) : "";
      const known = COMMANDS.find((command) => command === name);
      if (known !== undefined) return [known];
      const place = isScalar(item) ? this.#at(item) : this.#placeOf(given, dist);
      this.bag.error(CODE, `no command of the driver is called "${name}"`, { place, hint: didYouMean(name, COMMANDS) ?? `there are ${COMMANDS.join(", ")}` });
      return [];
    });
  }

  #plugins(root: YAMLMap): ListedPlugin[] {
    const given = root.get("plugins", true);
    if (!isSeq(given) || given.items.length === 0) {
      const message = given === undefined ? 'there are no "plugins"' : '"plugins" must be a list that is not empty';
      this.bag.error(CODE, message, { place: this.#placeOf(given, root), hint: 'such as - package: "@millrace/plugin-exporter@0.1.0"' });
      return [];
    }
    const seen = new Set<string>();
    return given.items.flatMap((item): ListedPlugin[] => {
      if (!isMap(item)) {
        this.bag.error(CODE, "a plugin is a map", { place: this.#placeOf(item, given), hint: `with one of ${PLUGIN_KEYS.join(", ")}` });
        return [];
      }
      this.#keys(item, PLUGIN_KEYS);
      const from = PLUGIN_KEYS.filter((key) => item.has(key));
      const [key] = from;
      if (key === undefined || from.length > 1) {
        const message = key === undefined ? "it is not said where the plugin comes from" : `a plugin comes from one place, and these are ${from.join(" and ")}`;
        this.bag.error(CODE, message, { place: this.#placeOf(item, given), hint: `one of ${PLUGIN_KEYS.join(", ")}` });
        return [];
      }
      const text = this.#text(item, key);
      if (text === undefined) return [];
      const value = item.get(key, true) as Scalar;
      const span = spanOf(value);
      if (seen.has(`${key} ${text}`)) this.bag.error(CODE, `${text} is listed twice`, { place: this.#source.at(span) });
      seen.add(`${key} ${text}`);
      return key === "package" ? this.#package(text, span) : [{ from: key, path: text, span }];
    });
  }

  /** `NAME@VERSION`, the version exact. */
  #package(text: string, span: Span): ListedPlugin[] {
    const at = text.lastIndexOf("@");
    const [name, version] = at > 0 ? [text.slice(0, at), text.slice(at + 1)] : [text, ""];
    if (valid(version) === version) return [{ from: "package", name, version, span }];
    const message = version === "" ? `no version of ${name} is named` : `"${version}" is no exact version of ${name}`;
    this.bag.error(CODE, message, {
      place: this.#source.at(span),
      hint: `a distribution names exact versions: ${name}@1.2.3; npm view ${name} versions lists them`,
    });
    return [];
  }

  #text(map: YAMLMap, key: string, otherwise?: string): string | undefined {
    const node = map.get(key, true);
    if (node === undefined && otherwise !== undefined) return otherwise;
    if (isScalar(node) && (typeof node.value === "string" || typeof node.value === "number") && String(node.source ?? node.value) !== "")
      return String(node.source ?? node.value);
    this.#fault(map, key, node === undefined ? `there is no "${key}"` : `"${key}" must be a text`);
    return undefined;
  }

  #keys(map: YAMLMap, known: readonly string[]): void {
    for (const { key } of map.items) {
      if (!isScalar(key) || known.includes(String(key.value))) continue;
      const name = String(key.value);
      this.bag.error(CODE, `"${name}" is not known here`, { place: this.#at(key), hint: didYouMean(name, known) ?? `there are ${known.join(", ")}` });
    }
  }

  #fault(map: YAMLMap, key: string, message: string, hint?: string): void {
    this.bag.error(CODE, message, { place: this.#placeOf(map.get(key, true), map), ...(hint !== undefined && { hint }) });
  }

  /** Where a value stands, or the first line of what it should be in. */
  #placeOf(node: unknown, around: unknown): ReturnType<Source["place"]> {
    if (isScalar(node)) return this.#at(node);
    const range = rangeOf(node) ?? rangeOf(around);
    return range === undefined ? this.#source.place(0) : this.#source.linePlace(this.#source.position(range[0]).line);
  }

  #at(scalar: Scalar): ReturnType<Source["place"]> {
    return this.#source.at(spanOf(scalar));
  }
}

function spanOf({ range }: Scalar): Span {
  return { start: range?.[0] ?? 0, end: Math.max(range?.[1] ?? 1, (range?.[0] ?? 0) + 1) };
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return (node as { readonly range?: [number, number, number] | null } | undefined)?.range ?? undefined;
}
