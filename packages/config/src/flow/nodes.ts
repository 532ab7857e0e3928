import type { NodeSpec, Place } from "@millrace/api";
import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { MISSING, NO_EFFECT, SHAPE, UNKNOWN } from "../codes.ts";
import { type Entry, entryPlace, keyPlace, optionPlaces } from "../tree/node.ts";
import { checkKeys, dataOf, isMap, readText, type Setting, valuePlace } from "./settings.ts";

/** `components:` is classic, `actors:` is v1alpha1. */
export type Generation = "classic" | "v1alpha1";

/** What the dialect knows about a generation. */
export interface GenerationRules {
  /** The top-level key of the nodes. */
  readonly nodes: "components" | "actors";
  /** What one of them is called. */
  readonly noun: "component" | "actor";
  readonly nodeKeys: readonly string[];
  /** What an unknown key is: one generation rejects it, the other one ignores it. */
  readonly unknown: "error" | "warning";
}

export const generations: Readonly<Record<Generation, GenerationRules>> = {
  classic: { nodes: "components", noun: "component", nodeKeys: ["module", "plugin", "constructor", "params"], unknown: "warning" },
  v1alpha1: { nodes: "actors", noun: "actor", nodeKeys: ["module", "builder", "params"], unknown: "error" },
};

/** A node, with the name of its module as the configuration has it. */
export interface FlowNode {
  readonly spec: NodeSpec;
  readonly module: string;
  /** Whether it is looked for in the plugin folder. */
  readonly dynamic: boolean;
}

/** Reads `components:` or `actors:`. */
export function readNodes(nodes: Setting, generation: Generation, bag: DiagnosticBag): Map<string, FlowNode> {
  const found = new Map<string, FlowNode>();
  for (const setting of nodes.children.values()) {
    const node = nodeOf(setting, generation, bag);
    if (node !== undefined) found.set(setting.key, node);
  }
  return found;
}

function nodeOf(setting: Setting, generation: Generation, bag: DiagnosticBag): FlowNode | undefined {
  const rules = generations[generation];
  if (setting.value !== undefined && setting.value.value !== null) {
    bag.error(SHAPE, `the ${rules.noun} "${setting.key}" must be a map with a "module"`, { place: valuePlace(setting) });
    return undefined;
  }
  checkKeys(setting, rules.nodeKeys, rules.unknown === "error" ? UNKNOWN : NO_EFFECT, rules.unknown, bag);
  const module = readText(setting.children.get("module"), bag);
  const plugin = generation === "classic" ? readText(setting.children.get("plugin"), bag) : undefined;
  const name = plugin || module;
  if (name === undefined || name === "") {
    if (!setting.children.has("module")) {
      bag.error(MISSING, `the ${rules.noun} "${setting.key}" has no "module"`, { place: setting.place, hint: hintFor(setting, rules) });
    } else if (module === "") bag.error(MISSING, `the module of "${setting.key}" is empty`, { place: valuePlace(setting.children.get("module") as Setting) });
    return undefined;
  }
  const builder = readText(setting.children.get(generation === "classic" ? "constructor" : "builder"), bag);
  const dynamic = generation === "classic" ? Boolean(plugin) : name.startsWith("plugin.");
  const params = setting.children.get("params");
  if (params !== undefined && params.value !== undefined && params.value.value !== null) {
    bag.error(SHAPE, `"${params.path}" must be a map`, { place: valuePlace(params) });
  }
  const options = isMap(params) ? [...params.children.values()] : [];
  const place = setting.children.get(plugin ? "plugin" : "module")?.value?.place ?? setting.place;
  const spec: NodeSpec = {
    id: setting.key,
    plugin: generation === "v1alpha1" && dynamic ? name.slice("plugin.".length) : name,
    kind: "link",
    options: Object.fromEntries(options.map((option) => [option.key, dataOf(option)])),
    style: { textual: true, unknown: "warning" },
    // A node that the pipeline does not mention is started too, and waits.
    optionalInput: true,
    ...(builder && { instance: { builder } }),
    ...(place && { place }),
    places: placesOf(options, valuePlace, entryPlace),
    keyPlaces: placesOf(options, ({ place: ofKey }) => ofKey, keyPlace),
  };
  return { spec, module: name, dynamic };
}

/** Where each option stands: by its key, and by `key.inner` and `key.0` for what is inside. */
function placesOf(
  options: readonly Setting[],
  placeOfSetting: (setting: Setting) => Place | undefined,
  placeOfEntry: (entry: Entry) => Place,
  prefix = "",
): Record<string, Place> {
  return Object.fromEntries(
    options.flatMap((option): [string, Place][] => {
      const place = placeOfSetting(option);
      const path = prefix + option.key;
      const inner = placesOf([...option.children.values()], placeOfSetting, placeOfEntry, `${path}.`);
      const elements = option.node?.kind === "list" ? optionPlaces(option.node, placeOfEntry, `${path}.`) : {};
      return [...(place ? [[path, place] as [string, Place]] : []), ...Object.entries({ ...inner, ...elements })];
    }),
  );
}

function hintFor(setting: Setting, rules: GenerationRules): string {
  const near = [...setting.children.keys()].find((key) => !rules.nodeKeys.includes(key) && didYouMean(key, ["module"]) !== undefined);
  return near === undefined ? `a ${rules.noun} names what it is: "module: …"` : 'did you mean "module"?';
}
