import type { Hosted, HostedSpec, NodeSpec, Plugin } from "@millrace/api";
import { DiagnosticBag, didYouMean } from "@millrace/text";
import { called } from "../registry/module-exports.ts";
import type { Registry } from "../registry/registry.ts";
import { checkBounds } from "./bounds.ts";
import { checkOptions, type GivenOptions } from "./options.ts";

/** A node whose plugin is known. Its options are checked; what was wrong with them has been reported. */
export interface PlannedNode {
  readonly id: string;
  readonly spec: NodeSpec;
  readonly plugin: Plugin;
  readonly options: unknown;
  readonly hosted: ReadonlyMap<string, readonly Hosted[]>;
  /** The channel kinds it sends, or `same` where that follows from what it receives. */
  readonly out: readonly string[] | "same";
}

interface HostedPlugin {
  readonly spec: HostedSpec;
  readonly plugin: Plugin;
}

/** Resolves the plugins of one node and checks its options. Gives no node where its plugin is missing. */
export async function planNode(spec: NodeSpec, registry: Registry): Promise<{ readonly node?: PlannedNode; readonly bag: DiagnosticBag }> {
  const bag = new DiagnosticBag();
  if (spec.credit) checkBounds(spec.credit, `the credit of "${spec.id}"`, spec.place, bag);
  const lookUp = { place: spec.place, caseless: spec.style?.caseless };
  const [resolution, hosted] = await Promise.all([registry.resolve(spec.kind, spec.plugin, lookUp), resolveHosted(spec, registry, bag)]);
  bag.add(...resolution.diagnostics);
  const plugin = resolution.found?.plugin;
  if (plugin === undefined) return { bag };

  if (plugin.node === undefined) {
    bag.error("MILLRACE_PLAN_NOT_A_NODE", `${called(plugin.kind, plugin.name)} can't stand by itself: it lives inside another plugin`, { place: spec.place });
    return { bag };
  }
  if (plugin.stability === "experimental")
    bag.warning("MILLRACE_PLAN_EXPERIMENTAL", `${called(plugin.kind, plugin.name)} is experimental: it may change without notice`, { place: spec.place });
  const inSlots = await fillSlots(spec, plugin, hosted, registry, bag);
  const options = await checkAll(
    spec,
    plugin,
    inSlots,
    hosted.some((found) => found === undefined),
    bag,
  );
  return { node: { id: spec.id, spec, plugin, ...options, out: outOf(plugin, inSlots) }, bag };
}

async function resolveHosted(spec: NodeSpec, registry: Registry, bag: DiagnosticBag): Promise<(HostedPlugin | undefined)[]> {
  return Promise.all(
    (spec.hosted ?? []).map(async (hosted) => {
      const { found, diagnostics } = await registry.resolve(hosted.kind, hosted.plugin, { place: hosted.place ?? spec.place, caseless: spec.style?.caseless });
      bag.add(...diagnostics);
      if (found === undefined || found.plugin.hostedBy !== undefined) return found && { spec: hosted, plugin: found.plugin };
      bag.error("MILLRACE_PLAN_NOT_HOSTABLE", `${called(found.plugin.kind, found.plugin.name)} can't live inside another plugin`, {
        place: hosted.place ?? spec.place,
      });
      return undefined;
    }),
  );
}

