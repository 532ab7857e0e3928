import type { Place } from "@millrace/api";
import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { SHAPE, VALUE } from "../codes.ts";
import type { Environment } from "../dialect.ts";
import { argumentPlace, environmentPlace } from "../places.ts";
import { type MapNode, placeOf, plain, type TreeNode } from "../tree/node.ts";

/** Where a value comes from: each wins over those before it. */
export type Provider = "default" | "file" | "environment" | "command line";

/** A value with where it comes from. */
export interface Provided {
  readonly value: unknown;
  readonly provider: Provider;
  readonly place: Place | undefined;
}

/** A value of the configuration, with what it overrides, the strongest first. */
export interface ProvidedValue extends Provided {
  /** The path of keys, joined by dots. */
  readonly key: string;
  readonly overridden: readonly Provided[];
}

/** A part of the configuration after all providers were heard: a value, or a map of parts. */
export interface Setting {
  /** The key under which it stands. */
  readonly key: string;
  /** The path of keys, joined by dots. */
  readonly path: string;
  /** Where its key stands, or its value where there is no key in a file. */
  readonly place: Place | undefined;
  /** Absent for a map. */
  readonly value: Provided | undefined;
  /** The node of the file that the value is from, for the places of list elements. */
  readonly node: TreeNode | undefined;
  readonly children: ReadonlyMap<string, Setting>;
}

/** What stands outside the file. */
export interface OutsideSettings {
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
  /** As `-o` has them: `key=value`, or `key` alone for `true`. */
  readonly options: readonly string[];
}

/** Lays the providers over each other: command line over environment over file over default, key by key. */
export function mergeSettings(
  file: MapNode | undefined,
  outside: OutsideSettings,
  dottedKeys: boolean,
  bag: DiagnosticBag,
): { root: Setting; values: ProvidedValue[] } {
  const root = open("", "", undefined);
  const given = new Map<string, Provided[]>();
  const note = (path: string, provided: Provided): void => void given.set(path, [provided, ...(given.get(path) ?? [])]);
  const set = (keys: readonly string[], provided: Provided, caseless: boolean): void => note(put(root, keys, provided, caseless), provided);
  for (const [key, value] of Object.entries(outside.defaults)) set(key.split("."), { value, provider: "default", place: undefined }, false);
  if (file !== undefined) putMap(root, file, dottedKeys, note);
  for (const [variable, value] of environmentKeys(outside.environment)) {
    set(keysOfVariable(variable), { value, provider: "environment", place: environmentPlace(variable, value) }, true);
  }
  for (const text of outside.options) {
    const option = parseOption(text, bag);
    if (option !== undefined) set(option.key.split("."), { value: option.value, provider: "command line", place: argumentPlace(`-o ${text}`) }, false);
  }
  return { root, values: valuesOf(root, given) };
}

/** Reads `key=value`, or `key` alone, which is `true`. */
function parseOption(text: string, bag: DiagnosticBag): { readonly key: string; readonly value: string | true } | undefined {
  const [key, value, ...more] = text.split("=");
  if (key === undefined || key === "" || more.length > 0) {
    const message = more.length > 0 ? `possibly malformed flag (way too many "="): "${text}"` : `the option "${text}" has no key`;
    bag.error(VALUE, message, { place: argumentPlace(`-o ${text}`), hint: "write -o key=value" });
    return undefined;
  }
  return { key, value: value ?? true };
}

/** `FLOW_ACTORS_RCV_PARAMS_BUF__SIZE` is `actors.rcv.params.buf_size`. */
function keysOfVariable(variable: string): string[] {
  return variable.slice("FLOW_".length).replaceAll("_", ".").replaceAll("..", "_").toLowerCase().split(".");
}

