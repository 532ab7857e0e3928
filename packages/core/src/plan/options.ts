import type { OptionsStyle, Place, Plugin, SchemaIssue } from "@millrace/api";
import { DiagnosticBag, didYouMean } from "@millrace/text";
import { called } from "../registry/module-exports.ts";
import { coerce, takesList } from "./coerce.ts";
import { isSchema, type Keys, keysOf, type SchemaAt, schemaAt, schemasOf } from "./json-schema.ts";

/** Options as a configuration gives them. */
export interface GivenOptions {
  readonly options: Readonly<Record<string, unknown>>;
  readonly style: OptionsStyle;
  /** Keys of which an unknown one is a warning. */
  readonly doubtful?: readonly string[];
  /** Where the node stands, and where each option does: by its key, or by `key.inner`. */
  readonly place: Place | undefined;
  readonly places: Readonly<Record<string, Place>>;
  /** Where the key of each option stands, where that is known. */
  readonly keyPlaces?: Readonly<Record<string, Place>>;
  /** Whether somebody who may know more keys is missing. Unknown keys are then not judged. */
  readonly incomplete?: boolean;
}

/** A plugin that takes options, with what its schema knows. */
interface Taker {
  readonly plugin: Plugin;
  readonly keys: Keys | undefined;
  readonly given: Record<string, unknown>;
  /** Whether its schema can't say what it knows: then nothing is judged. */
  readonly broken: boolean;
}

/**
 * Checks options for the plugins that share them: a host, and those it hosts that have none of their own. Each gets the
 * keys that its schema knows, in the schema's spelling, with text turned into the type that is wanted, checked and filled
 * in by the schema's `validate`. Gives one value for each plugin, in order, and every finding.
 */
export async function checkOptions(
  plugins: readonly Plugin[],
  given: GivenOptions,
): Promise<{ readonly values: readonly unknown[]; readonly bag: DiagnosticBag }> {
  const bag = new DiagnosticBag();
  const takers = plugins.map((plugin) => takerOf(plugin, given, bag));
  for (const [key, value] of Object.entries(given.options)) hand(key, value, takers, given, bag);
  const values: unknown[] = [];
  for (const taker of takers) values.push(await validated(taker, given, bag));
  return { values, bag };
}

function takerOf(plugin: Plugin, { place }: GivenOptions, bag: DiagnosticBag): Taker {
  const none: Taker = { plugin, keys: undefined, given: {}, broken: false };
  if (plugin.options === undefined) return none;
  try {
    const schema = plugin.options["~standard"].jsonSchema.input({ target: "draft-2020-12" });
    return { ...none, keys: keysOf(schemaAt(schema, isSchema(schema) ? schema : {})) };
  } catch (cause) {
    bag.error("MILLRACE_PLAN_SCHEMA", `${nameOf(plugin)} can't give its options as JSON Schema`, {
      place,
      cause,
      hint: "this is a fault of the plugin: its schema has a part that JSON Schema can't say",
    });
    return { ...none, broken: true };
  }
}

/** Hands an option to whoever knows it, or says that nobody does. */
function hand(key: string, value: unknown, takers: readonly Taker[], given: GivenOptions, bag: DiagnosticBag): void {
  const place = keyPlaceOf([key], given);
  let known = false;
  for (const taker of takers) {
    const spelled = taker.keys && spelling(key, taker.keys, given.style.caseless ?? false);
    if (taker.keys === undefined || spelled === undefined) continue;
    known = true;
    if (Object.hasOwn(taker.given, spelled))
      bag.error("MILLRACE_PLAN_OPTION_TWICE", `option "${spelled}" of ${nameOf(taker.plugin)} is given twice`, { place });
    const schemas = schemasOf(taker.keys, spelled);
    if (given.style.textual && Array.isArray(value) && schemas.length > 0 && !takesList(schemas)) {
      bag.error("MILLRACE_PLAN_OPTION_TWICE", `option "${spelled}" of ${nameOf(taker.plugin)} is set ${value.length} times`, { place });
    } else {
      taker.given[spelled] = given.style.textual ? coerce(value, schemas) : value;
      reportInnerKeys(taker.given[spelled], schemas, [spelled], taker.plugin, given, bag);
    }
  }
  if (known) return;
  const free = takers.filter(({ plugin }) => plugin.freeOptions);
  for (const taker of free) taker.given[key] = value;
  const judged = !given.incomplete && !takers.some(({ broken }) => broken);
  if (free.length === 0 && judged) reportUnknown(key, takers, place, given, bag);
}

/** How the schema spells a key, if it knows it. */
function spelling(key: string, keys: Keys, caseless: boolean): string | undefined {
  if (keys.named.has(key)) return key;
  const alike = caseless ? [...keys.named.keys()].find((name) => name.toLowerCase() === key.toLowerCase()) : undefined;
  return alike ?? (schemasOf(keys, key).length > 0 ? key : undefined);
}

