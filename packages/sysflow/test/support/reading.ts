import type { SysflowRecord } from "@millrace/api/sysflow";
import { type ReadTraceOptions, readTrace, type TracePart } from "../../src/index.ts";

/** Reads from memory, so many bytes at a time. */
export function bytesReader(bytes: Uint8Array, step = Number.POSITIVE_INFINITY): (into: Buffer) => number {
  let at = 0;
  return (into) => {
    const count = Math.min(step, into.length, bytes.length - at);
    into.set(bytes.subarray(at, at + count));
    at += count;
    return count;
  };
}

export async function partsOf(bytes: Uint8Array, options: Partial<ReadTraceOptions> = {}, step?: number): Promise<TracePart[]> {
  const parts: TracePart[] = [];
  for await (const part of readTrace(bytesReader(bytes, step), { file: "test.sf", ...options })) parts.push(part);
  return parts;
}

export async function recordsOf(bytes: Uint8Array, options: Partial<ReadTraceOptions> = {}, step?: number): Promise<SysflowRecord[]> {
  return (await partsOf(bytes, options, step)).flatMap(({ rows }) => [...rows]);
}
