import type { Clock, Plugin, PluginContext } from "@millrace/api";
import { defineInput, type EventTime, type InputChannel } from "@millrace/api/fluent";
import { batchOfEntries, jsonToMsgpack, Writer, writeEncodedEntry } from "@millrace/fluent";
import * as z from "zod";
import { isMap, jsonOption } from "./json-option.ts";
import { peerInteger, readInteger, warnUnread } from "./peer-integer.ts";
import { firstTick } from "./ticks.ts";

const options = z.strictObject({
  dummy: jsonOption('{"message":"dummy"}').describe("The record, as a JSON object"),
  metadata: jsonOption("{}").describe("The metadata of the record, as a JSON object"),
  rate: peerInteger(1).describe("Ticks a second, unless there is an interval; 0 or less counts as 1"),
  interval_sec: peerInteger(0).describe("Seconds between ticks"),
  interval_nsec: peerInteger(0).describe("Nanoseconds between ticks, added to interval_sec"),
  copies: peerInteger(1).describe("Records a tick"),
  samples: peerInteger(0).describe("How many ticks there are; 0 for no end"),
  start_time_sec: peerInteger(-1).describe("Seconds of the first record's time; -1 for now"),
  start_time_nsec: peerInteger(-1).describe("Nanoseconds of the first record's time; -1 for none"),
  fixed_timestamp: z.boolean().default(false).describe("Gives every record the time of the first"),
  flush_on_startup: z.boolean().default(false).describe("Makes the first tick at once"),
  test_hang_on_exit: z.boolean().default(false).describe("Taken for compatibility, without effect"),
});

/** The input `dummy`: makes the same record again and again. */
const dummyInput: Plugin = defineInput({
  name: "dummy",
  version: "0.1.0",
  description: "Makes the same record again and again, for tests and trials",
  stability: "stable",
  options,
  create: (values: z.infer<typeof options>) => {
    const { dummy, metadata, fixed_timestamp, flush_on_startup, test_hang_on_exit: _, ...integers } = values;
    const settings: Settings = {
      record: jsonToMsgpack(dummy),
      metadata: jsonToMsgpack(metadata),
      interval: intervalOf(values),
      copies: Math.max(0, readInteger(values.copies)),
      samples: readInteger(values.samples) > 0 ? readInteger(values.samples) : Number.POSITIVE_INFINITY,
      start: startOf(values),
      fixed: fixed_timestamp,
      atOnce: flush_on_startup,
    };
    return {
      init: (ctx) => {
        warnUnread(ctx.log, integers);
        if (!isMap(settings.record)) ctx.log.warn("dummy is JSON, but no object: what it makes is no record, and is set aside");
        if (!isMap(settings.metadata)) ctx.log.warn("metadata is JSON, but no object: records go without");
      },
      collect: (ctx, channel) => collect(settings, ctx, channel),
    };
  },
});

/** The options, read. */
interface Settings {
  /** MessagePack, so that integers stay exact and floats stay floats. */
  readonly record: Uint8Array;
  readonly metadata: Uint8Array;
  /** Milliseconds between ticks. */
  readonly interval: number;
  readonly copies: number;
  /** How many ticks there are. */
  readonly samples: number;
  /** The time of the first record, in nanoseconds since the epoch; `undefined` for now. */
  readonly start: bigint | undefined;
  readonly fixed: boolean;
  readonly atOnce: boolean;
}

function intervalOf(values: z.infer<typeof options>): number {
  const ms = readInteger(values.interval_sec) * 1000 + readInteger(values.interval_nsec) / 1e6;
  return ms > 0 ? ms : 1000 / Math.max(1, readInteger(values.rate));
}

function startOf(values: z.infer<typeof options>): bigint | undefined {
  const seconds = readInteger(values.start_time_sec);
  const nanoseconds = readInteger(values.start_time_nsec);
  return seconds < 0 && nanoseconds < 0 ? undefined : BigInt(Math.max(0, seconds)) * NANOS + BigInt(Math.max(0, nanoseconds));
}

/** How far the ticks may be behind, in milliseconds, before those that were missed are let go. */
const MOST_BEHIND_MS = 1000;
/** A send that takes so many milliseconds was a pause: the ticks that it hid are not made up for. */
const PAUSE_MS = 100;
/** The most records that one batch has. */
const MOST_RECORDS = 4096;

async function collect(settings: Settings, ctx: PluginContext, channel: InputChannel): Promise<void> {
  const { clock, draining } = ctx;
  const { interval, samples } = settings;
  const make = makerOf(settings, ctx, channel);
  let made = 0;
  let due = settings.atOnce ? clock.monotonic() : firstTick(clock, interval);
  while (made < samples && !draining.aborted) {
    await clock.sleep(Math.max(0, due - clock.monotonic()), draining);
    if (draining.aborted) return;
    const behind = clock.monotonic() - due;
    const ticks = Math.min(samples - made, behind > MOST_BEHIND_MS ? 1 : 1 + Math.floor(behind / interval));
    due = behind > MOST_BEHIND_MS ? clock.monotonic() + interval : due + ticks * interval;
    made += ticks;
    const before = clock.monotonic();
    await make(ticks);
    if (clock.monotonic() - before >= PAUSE_MS) due = Math.max(due, clock.monotonic() + interval);
  }
}

/** What makes and sends the records of so many ticks. */
function makerOf(settings: Settings, ctx: PluginContext, channel: InputChannel): (ticks: number) => Promise<void> {
  const bad = ctx.metrics.counter("input_bad_records", "Records that an input could not send");
  const { record, copies } = settings;
  const metadata = isMap(settings.metadata) ? settings.metadata : new Uint8Array([0x80]);
  const now = timesOf(settings, ctx.clock);
  return async (ticks) => {
    if (!isMap(record)) return bad.add(ticks * copies);
    const time = now();
    for (let left = ticks * copies; left > 0; left -= MOST_RECORDS) {
      const batch = batchOfEntries(channel.tag, ctx.name, sameEntries(Math.min(left, MOST_RECORDS), time, metadata, record));
      if (batch !== undefined) await channel.sendBatch(batch);
    }
    return undefined;
  };
}

function sameEntries(count: number, time: EventTime, metadata: Uint8Array, record: Uint8Array): { bytes: Uint8Array; bounds: Uint32Array } {
  const writer = new Writer();
  writeEncodedEntry(writer, time, metadata, record);
  const entry = writer.finish();
  const bytes = new Uint8Array(entry.length * count);
  for (let at = 0; at < bytes.length; at += entry.length) bytes.set(entry, at);
  return { bytes, bounds: Uint32Array.from({ length: count + 1 }, (_, index) => index * entry.length) };
}

/** Times that begin at the start time, and go on as the clock does unless they are fixed. */
function timesOf({ start, fixed }: Settings, clock: Clock): () => EventTime {
  const began = clock.nanos();
  const first = start ?? began;
  return () => {
    const nanos = fixed ? first : first + clock.nanos() - began;
    return { seconds: Number((nanos / NANOS) % 2n ** 32n), nanoseconds: Number(nanos % NANOS) };
  };
}

const NANOS = 1_000_000_000n;

export { dummyInput };
