import type { Place } from "@millrace/api";
import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { DUPLICATE, MISSING, SHAPE } from "../codes.ts";
import type { Environment } from "../dialect.ts";
import { describe, type Entry, entryPlace, isFaulty, keyPlace, type MapNode, optionPlaces, placeOf, plain, type TreeNode } from "../tree/node.ts";
import { overridesFor } from "./environment.ts";

/** A value of a stage, from the file or from the environment. */
export interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly place: Place;
  /** Where the key stands in the file. */
  readonly keyPlace?: Place;
  /** The places of what is inside, and of the keys there, by path, where the value is a list or an object in the file. */
  readonly inner?: Readonly<Record<string, Place>>;
  readonly innerKeys?: Readonly<Record<string, Place>>;
  /** It stands in the environment alone. */
  readonly fromEnvironment?: boolean;
}

/** An element of `pipeline` or of `drivers`. */
export interface Stage {
  readonly kind: "processor" | "driver";
  /** The name of its plugin. */
  readonly name: string;
  /** Which of those with this name it is, from 1. */
  readonly number: number;
  /** Where its name stands; absent for a driver that the configuration does not mention. */
  readonly place: Place | undefined;
  /** By key in lower case. */
  readonly settings: ReadonlyMap<string, Setting>;
  /** The keys in lower case whose value is missing: the file says so with an error. */
  readonly broken: ReadonlySet<string>;
}

/** Reads the elements of `pipeline` or of `drivers`, and lays what the environment sets over them. */
export function readStages(lists: readonly { readonly kind: Stage["kind"]; readonly node: TreeNode }[], environment: Environment, bag: DiagnosticBag): Stage[] {
  const stages = lists.flatMap(({ kind, node }) => elementsOf(kind, node, bag));
  const overrides = overridesFor(stages, environment);
  for (const [stage, list] of overrides) {
    for (const { key, value, place } of list) {
      const known = stage.settings.get(key);
      stage.settings.set(key, {
        key: known?.key ?? key,
        value,
        place,
        ...(known?.keyPlace && { keyPlace: known.keyPlace }),
        fromEnvironment: known === undefined,
      });
    }
  }
  return stages;
}

interface OpenStage extends Stage {
  readonly settings: Map<string, Setting>;
}

function elementsOf(kind: Stage["kind"], list: TreeNode, bag: DiagnosticBag): OpenStage[] {
  const plural = kind === "processor" ? "pipeline" : "drivers";
  if (list.kind !== "list") {
    bag.error(SHAPE, `"${plural}" must be a list of ${kind === "processor" ? "stages" : "drivers"}, and is ${describe(list)}`, { place: placeOf(list) });
    return [];
  }
  const counts = new Map<string, number>();
  const stages: OpenStage[] = [];
  list.items.forEach((item, index) => {
    if (item.kind !== "map") {
      bag.error(SHAPE, `element ${index + 1} of "${plural}" must be an object, and is ${describe(item)}`, { place: placeOf(item) });
      return;
    }
    const settings = settingsOf(item, bag);
    const broken = new Set(item.entries.filter(({ value }) => isFaulty(value)).map(({ key }) => key.toLowerCase()));
    const name = nameOf(kind, item, index, bag);
    if (name === undefined) return;
    settings.delete(kind);
    const number = (counts.get(name.text) ?? 0) + 1;
    counts.set(name.text, number);
    stages.push({ kind, name: name.text, number, place: name.place, settings, broken });
  });
  return stages;
}

/** A key that begins with `_` is a comment; a value of `null` counts as none. */
function settingsOf(map: MapNode, bag: DiagnosticBag): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const entry of map.entries) {
    const value = plain(entry.value);
    const known = settings.get(entry.key.toLowerCase());
    if (known !== undefined && known.key !== entry.key) {
      bag.warning(DUPLICATE, `"${entry.key}" and "${known.key}" are the same key, and the last one counts`, { place: keyPlace(entry) });
    }
    if (!entry.key.startsWith("_") && value !== null) settings.set(entry.key.toLowerCase(), settingOf(entry, value));
  }
  return settings;
}

function nameOf(kind: Stage["kind"], map: MapNode, index: number, bag: DiagnosticBag): { text: string; place: Place } | undefined {
  const entry = map.entries.findLast((candidate) => candidate.key.toLowerCase() === kind);
  const text = entry?.value.kind === "scalar" ? entry.value.value : undefined;
  if (entry !== undefined && typeof text === "string" && text !== "") return { text, place: placeOf(entry.value) };
  const what = kind === "processor" ? `stage ${index + 1}` : `driver ${index + 1}`;
  if (entry !== undefined && isFaulty(entry.value)) return undefined;
  if (entry !== undefined)
    bag.error(SHAPE, `"${kind}" of ${what} must be the name of a ${kind}, and is ${text === "" ? "empty" : describe(entry.value)}`, {
      place: placeOf(entry.value),
    });
  else {
    const near = map.entries.find((candidate) => didYouMean(candidate.key, [kind]) !== undefined);
    bag.error(MISSING, `${what} has no "${kind}"`, {
      place: near === undefined ? map.source.place(map.span.start) : keyPlace(near),
      hint: near === undefined ? `name its plugin: "${kind}": "…"` : `did you mean "${kind}"?`,
    });
  }
  return undefined;
}

function settingOf(entry: Entry, value: unknown): Setting {
  const inner = entry.value.kind !== "scalar" && { inner: optionPlaces(entry.value), innerKeys: optionPlaces(entry.value, keyPlace) };
  return { key: entry.key, value, place: entryPlace(entry), keyPlace: keyPlace(entry), ...inner };
}
