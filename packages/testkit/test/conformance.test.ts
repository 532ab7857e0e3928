import { brandPlugin, defineNode, type Hold, type OptionsSchema, type Plugin } from "@millrace/api";
import { defineLink, type MessageBatch } from "@millrace/api/flow";
import { defineInput, defineOutput } from "@millrace/api/fluent";
import { type ConformanceOptions, conformanceChecks, describeConformance, messages } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import * as z from "zod";

type Node = Parameters<typeof defineNode<Record<string, unknown>, MessageBatch, MessageBatch>>[0];

/** A node that reads and sends messages, with some of it done wrong. */
function node(wrong: Partial<Node>): Plugin {
  return defineNode<Record<string, unknown>, MessageBatch, MessageBatch>({
    name: "subject",
    description: "Passes messages on",
    channels: { in: ["message"], out: ["message"] },
    create: () => ({
      async run(input, outputs) {
        for await (const batch of input) await outputs.send(batch.data, { origin: { batch } });
      },
    }),
    ...wrong,
  });
}

/** The names of the checks that a plugin fails. */
async function failures(plugin: Plugin, options: ConformanceOptions = {}): Promise<string[]> {
  const failed: string[] = [];
  for (const check of conformanceChecks(plugin, options)) {
    if (check.leftOut !== undefined) continue;
    await check.run().catch(() => failed.push(check.name));
  }
  return failed;
}

describeConformance({ describe, it }, node({}), {});

