/**
 * The driver `template-name`: tells of one process event every so often, to try a pipeline with.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineDriver, type Oid, type Process, type SysflowBatch, type SysflowRecord } from "@millrace/api/sysflow";
import * as z from "zod";

/** Sends a header and a process, and then its events. It ends after so many of them, or when the run drains. */
const plugin: Plugin = defineDriver({
  name: "template-name",
  description: "Makes a process event every so often",
  options: z.strictObject({
    every: z.number().positive().default(1000).describe("Milliseconds between two events"),
    events: z.number().int().positive().optional().describe("How many events it makes; without it, there is no end"),
    exe: z.string().default("/bin/template-name").describe("The program that the events speak of"),
  }),
  create: ({ every, events = Number.POSITIVE_INFINITY, exe }, ctx) => ({
    async run(outputs) {
      const oid: Oid = { createTs: ctx.clock.nanos(), hpid: BigInt(process.pid) };
      await outputs.send(
        batchOf([
          { type: "H", value: { version: 4, exporter: ctx.name, ip: "127.0.0.1", filename: "" } },
          { type: "P", value: processOf(oid, exe) },
        ]),
      );
      for (let made = 0; made < events && !ctx.draining.aborted; made++) {
        await outputs.send(batchOf([{ type: "PE", value: { procOid: oid, ts: ctx.clock.nanos(), opFlags: 2, tid: oid.hpid, args: [], ret: 0 } }]));
        await ctx.clock.sleep(every, ctx.draining);
      }
    },
  }),
});

/** About how many bytes a record takes. */
const RECORD_BYTES = 60;

function batchOf(records: readonly SysflowRecord[]): SysflowBatch {
  return { records: records.length, bytes: records.length * RECORD_BYTES, [Symbol.iterator]: () => records[Symbol.iterator]() };
}

function processOf(oid: Oid, exe: string): Process {
  return {
    state: "CREATED",
    oid,
    poid: undefined,
    ts: oid.createTs,
    exe,
    exeArgs: "",
    uid: 0,
    userName: "root",
    gid: 0,
    groupName: "root",
    tty: false,
    containerId: undefined,
    entry: false,
    cwd: "/",
    env: [],
  };
}

export { plugin };
