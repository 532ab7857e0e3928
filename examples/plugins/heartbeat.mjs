import { defineDriver } from "@millrace/api/sysflow";
import * as z from "zod";

/** Every so often, tells of one process event: a trace without end, to try a pipeline with. */
export const plugin = defineDriver({
  name: "heartbeat",
  description: "Makes a process event every so often",
  options: z.strictObject({
    every: z.number().positive().default(1000).describe("Milliseconds between two events"),
    exe: z.string().default("/bin/heartbeat").describe("The program that the events speak of"),
  }),
  create: ({ every, exe }, ctx) => ({
    async run(outputs) {
      const oid = { createTs: ctx.clock.nanos(), hpid: BigInt(process.pid) };
      await outputs.send(
        batchOf([
          { type: "H", value: { version: 4, exporter: ctx.name, ip: "127.0.0.1", filename: "" } },
          { type: "P", value: processRecord(oid, exe) },
        ]),
      );
      while (!ctx.draining.aborted) {
        const event = { procOid: oid, ts: ctx.clock.nanos(), opFlags: 2, tid: oid.hpid, args: [], ret: 0 };
        await outputs.send(batchOf([{ type: "PE", value: event }]));
        await ctx.clock.sleep(every, ctx.draining);
      }
    },
  }),
});

/** @param {import("@millrace/api/sysflow").SysflowRecord[]} records */
function batchOf(records) {
  return { records: records.length, bytes: records.length * 60, [Symbol.iterator]: () => records[Symbol.iterator]() };
}

/**
 * @param {import("@millrace/api/sysflow").Oid} oid
 * @param {string} exe
 * @returns {import("@millrace/api/sysflow").Process}
 */
function processRecord(oid, exe) {
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
