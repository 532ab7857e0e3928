import { defineNode, type Node, type Plugin, type PluginContext } from "@millrace/api";
import type { RecordBatch } from "@millrace/api/fluent";
import { everyTick } from "../ticks.ts";
import { type ChunkOptions, chunkOptions } from "./options.ts";
import { ChunkStore } from "./store.ts";

/**
 * The stage between inputs and outputs: gathers records into chunks, one for each input and tag, and sends what there is
 * with every flush.
 *
 * With acceptance `memory` a record is done as soon as it is in memory. The window of loss is what has not been flushed
 * (one flush interval) and what outputs have not delivered yet; a run that ends in its grace time loses nothing of it. With
 * `end-to-end` a record is done when all outputs have it, and refused or lost as they say.
 */
const chunkNode: Plugin = defineNode<ChunkOptions, RecordBatch, RecordBatch>({
  name: "chunk",
  version: "0.1.0",
  description: "Gathers records into chunks by input and tag, and sends them on at each flush",
  stability: "stable",
  options: chunkOptions,
  channels: { in: ["record"], out: ["record"] },
  ack: "accept",
  create: (values, ctx) => node(values, ctx),
});

function node(values: ChunkOptions, ctx: PluginContext): Node<RecordBatch, RecordBatch> {
  let store: ChunkStore | undefined;
  ctx.onFlush(() => store?.flush());
  return {
    async run(input, outputs) {
      const chunks = new ChunkStore(values, ctx, outputs.detached);
      store = chunks;
      const ticks = everyTick(ctx.clock, values.flush * 1000, () => chunks.flush());
      try {
        for await (const batch of input) {
          chunks.append(batch);
          const room = chunks.room();
          if (room !== undefined) await room;
        }
        chunks.flush();
      } finally {
        ticks.cancel();
      }
    },
  };
}

export { chunkNode };
