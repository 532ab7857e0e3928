import type { Clock, Plugin, PluginContext } from "@millrace/api";
import { defineInput, type EventTime, type InputChannel } from "@millrace/api/fluent";
import { batchOfEntries, writeEncodedEntry, Writer } from "@millrace/fluent";
import { z } from "zod";
import { isMap, jsonOption } from "./json-option.ts";
import { peerInteger, warnUnread } from "./peer-integer.ts";
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

type Options = z.infer<typeof options>;

/** The input `dummy`: makes the same record again and again. */
const dummyInput: Plugin = defineInput({
  name: "dummy",
  version: "0.1.0",
  description: "Makes the same record again and again, for tests and trials",
  stability: "stable",
  options,
  create: (values: Options) => ({
    init: (ctx) => {
      warnUnread(ctx.log, values);
      if (!isMap(values.dummy)) ctx.log.warn("dummy is JSON, but no object: what it makes is no record, and is set aside");
      if (!isMap(values.metadata)) ctx.log.warn("metadata is JSON, but no object: records go without");
    },
    collect: (ctx, channel) => collect(values, ctx, channel),
  }),
});

/** How far the ticks may be behind, in milliseconds, before those that were missed are let go: a pause is not made up for. */
const MOST_BEHIND_MS = 1000;
/** The most records that one batch has. */
const MOST_RECORDS = 4096;

async function collect(options: Options, ctx: PluginContext, channel: InputChannel): Promise<void> {
  const { clock, draining } = ctx;
  const interval = intervalOf(options);
  const samples = options.samples.value > 0 ? options.samples.value : Number.POSITIVE_INFINITY;
  const make = makerOf(options, ctx, channel);
  let made = 0;
  let due = options.flush_on_startup ? clock.monotonic() : firstTick(clock, interval);
  while (made < samples && !draining.aborted) {
    await clock.sleep(Math.max(0, due - clock.monotonic()), draining);
    if (draining.aborted) return;
    const behind = clock.monotonic() - due;
    const ticks = Math.min(samples - made, behind > MOST_BEHIND_MS ? 1 : 1 + Math.floor(behind / interval));
    due = behind > MOST_BEHIND_MS ? clock.monotonic() + interval : due + ticks * interval;
    made += ticks;
    await make(ticks);
  }
}

function intervalOf(options: Options): number {
  const ms = options.interval_sec.value * 1000 + options.interval_nsec.value / 1e6;
  return ms > 0 ? ms : 1000 / Math.max(1, options.rate.value);
}

/** What makes and sends the records of so many ticks. */
function makerOf(options: Options, ctx: PluginContext, channel: InputChannel): (ticks: number) => Promise<void> {
  const bad = ctx.metrics.counter("input_bad_records", "Records that an input could not send");
  const copies = Math.max(0, options.copies.value);
  const metadata = isMap(options.metadata) ? options.metadata : new Uint8Array([0x80]);
  const now = timesOf(options, ctx.clock);
  return async (ticks) => {
    if (!isMap(options.dummy)) return bad.add(ticks * copies);
    const time = now();
    for (let left = ticks * copies; left > 0; left -= MOST_RECORDS) {
      const batch = batchOfEntries(channel.tag, ctx.name, sameEntries(Math.min(left, MOST_RECORDS), time, metadata, options.dummy));
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
function timesOf(options: Options, clock: Clock): () => EventTime {
  const { start_time_sec: seconds, start_time_nsec: nanoseconds, fixed_timestamp: fixed } = options;
  const began = clock.nanos();
  const start = seconds.value < 0 && nanoseconds.value < 0
    ? began
    : BigInt(Math.max(0, seconds.value)) * NANOS + BigInt(Math.max(0, nanoseconds.value));
  return () => {
    const nanos = fixed ? start : start + clock.nanos() - began;
    return { seconds: Number((nanos / NANOS) % 2n ** 32n), nanoseconds: Number(nanos % NANOS) };
  };
}

const NANOS = 1_000_000_000n;

export { dummyInput };