function reportUnknown(key: string, takers: readonly Taker[], place: Place | undefined, { style, doubtful }: GivenOptions, bag: DiagnosticBag): void {
  const names = [...new Set(takers.flatMap(({ keys }) => [...(keys?.named.keys() ?? [])]))];
  const plugins = takers.map(({ plugin }) => nameOf(plugin));
  const message = plugins.length === 1 ? `${plugins[0]} has no option "${key}"` : `neither ${plugins.join(" nor ")} has an option "${key}"`;
  const hint = didYouMean(key, names) ?? (names.length === 0 ? "it has no options" : `the options are ${names.join(", ")}`);
  const severity = doubtful?.includes(key) ? "warning" : (style.unknown ?? "error");
  bag[severity]("MILLRACE_PLAN_OPTION_UNKNOWN", message, { place, hint });
}

/** Reports keys inside an option that its schema does not know. A choice of several schemas knows the keys of all of them. */
function reportInnerKeys(value: unknown, schemas: readonly SchemaAt[], path: readonly string[], plugin: Plugin, given: GivenOptions, bag: DiagnosticBag): void {
  if (!isSchema(value) || path.length > 16) return;
  const all = schemas.map(keysOf);
  for (const [key, inner] of Object.entries(value)) {
    const found = all.flatMap((keys) => schemasOf(keys, key));
    const here = [...path, key];
    if (found.length > 0) reportInnerKeys(inner, found, here, plugin, given, bag);
    else if (all.length > 0) {
      const names = all.flatMap((keys) => [...keys.named.keys()]);
      bag[given.style.unknown ?? "error"]("MILLRACE_PLAN_OPTION_UNKNOWN", `option "${path.join(".")}" of ${nameOf(plugin)} has no key "${key}"`, {
        place: keyPlaceOf(here, given),
        hint: didYouMean(key, names) ?? (names.length === 0 ? undefined : `the keys are ${names.join(", ")}`),
      });
    }
  }
}

async function validated(taker: Taker, given: GivenOptions, bag: DiagnosticBag): Promise<unknown> {
  const { plugin } = taker;
  if (plugin.options === undefined || taker.broken) return taker.given;
  try {
    const result = await plugin.options["~standard"].validate(taker.given);
    if (result.issues === undefined) return result.value;
    for (const issue of result.issues) reportIssue(issue, taker, given, bag);
  } catch (cause) {
    bag.error("MILLRACE_PLAN_SCHEMA", `the options of ${nameOf(plugin)} can't be checked: its schema failed`, { place: given.place, cause });
  }
  return undefined;
}

function reportIssue(issue: SchemaIssue, { plugin, keys, given: values }: Taker, given: GivenOptions, bag: DiagnosticBag): void {
  const path = (issue.path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  const [key] = path;
  const place = placeOf(path, given);
  const message = issue.message.replace(/^Invalid (?:input|option): /, "");
  if (key === undefined) bag.error("MILLRACE_PLAN_OPTION", `the options of ${nameOf(plugin)}: ${message}`, { place });
  else if (path.length === 1 && !Object.hasOwn(values, key) && keys?.required.has(key)) {
    // One that was refused before it came here is reported already.
    if (!Object.keys(given.options).some((name) => name.toLowerCase() === key.toLowerCase())) {
      bag.error("MILLRACE_PLAN_OPTION_MISSING", `${nameOf(plugin)} needs the option "${key}"`, { place: given.place });
    }
  } else bag.error("MILLRACE_PLAN_OPTION", `option "${path.join(".")}" of ${nameOf(plugin)}: ${message}`, { place });
}

/** The place of an option, or of what is nearest around it. */
function placeOf(path: readonly string[], given: GivenOptions): Place | undefined {
  const written = asWritten(path, given);
  for (let length = written.length; length > 0; length--) {
    const found = ownPlace(given.places, written.slice(0, length));
    if (found !== undefined) return found;
  }
  return given.place;
}

/** The place of an option's key, or that of the option where the key is not told apart. */
function keyPlaceOf(path: readonly string[], given: GivenOptions): Place | undefined {
  return ownPlace(given.keyPlaces ?? {}, asWritten(path, given)) ?? placeOf(path, given);
}

function ownPlace(places: Readonly<Record<string, Place>>, path: readonly string[]): Place | undefined {
  const key = path.join(".");
  return Object.hasOwn(places, key) ? places[key] : undefined;
}

/** A path with its option spelled as the configuration spells it, which is how places are kept. */
function asWritten([option, ...inner]: readonly string[], { options }: GivenOptions): readonly string[] {
  if (option === undefined) return [];
  const written = Object.hasOwn(options, option) ? option : Object.keys(options).find((name) => name.toLowerCase() === option.toLowerCase());
  return [written ?? option, ...inner];
}

function nameOf(plugin: Plugin): string {
  return called(plugin.kind, plugin.name);
}
