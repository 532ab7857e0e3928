/**
 * The handler `template-name`: says who talked to whom, a line for each network flow.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineHandler } from "@millrace/api/sysflow";
import * as z from "zod";

/** Logs `PROGRAM SOURCE:PORT > DESTINATION:PORT` at level info. Where the process is not known, its program is empty. */
const plugin: Plugin = defineHandler({
  name: "template-name",
  description: "Says who talked to whom, a line for each network flow",
  options: z.strictObject({
    "dest.port": z.number().int().min(0).max(65_535).optional().describe("Only flows to this port are told of; without it, all are"),
  }),
  create: ({ "dest.port": port }, ctx) => {
    const flows = ctx.metrics.counter("template_name_flows", "Network flows that were told of");
    return {
      handleNetFlow({ process }, { sip, sport, dip, dport }) {
        if (port !== undefined && dport !== port) return;
        ctx.log.info(`${process?.exe ?? ""} ${sip}:${sport} > ${dip}:${dport}`);
        flows.add(1);
      },
    };
  },
});

export { plugin };
