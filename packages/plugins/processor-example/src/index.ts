/**
 * The processor `example`: says which processes start and end. It is short on purpose: read it as the first chapter of
 * docs/writing-plugins.md.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineProcessor } from "@millrace/api/sysflow";

/** Prints `Process Event: <exe>, <tid>` for each process event, at level info. It ends the pipeline: it sends nothing. */
const plugin: Plugin = defineProcessor({
  name: "example",
  version: "0.1.0",
  description: "Says which processes start and end",
  stability: "stable",
  in: "flat",
  create: (_options, ctx) => ({
    async process(input) {
      for await (const batch of input) {
        for (const record of batch.data) {
          if (record.type === "PE") ctx.log.info(`Process Event: ${record.text("sf.proc.exe")}, ${record.text("sf.proc.tid")}`);
        }
      }
    },
  }),
});

export { plugin };
