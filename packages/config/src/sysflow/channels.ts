import type { EdgeSpec, Place } from "@millrace/api";
import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { CHANNEL, MISSING, NO_EFFECT, SHAPE } from "../codes.ts";
import type { Stage } from "./stage.ts";

/** A mention of a channel: `"<identifier> <type>"`. */
export interface Channel {
  readonly id: string;
  /** Its type, as the configuration writes it. */
  readonly type: string;
  /** The channel kind. */
  readonly kind: string;
  readonly place: Place;
}

/** The types of channels that the peer has, and our channel kinds. A type that is not here is the name of a kind itself. */
const KINDS: Readonly<Record<string, string>> = { sysflowchan: "sysflow", flattenerchan: "flat", eventchan: "event" };

const KNOWN_TYPES: readonly string[] = [...Object.keys(KINDS), "ctxchan", "otelchan"];

/** The channels that a stage reads (`in`) or writes (`out`). */
export function channelsOf(stage: Stage, key: "in" | "out", bag: DiagnosticBag): Channel[] {
  const setting = stage.settings.get(key);
  if (setting === undefined) {
    if (key === "in" && !stage.broken.has(key))
      bag.error(MISSING, `the stage "${stage.name}" has no "in"`, { place: stage.place, hint: 'name the channel that it reads: "in": "<identifier> <type>"' });
    return [];
  }
  const values = Array.isArray(setting.value) ? (setting.value as unknown[]) : [setting.value];
  if (key === "in" && values.length > 1) {
    bag.error(CHANNEL, `the stage "${stage.name}" reads ${values.length} channels, and can read one`, {
      place: setting.place,
      hint: "let the stages before it write to one channel: several may write to the same one",
    });
  }
  const channels = values.flatMap((value, index) => channelOf(value, setting.key, setting.inner?.[index] ?? setting.place, stage, bag) ?? []);
  return channels.filter((channel, index) => {
    const first = channels.findIndex((other) => other.id === channel.id) === index;
    if (!first) bag.warning(NO_EFFECT, `"${stage.name}" lists the channel "${channel.id}" twice, and writes to it once`, { place: channel.place });
    return first;
  });
}

function channelOf(value: unknown, key: string, place: Place, stage: Stage, bag: DiagnosticBag): Channel | undefined {
  const form = 'write a channel as "<identifier> <type>", such as "flat flattenerchan"';
  if (typeof value !== "string") {
    bag.error(SHAPE, `"${key}" of "${stage.name}" must be a channel, or a list of them`, { place, hint: form });
    return undefined;
  }
  const [id, type, ...more] = value.trim().split(/\s+/);
  if (id === undefined || id === "" || type === undefined || more.length > 0) {
    const what = id === undefined || id === "" ? "is empty" : type === undefined ? "has no type" : "has more than an identifier and a type";
    bag.error(CHANNEL, `the channel "${value}" of "${stage.name}" ${what}`, { place, hint: form });
    return undefined;
  }
  const near = KNOWN_TYPES.includes(type) ? undefined : didYouMean(type, KNOWN_TYPES);
  if (near !== undefined) bag.warning(CHANNEL, `the channel type "${type}" is not known, and is taken for a channel kind`, { place, hint: near });
  return { id, type, kind: KINDS[type] ?? type, place };
}

/** A stage's way in or out. */
export interface ChannelEnd {
  readonly node: string;
  readonly channel: Channel;
}

/**
 * Joins those who write a channel with those who read it. Several readers of one channel compete for what comes. Ends
 * that stay loose are reported where everything could be read so far: otherwise one mistake would be several findings.
 */
export function edgesOf(writers: readonly ChannelEnd[], readers: readonly ChannelEnd[], bag: DiagnosticBag): EdgeSpec[] {
  const complete = !bag.hasErrors;
  checkKinds([...readers, ...writers], bag);
  const edges: EdgeSpec[] = [];
  const read = byChannel(readers);
  const written = byChannel(writers);
  for (const [id, ends] of read) {
    if (written.has(id) || !complete) continue;
    for (const { node, channel } of ends) {
      bag.error(CHANNEL, `"${node}" reads the channel "${id}", and nothing writes to it`, { place: channel.place, hint: didYouMean(id, written.keys()) });
    }
  }
  for (const { node, channel } of writers) {
    const peers = read.get(channel.id);
    if (peers === undefined) {
      if (complete)
        bag.error(CHANNEL, `"${node}" writes to the channel "${channel.id}", and nothing reads it`, {
          place: channel.place,
          hint: didYouMean(channel.id, read.keys()),
        });
      continue;
    }
    for (const peer of peers) {
      edges.push({ from: node, to: peer.node, channel: channel.kind, place: channel.place, ...(peers.length > 1 && { queue: channel.id }) });
    }
  }
  return edges;
}

function checkKinds(ends: readonly ChannelEnd[], bag: DiagnosticBag): void {
  const kinds = new Map<string, ChannelEnd>();
  for (const end of ends) {
    const first = kinds.get(end.channel.id);
    if (first === undefined) kinds.set(end.channel.id, end);
    else if (first.channel.kind !== end.channel.kind) {
      const message = `the channel "${end.channel.id}" is of the kind "${end.channel.kind}" here, and of the kind "${first.channel.kind}" for "${first.node}"`;
      bag.error(CHANNEL, message, { place: end.channel.place, hint: "give a channel the same type wherever it stands" });
    }
  }
}

function byChannel(ends: readonly ChannelEnd[]): Map<string, ChannelEnd[]> {
  const map = new Map<string, ChannelEnd[]>();
  for (const end of ends) map.set(end.channel.id, [...(map.get(end.channel.id) ?? []), end]);
  return map;
}
