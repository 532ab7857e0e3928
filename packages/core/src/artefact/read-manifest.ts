import type { Diagnostic, PluginKind } from "@millrace/api";
import { DiagnosticBag, didYouMean, Source } from "@millrace/text";
import { PLUGIN_KINDS } from "../registry/module-exports.ts";
import type { PluginManifest } from "./manifest.ts";

/** A manifest, or all that is wrong with it. */
export interface ReadManifest {
  /** Absent where an error is among the findings. */
  readonly manifest?: PluginManifest;
  readonly diagnostics: readonly Diagnostic[];
}

/** The form that this version reads and the builder writes. */
export const MANIFEST_FORMAT = 1;

/**
 * Reads the manifest of a built plugin.
 *
 * @param file - what messages call it
 */
export function readManifest(text: string, file: string): ReadManifest {
  const bag = new DiagnosticBag();
  const data = parse(text, file, bag);
  if (data === undefined) return { diagnostics: bag.list() };
  if (!isMap(data)) {
    bag.error(BROKEN, `${file} is not the manifest of a plugin: it is not a map`, { hint: AGAIN });
  } else if (typeof data.format === "number" && data.format !== MANIFEST_FORMAT) {
    bag.error("MILLRACE_ARTEFACT_FORMAT", `${file} has the format ${data.format}, and this version reads the format ${MANIFEST_FORMAT}`, {
      hint: data.format > MANIFEST_FORMAT ? "it was made by a newer plugin-builder: use a driver that is as new, or build it for this one" : AGAIN,
    });
  } else check(data, file, bag);
  return bag.hasErrors ? { diagnostics: bag.list() } : { manifest: data as unknown as PluginManifest, diagnostics: [] };
}

const BROKEN = "MILLRACE_ARTEFACT_MANIFEST";
const AGAIN = "build the plugin again: plugin-builder build DIR --tag TAG --out FOLDER";

function parse(text: string, file: string, bag: DiagnosticBag): unknown {
  const source = new Source(file, text);
  try {
    // JSON has no byte order mark, but some editors write one.
    const data: unknown = JSON.parse(text.replace(/^\uFEFF/, " "));
    return data ?? null;
  } catch (cause) {
    const { message } = cause as Error;
    const offset = /at position (\d+)/.exec(message)?.[1];
    const place = offset !== undefined ? source.place(Number(offset)) : /end of JSON/.test(message) ? source.place(text.length) : undefined;
    bag.error(BROKEN, `${file} is not JSON`, { place, hint: AGAIN, cause });
    return undefined;
  }
}

type Data = Readonly<Record<string, unknown>>;

/** What a value must be, in words; `undefined` where it is that. */
type Rule = (value: unknown) => string | undefined;

function check(data: Data, file: string, bag: DiagnosticBag): void {
  for (const [key, rule] of Object.entries(RULES)) {
    const wanted = rule(data[key]);
    if (wanted === undefined) continue;
    const message = Object.hasOwn(data, key) ? `"${key}" of ${file} must be ${wanted}` : `${file} has no "${key}"`;
    bag.error(BROKEN, message, { hint: Object.hasOwn(data, key) ? AGAIN : (misspelt(key, data) ?? AGAIN) });
  }
  if (!Array.isArray(data.plugins)) return;
  for (const [index, plugin] of (data.plugins as unknown[]).entries()) {
    if (!isMap(plugin)) continue;
    for (const [key, rule] of Object.entries(PLUGIN_RULES)) {
      const wanted = rule(plugin[key]);
      if (wanted !== undefined) bag.error(BROKEN, `"plugins[${index}].${key}" of ${file} must be ${wanted}`, { hint: AGAIN });
    }
  }
}

/** A key of the data that may have been meant. */
function misspelt(key: string, data: Data): string | undefined {
  const strangers = Object.keys(data).filter((name) => !Object.hasOwn(RULES, name));
  return didYouMean(key, strangers) === undefined ? undefined : `it has "${strangers.find((name) => didYouMean(key, [name]) !== undefined)}"`;
}

const text: Rule = (value) => (typeof value === "string" && value !== "" ? undefined : "a text that is not empty");
const anyText: Rule = (value) => (typeof value === "string" ? undefined : "a text");
const texts: Rule = (value) => (isMap(value) && Object.values(value).every((each) => typeof each === "string") ? undefined : "a map of texts");
const map: Rule = (value) => (isMap(value) ? undefined : "a map");
const optionalMap: Rule = (value) => (value === undefined ? undefined : map(value));
const maps: Rule = (value) => (Array.isArray(value) && value.every(isMap) ? undefined : "a list of maps");

const RULES: Readonly<Record<string, Rule>> = {
  format: (value) => (value === MANIFEST_FORMAT ? undefined : `the number ${MANIFEST_FORMAT}`),
  name: text,
  version: text,
  description: anyText,
  file: (value) => (typeof value === "string" && /^[^/\\\0]+$/.test(value) && !/^\.\.?$/.test(value) ? undefined : "the name of a file in the same folder"),
  sha256: (value) => (typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? undefined : "64 hexadecimal digits in lower case"),
  node: text,
  release: (value) =>
    isMap(value) && text(value.tag) === undefined && text(value.driver) === undefined ? undefined : 'a map with the texts "tag" and "driver"',
  pins: (value) => (texts(value) === undefined && Object.hasOwn(value as Data, API) ? undefined : `a map of texts that has "${API}"`),
  layouts: texts,
  plugins: (value) => (maps(value) === undefined && (value as unknown[]).length > 0 ? undefined : "a list of maps that is not empty"),
  bundled: maps,
  sbom: map,
};

const API = "@millrace/api";

const PLUGIN_RULES: Readonly<Record<string, Rule>> = {
  kind: (value) => (PLUGIN_KINDS.includes(value as PluginKind) ? undefined : `one of ${PLUGIN_KINDS.join(", ")}`),
  name: text,
  aliases: (value) => (Array.isArray(value) && value.every((alias) => typeof alias === "string") ? undefined : "a list of texts"),
  description: anyText,
  stability: (value) => (["stable", "beta", "experimental"].includes(value as string) ? undefined : "stable, beta or experimental"),
  channels: map,
  options: optionalMap,
};

function isMap(value: unknown): value is Data {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
