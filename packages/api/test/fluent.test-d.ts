/** What must and must not compile in a Fluent Bit plugin. `npm run typecheck` checks this file; nothing runs it. */
import { defineFilter, defineInput, defineOutput, type FluentMessage, type InputChannel, type OutputChannel } from "@millrace/api/fluent";
import { expectTypeOf } from "vitest";
import * as z from "zod";

// An input without a schema has the texts of its section.
void defineInput({
  name: "i",
  description: "An input",
  create: (options) => {
    expectTypeOf(options).toEqualTypeOf<Readonly<Record<string, string>>>();
    return {
      init: (_ctx, fluentbit) => {
        expectTypeOf(fluentbit.conf.string("foo")).toEqualTypeOf<string>();
        const counter = fluentbit.metrics.newCounter("n", "A number", "label");
        counter.add(1, "value");
        // @ts-expect-error label values are texts
        counter.add(1, 2);
        // @ts-expect-error a counter can't be set
        counter.set(1);
        fluentbit.metrics.newGauge("g", "A number").set(1);
        // @ts-expect-error the message is a text, never a format
        fluentbit.logger.info("%d", 1);
      },
      async collect(_ctx, channel) {
        expectTypeOf(channel).toEqualTypeOf<InputChannel>();
        await channel.send({ record: { message: "a", n: 1, exact: 1n, list: [1, null], raw: new Uint8Array(1) }, time: new Date() });
        // @ts-expect-error a function is no value of a record
        await channel.send({ record: { f: () => {} } });
        // @ts-expect-error a message has a record
        await channel.send({ time: new Date() });
      },
    };
  },
});

// With a schema, it has what the schema gives.
void defineInput({
  name: "i",
  description: "An input",
  options: z.strictObject({ rate: z.coerce.number() }),
  create: ({ rate }) => {
    expectTypeOf(rate).toEqualTypeOf<number>();
    return { collect: () => {} };
  },
});

// @ts-expect-error an input collects
void defineInput({ name: "i", description: "An input", create: () => ({}) });

// A filter gives one message, several, or none.
void defineFilter({ name: "f", description: "A filter", create: () => ({ filter: (message) => message }) });
void defineFilter({ name: "f", description: "A filter", create: () => ({ filter: (message) => [message, message] }) });
void defineFilter({ name: "f", description: "A filter", create: () => ({ filter: () => undefined }) });
// @ts-expect-error a record alone is no message: it has lost its time and its tag
void defineFilter({ name: "f", description: "A filter", create: () => ({ filter: (message) => message.record }) });

// An output reads its chunk.
void defineOutput({
  name: "o",
  description: "An output",
  create: () => ({
    async flush(_ctx, channel) {
      expectTypeOf(channel).toEqualTypeOf<OutputChannel>();
      for await (const message of channel) expectTypeOf(message).toEqualTypeOf<FluentMessage>();
      // @ts-expect-error setting aside takes a reason
      for (const message of channel) channel.setAside(message);
    },
  }),
});
// @ts-expect-error an output flushes
void defineOutput({ name: "o", description: "An output", create: () => ({ init: () => {} }) });