describe("the suites catch", () => {
  it("nothing in a plugin that is right", async () => {
    expect(await failures(node({}))).toEqual([]);
  });

  it("a name that is none, and an empty description", async () => {
    expect(await failures(node({ name: "two words" }))).toEqual(["describes itself"]);
    expect(await failures(node({ description: " " }))).toEqual(["describes itself"]);
  });

  it("channels that do not suit the kind", async () => {
    const output = defineOutput({ name: "o", description: "An output", create: () => ({ flush: () => undefined }) });
    expect(await failures(brandPlugin({ ...output, channels: { in: ["record"], out: ["record"] } }))).toContain("has the shape of its kind");
  });

  it("options that are not described, and a schema that is none", async () => {
    expect(await failures(node({ options: z.strictObject({ size: z.number().optional() }) as OptionsSchema<Record<string, unknown>> }))).toEqual([
      "gives its options as JSON Schema, each with a description",
    ]);
    const schema = z.strictObject({ size: z.number().optional().describe("How much") }) as OptionsSchema<Record<string, unknown>>;
    const odd = {
      "~standard": { ...schema["~standard"], jsonSchema: { input: () => ({ type: "object", properties: [] }), output: () => ({ type: "objekt" }) } },
    };
    expect(await failures(node({ options: odd as unknown as OptionsSchema<Record<string, unknown>> }))).toContain(
      "gives its options as JSON Schema, each with a description",
    );
  });

  it("options that are anything goes", async () => {
    const options = z.looseObject({
      length: z.unknown().describe("How long"),
      size: z.union([z.number(), z.any()]).optional().describe("How much"),
    }) as OptionsSchema<Record<string, unknown>>;
    expect(await failures(node({ options }), { options: { length: 1 } })).toEqual(["refuses an unknown option, and names the nearest"]);
  });

  it("a schema that promises a type, and takes any", async () => {
    const schema = z.strictObject({ size: z.number().optional().describe("How much") });
    const lax = { "~standard": { ...schema["~standard"], validate: (value: unknown) => ({ value: value as Record<string, unknown> }) } };
    expect(await failures(node({ options: lax as unknown as OptionsSchema<Record<string, unknown>> }))).toEqual([
      "refuses values of the wrong type, all at once",
    ]);
  });

  it("options that the test itself has wrong", async () => {
    expect(await failures(node({ options: z.strictObject({ size: z.number().describe("How much") }) as OptionsSchema<Record<string, unknown>> }))).toContain(
      "takes the options that it is checked with",
    );
  });

  it("an acknowledgement before its time", async () => {
    const early = node({
      create: () => ({
        async run(input, outputs) {
          for await (const batch of input) await outputs.detached.send(batch.data);
        },
      }),
    });
    expect(await failures(early)).toEqual(["never acknowledges early"]);
    expect(await failures(brandPlugin({ ...early, ack: "accept" }))).toEqual([]);
  });

  it("an acknowledgement of what nobody took", async () => {
    const deaf = defineLink({
      name: "deaf",
      description: "Answers done whatever its peers say",
      role: "link",
      create: () => ({
        async recv(message, connectors) {
          await connectors.send(message);
          message.ack("done");
        },
      }),
    });
    expect(await failures(deaf)).toEqual(["never acknowledges early"]);
  });

  it("a batch that is held back in secret, and one that is never let go", async () => {
    const secretive = (release: boolean): Partial<Node> => ({
      create: () => ({
        async run(input, outputs) {
          let held: { hold: Hold; data: MessageBatch } | undefined;
          for await (const batch of input) {
            await outputs.send(batch.data, { origin: { batch } });
            if (release) held?.hold.release();
            held = { hold: batch.hold(), data: batch.data };
          }
          if (release) held?.hold.release();
        },
      }),
    });
    expect(await failures(node({ ...secretive(true), ack: "auto" }))).toContain("holds no batch unless it says so");
    expect(await failures(node({ ...secretive(false), ack: "held" }))).toContain("answers all that it took");
  });

  it("a stage that takes all it can get", async () => {
    const greedy = node({
      ack: "held",
      create: () => ({
        async run(input, outputs) {
          const sending: (void | Promise<void>)[] = [];
          for await (const batch of input) sending.push(outputs.send(batch.data, { origin: { batch } }));
          await Promise.all(sending);
        },
      }),
    });
    expect(await failures(greedy)).toContain("takes no more than it can pass on");
  });

  it("a source that does not wait for room", async () => {
    const flood = node({
      channels: { in: [], out: ["message"] },
      create: (_options, ctx) => ({
        async run(_input, outputs) {
          while (!ctx.draining.aborted) {
            for (let n = 0; n < 2000; n++) void outputs.send(messages("a", "b", "c"));
            await ctx.clock.sleep(1000, ctx.draining);
          }
        },
      }),
    });
    expect(await failures(flood)).toContain("makes no more than its credit");
  });

  it("state that instances share", async () => {
    let seen = 0;
    const shared = node({
      create: () => ({
        async run(input, outputs) {
          for await (const batch of input) if (seen++ % 2 === 0) await outputs.send(batch.data, { origin: { batch } });
        },
      }),
    });
    expect(await failures(shared)).toContain("shares no state between instances");
  });

  it("a source that does not end when it should", async () => {
    const deaf = defineInput({
      name: "deaf",
      description: "Never ends",
      create: () => ({
        async collect(_ctx, channel) {
          await channel.send({ record: {} });
          await new Promise(() => undefined);
        },
      }),
    });
    expect(await failures(deaf)).toContain("drains within its grace time");
  });

  it("a plugin that throws", async () => {
    const broken = node({
      create: () => ({
        async run(input) {
          await input.next();
          throw new Error("broken");
        },
      }),
    });
    expect(await failures(broken)).toContain("works, and ends when its input does");
  });

  it("a check that is to be skipped and does not exist", () => {
    expect(() => conformanceChecks(node({}), { skip: { nonsense: "because" } })).toThrowErrorMatchingInlineSnapshot(
      `[MillraceError: no such checks: nonsense]`,
    );
  });
});

describe("what does not apply is left out, with the reason", () => {
  it("for a sink", () => {
    const sink = node({
      channels: { in: ["message"], out: [] },
      create: () => ({
        async run(input) {
          while (await input.next());
        },
      }),
    });
    expect(
      conformanceChecks(sink, { skip: { "shares no state between instances": "to see it" } })
        .filter(({ leftOut }) => leftOut !== undefined)
        .map(({ name, leftOut }) => `${name}: ${leftOut}`),
    ).toMatchInlineSnapshot(`
      [
        "gives its options as JSON Schema, each with a description: it has no schema",
        "refuses values of the wrong type, all at once: no option has a type that an object is not",
        "shares no state between instances: to see it",
        "takes no more than it can pass on: it sends nothing",
        "makes no more than its credit: it is no source",
        "never acknowledges early: it sends nothing",
      ]
    `);
  });
});