function environmentKeys(environment: Environment): [string, string][] {
  return Object.entries(environment)
    .filter((entry): entry is [string, string] => entry[1] !== undefined && /^FLOW_./.test(entry[0]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

interface OpenSetting extends Setting {
  place: Place | undefined;
  value: Provided | undefined;
  node: TreeNode | undefined;
  readonly children: Map<string, OpenSetting>;
}

function open(key: string, path: string, place: Place | undefined): OpenSetting {
  return { key, path, place, value: undefined, node: undefined, children: new Map() };
}

function childOf(parent: OpenSetting, key: string, place: Place | undefined, caseless: boolean): OpenSetting {
  const known = parent.children.get(key) ?? (caseless ? [...parent.children.values()].find((child) => child.key.toLowerCase() === key) : undefined);
  if (known !== undefined) return known;
  const child = open(key, parent.path === "" ? key : `${parent.path}.${key}`, place);
  parent.children.set(key, child);
  return child;
}

/** Sets one value; a value that stood above or below it goes. Gives its path. */
function put(root: OpenSetting, keys: readonly string[], provided: Provided, caseless: boolean): string {
  let at = root;
  for (const key of keys) {
    at.value = undefined;
    at = childOf(at, key, provided.place, caseless);
  }
  at.children.clear();
  at.value = provided;
  at.node = undefined;
  return at.path;
}

function putMap(parent: OpenSetting, map: MapNode, dottedKeys: boolean, note: (path: string, provided: Provided) => void): void {
  for (const entry of map.entries) {
    const place = map.source.at(entry.keySpan);
    let at = parent;
    for (const key of dottedKeys ? entry.key.split(".") : [entry.key]) {
      at.value = undefined;
      at = childOf(at, key, place, false);
    }
    at.place = place;
    if (entry.value.kind === "map") {
      at.node = entry.value;
      putMap(at, entry.value, dottedKeys, note);
      continue;
    }
    const provided: Provided = { value: plain(entry.value), provider: "file", place: placeOf(entry.value) };
    at.children.clear();
    at.value = provided;
    at.node = entry.value;
    note(at.path, provided);
  }
}

function valuesOf(setting: Setting, given: ReadonlyMap<string, readonly Provided[]>): ProvidedValue[] {
  const values = [...setting.children.values()].flatMap((child) => valuesOf(child, given));
  if (setting.value === undefined) return values;
  const overridden = (given.get(setting.path) ?? []).filter((provided) => provided !== setting.value);
  return [{ key: setting.path, ...setting.value, overridden }, ...values];
}

// ------------------------------------------------------------------------------------------------- reading settings

/** The value and all below it as plain data. */
export function dataOf(setting: Setting): unknown {
  if (setting.value !== undefined) return setting.value.value;
  return Object.fromEntries([...setting.children.values()].map((child) => [child.key, dataOf(child)]));
}

/** Where the value stands. */
export function valuePlace(setting: Setting): Place | undefined {
  return setting.value?.place ?? setting.place;
}

/** Whether it is a map with something in it. */
export function isMap(setting: Setting | undefined): setting is Setting {
  return setting !== undefined && setting.value === undefined && setting.children.size > 0;
}

/** Reports keys that nobody knows: as errors, or as warnings where the peer ignores them. */
export function checkKeys(setting: Setting, known: readonly string[], code: string, severity: "error" | "warning", bag: DiagnosticBag): void {
  for (const child of setting.children.values()) {
    if (known.includes(child.key)) continue;
    bag[severity](code, `unknown attribute "${child.key}" in "${setting.path}"`, {
      place: child.place,
      hint: didYouMean(child.key, known) ?? `it has ${known.map((key) => `"${key}"`).join(", ")}`,
    });
  }
}

/** A text; a number or boolean counts as what was written. Says so where it is neither. */
export function readText(setting: Setting | undefined, bag: DiagnosticBag): string | undefined {
  if (setting === undefined) return undefined;
  const value = setting.value?.value;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return setting.node?.kind === "scalar" ? setting.node.text : String(value);
  bag.error(SHAPE, `"${setting.path}" must be a text`, { place: valuePlace(setting) });
  return undefined;
}

/** A whole number, also as text. */
export function readInteger(setting: Setting | undefined, least: number, bag: DiagnosticBag): number | undefined {
  if (setting === undefined) return undefined;
  const value = setting.value?.value;
  const number = typeof value === "string" && /^[-+]?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number) && number >= least) return number;
  bag.error(VALUE, `"${setting.path}" must be a whole number of at least ${least}`, { place: valuePlace(setting) });
  return undefined;
}

const TRUE: readonly unknown[] = [true, "true", "1", "y", 1];
const FALSE: readonly unknown[] = [false, "false", "0", "n", 0];

/** A boolean; `true`, `1`, `y` and `false`, `0`, `n` also as text. */
export function readBoolean(setting: Setting | undefined, bag: DiagnosticBag): boolean | undefined {
  if (setting === undefined) return undefined;
  const value = setting.value?.value;
  if (TRUE.includes(value)) return true;
  if (FALSE.includes(value)) return false;
  bag.error(VALUE, `"${setting.path}" must be true or false`, { place: valuePlace(setting) });
  return undefined;
}
