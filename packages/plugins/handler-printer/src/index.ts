/**
 * The handler `printer`: a line for each flow and event, to see at a glance what a trace holds.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineHandler } from "@millrace/api/sysflow";

/**
 * Prints at level info, with the program that the record belongs to: `ProcEvt exe, tid`, `FileEvt exe, tid`,
 * `FileFlow exe, fd`, `NetworkFlow exe, dport`, `NetworkEvt exe, dport` and `ProcFlow exe, threads cloned`. Where the
 * process is not known, exe is empty.
 */
const plugin: Plugin = defineHandler({
  name: "printer",
  version: "0.1.0",
  description: "Prints a line for each flow and event of a process",
  stability: "stable",
  entities: false,
  create: (_options, ctx) => ({
    handleProcEvt: ({ process }, event) => ctx.log.info(`ProcEvt ${process?.exe ?? ""}, ${event.tid}`),
    handleFileEvt: ({ process }, event) => ctx.log.info(`FileEvt ${process?.exe ?? ""}, ${event.tid}`),
    handleFileFlow: ({ process }, flow) => ctx.log.info(`FileFlow ${process?.exe ?? ""}, ${flow.fd}`),
    handleNetFlow: ({ process }, flow) => ctx.log.info(`NetworkFlow ${process?.exe ?? ""}, ${flow.dport}`),
    handleNetEvt: ({ process }, event) => ctx.log.info(`NetworkEvt ${process?.exe ?? ""}, ${event.dport}`),
    handleProcFlow: ({ process }, flow) => ctx.log.info(`ProcFlow ${process?.exe ?? ""}, ${flow.numThreadsCloned}`),
  }),
});

export { plugin };