/** Puts the hosted plugins into the slots of their host, and says which slots there are not, and which are empty. */
async function fillSlots(
  spec: NodeSpec,
  plugin: Plugin,
  hosted: readonly (HostedPlugin | undefined)[],
  registry: Registry,
  bag: DiagnosticBag,
): Promise<Map<string, HostedPlugin[]>> {
  const slots = new Map<string, HostedPlugin[]>(Object.keys(plugin.hosts).map((slot) => [slot, []]));
  for (const found of hosted) {
    if (found === undefined) continue;
    const slot = plugin.hosts[found.spec.slot];
    const place = found.spec.place ?? spec.place;
    if (slot === undefined) {
      const names = Object.keys(plugin.hosts);
      bag.error("MILLRACE_PLAN_SLOT", `${called(plugin.kind, plugin.name)} has no slot "${found.spec.slot}"`, {
        place,
        hint: didYouMean(found.spec.slot, names) ?? (names.length === 0 ? "no plugin lives in it" : `its slots are ${names.join(", ")}`),
      });
    } else if (slot.kind !== found.plugin.kind) {
      bag.error(
        "MILLRACE_PLAN_SLOT",
        `the slot "${found.spec.slot}" of ${called(plugin.kind, plugin.name)} takes a ${slot.kind}, not ${called(found.plugin.kind, found.plugin.name)}`,
        { place },
      );
    } else slots.get(found.spec.slot)?.push(found);
  }
  for (const [name, slot] of Object.entries(plugin.hosts)) {
    const inSlot = slots.get(name) as HostedPlugin[];
    if (slot.all) {
      const all = await registry.all(slot.kind);
      bag.add(...all.diagnostics);
      const others = all.found.filter((found) => found.plugin.hostedBy !== undefined && !inSlot.some((known) => known.plugin === found.plugin));
      inSlot.push(...others.map((found) => ({ plugin: found.plugin, spec: { slot: name, plugin: found.plugin.name, kind: slot.kind, options: {} } })));
    }
    const named = (spec.hosted ?? []).some((one) => one.slot === name);
    if (slot.required && inSlot.length === 0 && !named) {
      bag.error("MILLRACE_PLAN_SLOT_EMPTY", `${called(plugin.kind, plugin.name)} needs a ${slot.kind}`, {
        place: spec.place,
        hint: `name one for its slot "${name}"`,
      });
    }
  }
  return slots;
}

/** Checks the node's options, shared with those hosted that have none of their own, and then those that have. */
async function checkAll(
  spec: NodeSpec,
  plugin: Plugin,
  slots: ReadonlyMap<string, readonly HostedPlugin[]>,
  incomplete: boolean,
  bag: DiagnosticBag,
): Promise<Pick<PlannedNode, "options" | "hosted">> {
  const inSlots = [...slots.values()].flat();
  const sharing = inSlots.filter((found) => found.spec.options === undefined);
  const style = spec.style ?? {};
  const shared = await checkOptions([plugin, ...sharing.map((found) => found.plugin)], {
    options: spec.options,
    style,
    place: spec.place,
    ...placesIn(spec),
    incomplete,
    ...(spec.doubtful && { doubtful: spec.doubtful }),
  });
  bag.add(...shared.bag.list());
  const values = new Map<HostedPlugin, unknown>(sharing.map((found, index) => [found, shared.values[index + 1]]));
  for (const found of inSlots) {
    if (found.spec.options === undefined) continue;
    const own = await checkOptions([found.plugin], { options: found.spec.options, style, place: found.spec.place ?? spec.place, ...placesIn(found.spec) });
    bag.add(...own.bag.list());
    values.set(found, own.values[0]);
  }
  const hosted = new Map([...slots].map(([slot, all]) => [slot, all.map((found) => ({ plugin: found.plugin, options: values.get(found) }))]));
  return { options: shared.values[0], hosted };
}

function placesIn({ places = {}, keyPlaces = {} }: NodeSpec | HostedSpec): Pick<GivenOptions, "places" | "keyPlaces"> {
  return { places, keyPlaces };
}

function outOf(plugin: Plugin, slots: ReadonlyMap<string, readonly HostedPlugin[]>): readonly string[] | "same" {
  const { out } = plugin.channels;
  if (out === "same" || Array.isArray(out)) return out as readonly string[] | "same";
  const { hosted } = out as { readonly hosted: string };
  return [
    ...new Set(
      (slots.get(hosted) ?? []).flatMap((found) => (Array.isArray(found.plugin.channels.out) ? (found.plugin.channels.out as readonly string[]) : [])),
    ),
  ];
}
