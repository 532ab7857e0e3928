/** What must and must not compile in a plugin of no family, and in what all plugins share. `npm run typecheck` checks this file; nothing runs it. */
import {
  type BatchData,
  type BytesBatch,
  type Clock,
  defineNode,
  type Hold,
  MillraceError,
  type NoOptions,
  type OptionsSchema,
  type Plugin,
  type Status,
} from "@millrace/api";
import { expectTypeOf } from "vitest";
import * as z from "zod";

// Any Standard Schema with a JSON Schema describes options, and zod's are such.
const schema: OptionsSchema<{ size: number }> = z.strictObject({ size: z.number() });
// @ts-expect-error a bare validator has no JSON Schema
const bare: OptionsSchema<{ size: number }> = { "~standard": { version: 1, vendor: "mine", validate: () => ({ value: { size: 1 } }) } };
// @ts-expect-error the schema gives a text
const wrong: OptionsSchema<{ size: number }> = z.strictObject({ size: z.string() });

void defineNode({
  name: "n",
  description: "A node",
  options: schema,
  channels: { in: ["bytes"], out: ["bytes"] },
  create: ({ size }) => {
    expectTypeOf(size).toEqualTypeOf<number>();
    return {
      async run(input, outputs) {
        for await (const batch of input) {
          expectTypeOf(batch.data).toEqualTypeOf<BatchData>();
          expectTypeOf(batch.hold()).toEqualTypeOf<Hold>();
          await outputs.send(batch.data, { origin: { batch }, settled: (_outcome, statuses) => expectTypeOf(statuses).toEqualTypeOf<readonly Status[]>() });
          // @ts-expect-error records of a batch are never counted anew
          batch.data.records = 2;
          // @ts-expect-error `done` is no refusal
          batch.refuse("done");
        }
      },
    };
  },
});

// The data of the channels may be named.
void defineNode<NoOptions, BytesBatch, BytesBatch>({
  name: "n",
  description: "A node",
  channels: { in: ["bytes"], out: ["bytes"] },
  create: () => ({
    async run(input, outputs) {
      for await (const batch of input) {
        expectTypeOf(batch.data.chunks).toEqualTypeOf<readonly Uint8Array[]>();
        await outputs.send(batch.data);
      }
    },
  }),
});

// @ts-expect-error a node must say its channels
void defineNode({ name: "n", description: "A node", create: () => ({ run: () => {} }) });

// @ts-expect-error an error has a code and a message
void new MillraceError("MILLRACE_A_B");

// @ts-expect-error a plugin is made by a define helper, which brands it
const forged: Plugin = { name: "n", kind: "node", description: "A node", channels: { in: [], out: [] } };

declare const clock: Clock;
expectTypeOf(clock.now()).toEqualTypeOf<number>();
expectTypeOf(clock.nanos()).toEqualTypeOf<bigint>();

void [bare, wrong, forged];
