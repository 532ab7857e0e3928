import * as z from "zod";

/** What the chunk stage is told to do. */
export interface ChunkOptions {
  readonly flush: number;
  readonly acceptance: "memory" | "end-to-end";
  readonly chunk_size: number;
  readonly memory_limit: number;
}

export const chunkOptions: z.ZodType<ChunkOptions> = z.strictObject({
  flush: z.number().positive().default(1).describe("Seconds between flushes, more than 0; fractions are allowed"),
  acceptance: z
    .enum(["memory", "end-to-end"])
    .default("memory")
    .describe("When a record counts as delivered for its sender: when it is in memory, or when all outputs have it"),
  chunk_size: z.int().positive().default(2_048_000).describe("Bytes from which on a chunk is closed and sent without waiting for the flush"),
  memory_limit: z.int().positive().default(256_000_000).describe("Bytes in chunks, waiting and under way, from which on nothing more is taken in"),
});
