import type { EdgeSpec, NodeSpec, Place } from "@millrace/api";
import { type TagMatch, tagMatcher } from "@millrace/api/fluent";
import type { DiagnosticBag } from "@millrace/text";
import { MISSING, NO_EFFECT, VALUE } from "../codes.ts";
import { type InstanceKind, type InstanceSettings, instanceSettings } from "./instance.ts";
import type { Section } from "./section.ts";
import type { Variables } from "./variables.ts";

/** The node between the filters and the outputs: it gathers records into chunks. */
const CHUNKS = "chunks";

/** An instance of a plugin, before it is a node. */
interface Instance {
  /** `<plugin>.<n>`, n counted over all instances of the kind. */
  readonly name: string;
  readonly plugin: string;
  readonly kind: InstanceKind;
  readonly section: Section;
  readonly settings: InstanceSettings;
}

/**
 * Makes the graph: every input leads through all filters, in their order, into the node `chunks`, and from there to every
 * output whose match takes it.
 */
export function graphOf(
  sections: readonly Section[],
  flushSeconds: number,
  variables: Variables,
  bag: DiagnosticBag,
): { nodes: NodeSpec[]; edges: EdgeSpec[] } {
  const inputs = instancesOf(sections, "input", variables, bag);
  const filters = instancesOf(sections, "filter", variables, bag);
  const outputs = instancesOf(sections, "output", variables, bag);
  const ids = idsOf([...inputs, ...filters, ...outputs]);
  const id = (instance: Instance): string => ids.get(instance) as string;
  if (inputs.length + filters.length + outputs.length === 0) return { nodes: [], edges: [] };
  const nodes: NodeSpec[] = [
    ...inputs.map((input) => nodeOf(input, id(input), inputInstance(input))),
    ...filters.map((filter) => nodeOf(filter, id(filter), filterInstance(filter, bag))),
    { id: CHUNKS, plugin: "chunk", kind: "node", options: { flush: flushSeconds }, optionalInput: true },
    ...outputs.map((output) => nodeOf(output, id(output), hostData(output, ["match", "match_regex"]))),
  ];
  const line = [...filters.map(id), CHUNKS];
  const edges: EdgeSpec[] = [
    ...inputs.map((input) => ({ from: id(input), to: line[0] as string, place: input.section.place })),
    ...line.slice(1).map((to, index) => ({ from: line[index] as string, to })),
    ...outputs.map((output) => ({ from: CHUNKS, to: id(output), match: outputMatch(output, inputs.length, outputs.length, bag), place: matchPlace(output) })),
  ];
  return { nodes, edges };
}

function instancesOf(sections: readonly Section[], kind: InstanceKind, variables: Variables, bag: DiagnosticBag): Instance[] {
  const found: Instance[] = [];
  sections
    .filter((section) => section.kind === kind)
    .forEach((section, number) => {
      const settings = instanceSettings(section, kind, variables, bag);
      const name = settings.host.get("name")?.property.text;
      if (name === undefined) {
        if (section.properties.some((property) => property.key === "name" && property.faulty)) return;
        bag.error(MISSING, `section "${kind}" is missing the "name" property`, { place: section.place, hint: "name its plugin: Name …" });
        return;
      }
      const plugin = name.toLowerCase();
      found.push({ name: `${plugin}.${number}`, plugin, kind, section: { ...section, data: expanded(section, variables) }, settings });
    });
  return found;
}

function expanded(section: Section, variables: Variables): Section["data"] {
  return Object.fromEntries(Object.entries(section.data).map(([key, value]) => [key, variables.expandAll(value, section.place)]));
}

/** The ids: the names, but an input, a filter and an output may share a name, and then the later ones say what they are. */
function idsOf(instances: readonly Instance[]): Map<Instance, string> {
  const taken = new Set<string>([CHUNKS]);
  return new Map(
    instances.map((instance) => {
      const id = taken.has(instance.name) ? `${instance.kind}:${instance.name}` : instance.name;
      taken.add(id);
      return [instance, id];
    }),
  );
}

function nodeOf({ plugin, kind, section, settings }: Instance, id: string, instance: Readonly<Record<string, unknown>>): NodeSpec {
  const options = [...settings.options];
  const groups = section.groups.map((group) => ({ name: group.name, properties: group.properties.map(({ key, text }) => [key, text]) }));
  return {
    id,
    plugin,
    kind,
    options: Object.fromEntries(options.map(([key, values]) => [key, values.length === 1 ? values[0]?.text : values.map(({ text }) => text)])),
    instance: { ...instance, ...section.data, ...(groups.length > 0 && { groups }) },
    style: { caseless: true, textual: true, unknown: "error" },
    // The peer runs, and waits, without any input.
    ...(kind !== "input" && { optionalInput: true }),
    place: settings.host.get("name")?.property.place ?? section.place,
    places: Object.fromEntries(options.map(([key, values]) => [key, values[0]?.place ?? section.place])),
    keyPlaces: Object.fromEntries(options.flatMap(([key, values]) => (values[0]?.keyPlace === undefined ? [] : [[key, values[0].keyPlace]]))),
  };
}

/** The tag of an input is the name of its instance, unless it is set. */
function inputInstance(input: Instance): Readonly<Record<string, unknown>> {
  return { tag: input.name, ...hostData(input, []) };
}

function hostData({ name, settings }: Instance, without: readonly string[]): Record<string, unknown> {
  const entries = [...settings.host].filter(([key]) => key !== "name" && !without.includes(key));
  return { name, ...Object.fromEntries(entries.map(([key, { value }]) => [key, value])) };
}

// ---------------------------------------------------------------------------------------------------------- matches

/** A filter looks at tags itself, so its match stays with it. */
function filterInstance(filter: Instance, bag: DiagnosticBag): Readonly<Record<string, unknown>> {
  const match = matchOf(filter, bag);
  if (match.match === undefined && match.regex === undefined && !isSet(filter)) {
    bag.error(MISSING, `NO match rule for ${filter.name} filter instance`, { place: filter.section.place, hint: "say which tags it sees: Match *" });
  }
  return hostData(filter, []);
}

/** Without a match, the only output takes all of the only input; in any other case nothing is routed to it. */
function outputMatch(output: Instance, inputs: number, outputs: number, bag: DiagnosticBag): TagMatch {
  const match = matchOf(output, bag);
  if (match.match !== undefined || match.regex !== undefined || isSet(output)) return match;
  if (inputs === 1 && outputs === 1) return { match: "*" };
  bag.warning(NO_EFFECT, `NO match for ${output.name} output instance: nothing is routed to it`, {
    place: output.section.place,
    hint: "say which tags it takes: Match *",
  });
  return match;
}

function matchOf({ settings }: Instance, bag: DiagnosticBag): TagMatch {
  const match = settings.host.get("match")?.value as string | undefined;
  const regex = settings.host.get("match_regex");
  return {
    ...(match !== undefined && { match }),
    ...(regex !== undefined && checkedRegex(regex.property.text, regex.property.place, bag) && { regex: regex.property.text }),
  };
}

function checkedRegex(regex: string, place: Place, bag: DiagnosticBag): boolean {
  try {
    tagMatcher({ regex });
    return true;
  } catch (cause) {
    bag.error(VALUE, `bad regular expression "${regex}"`, { place, cause: cause instanceof Error ? (cause.cause ?? cause) : cause });
    return false;
  }
}

function isSet({ settings }: Instance): boolean {
  return settings.host.has("match") || settings.host.has("match_regex");
}

function matchPlace({ section, settings }: Instance): Place {
  return (settings.host.get("match") ?? settings.host.get("match_regex"))?.property.place ?? section.place;
}
