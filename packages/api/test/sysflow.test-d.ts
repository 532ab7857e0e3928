/** What must and must not compile in a SysFlow plugin. `npm run typecheck` checks this file; nothing runs it. */
import type { Plugin } from "@millrace/api";
import {
  type AttributeValue,
  defineAction,
  defineDriver,
  defineHandler,
  defineProcessor,
  type FileEvent,
  type FlatRecord,
  type Header,
  type NetworkFlow,
  type Process,
  type SysflowEvent,
} from "@millrace/api/sysflow";
import { expectTypeOf } from "vitest";
import * as z from "zod";

const options = z.strictObject({ path: z.string(), limit: z.number().default(10), mode: z.enum(["fast", "safe"]).optional() });

// A processor: options come from the schema, with defaults filled in; records from the kind it reads.
const processor: Plugin = defineProcessor({
  name: "p",
  description: "A processor",
  options,
  in: "flat",
  out: "event",
  create: (given, ctx) => {
    expectTypeOf(given).toEqualTypeOf<{ path: string; limit: number; mode?: "fast" | "safe" | undefined }>();
    // @ts-expect-error the schema has no such option
    void given.pathh;
    // @ts-expect-error the context has no such thing
    void ctx.logger;
    return {
      async process(input, outputs) {
        for await (const batch of input) {
          for (const record of batch.data) {
            expectTypeOf(record).toEqualTypeOf<FlatRecord>();
            expectTypeOf(record.get("sf.proc.exe")).toEqualTypeOf<AttributeValue | undefined>();
          }
          // @ts-expect-error it says that it sends events, and this is a flat batch
          await outputs.send(batch.data);
        }
      },
    };
  },
});
expectTypeOf(processor).toEqualTypeOf<Plugin>();

// A stage that reads two kinds gets either.
void defineProcessor({
  name: "p",
  description: "A processor",
  in: ["flat", "event"],
  create: () => ({
    async process(input) {
      for await (const batch of input) for (const item of batch.data) expectTypeOf(item).toEqualTypeOf<FlatRecord | SysflowEvent>();
    },
  }),
});

// A stage that ends the pipeline has nothing to send.
void defineProcessor({
  name: "p",
  description: "A processor",
  in: "flat",
  create: () => ({
    async process(input, outputs) {
      // @ts-expect-error without `out` there is nothing that may be sent
      for await (const batch of input) await outputs.send(batch.data);
    },
  }),
});

// A plugin without options takes none.
void defineProcessor({
  name: "p",
  description: "A processor",
  in: "flat",
  create: (given) => {
    // @ts-expect-error no schema, no options
    void given.path;
    return { process: () => {} };
  },
});

void defineProcessor({
  name: "p",
  description: "A processor",
  // @ts-expect-error no such channel kind
  in: "flatt",
  create: () => ({ process: () => {} }),
});

// @ts-expect-error a processor must say what it reads
void defineProcessor({ name: "p", description: "A processor", create: () => ({ process: () => {} }) });

// @ts-expect-error a processor must have a main loop
void defineProcessor({ name: "p", description: "A processor", in: "flat", create: () => ({ test: () => true }) });

// @ts-expect-error a plugin must describe itself
void defineProcessor({ name: "p", in: "flat", create: () => ({ process: () => {} }) });

// @ts-expect-error no such way to settle
void defineProcessor({ name: "p", description: "A processor", in: "flat", ack: "always", create: () => ({ process: () => {} }) });

// A health check answers yes, no, or nothing.
// @ts-expect-error a text is no answer
void defineProcessor({ name: "p", description: "A processor", in: "flat", create: () => ({ process: () => {}, test: () => "fine" }) });

// A handler: each method has the record of its type, and the context.
void defineHandler({
  name: "h",
  description: "A handler",
  entities: ["header", "process"],
  create: () => ({
    handleHeader: (context, header) => {
      expectTypeOf(header).toEqualTypeOf<Header>();
      expectTypeOf(context.process).toEqualTypeOf<Process | undefined>();
      expectTypeOf(context.ancestors).toEqualTypeOf<readonly Process[]>();
    },
    handleNetFlow: (_context, flow) => {
      expectTypeOf(flow).toEqualTypeOf<NetworkFlow>();
      // @ts-expect-error a network flow has no file
      void flow.fileOid;
    },
    handleFileEvt: (context, event) => {
      expectTypeOf(event).toEqualTypeOf<FileEvent>();
      // @ts-expect-error the process may be unknown
      void context.process.exe;
      // @ts-expect-error records are never changed
      event.ret = 0;
    },
  }),
});

// A handler sends what it says it sends, at the end of a batch.
void defineHandler({
  name: "h",
  description: "A handler",
  out: "bytes",
  create: () => ({
    async batchEnd(outputs) {
      await outputs.send({ records: 1, bytes: 1, chunks: [new Uint8Array(1)] });
      // @ts-expect-error messages are not what it sends
      await outputs.send({ records: 1, bytes: 1, messages: [] });
    },
  }),
});

// @ts-expect-error a file is an entity, a flow is not
void defineHandler({ name: "h", description: "A handler", entities: ["flow"], create: () => ({}) });

// @ts-expect-error a handler has no method of this name
void defineHandler({ name: "h", description: "A handler", create: () => ({ handleNetworkFlow: () => {} }) });

// @ts-expect-error a handler lives in a reader, and reads no channel of its own
void defineHandler({ name: "h", description: "A handler", in: "flat", create: () => ({}) });

// An action is a function of an event.
void defineAction({
  name: "a",
  description: "An action",
  options: z.strictObject({ tag: z.string() }),
  create:
    ({ tag }) =>
    (event) => {
      expectTypeOf(event).toEqualTypeOf<SysflowEvent>();
      event.addTag(tag);
    },
});

// @ts-expect-error an action is a function
void defineAction({ name: "a", description: "An action", create: () => ({ run: () => {} }) });

// A driver sends records of a trace unless it says otherwise.
void defineDriver({
  name: "d",
  description: "A driver",
  create: () => ({
    async run(outputs) {
      await outputs.send({ records: 0, bytes: 0, [Symbol.iterator]: () => [][Symbol.iterator]() });
      // @ts-expect-error bytes are not what it sends
      await outputs.send({ records: 1, bytes: 1, chunks: [new Uint8Array(1)] });
    },
  }),
});
void defineDriver({
  name: "d",
  description: "A driver",
  out: "bytes",
  create: () => ({
    async run(outputs) {
      await outputs.send({ records: 1, bytes: 1, chunks: [new Uint8Array(1)] });
    },
  }),
});
// @ts-expect-error a driver reads nothing
void defineDriver({ name: "d", description: "A driver", in: "flat", create: () => ({ run: () => {} }) });
