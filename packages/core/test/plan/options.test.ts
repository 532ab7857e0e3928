import type { NodeSpec, OptionsSchema, Place } from "@millrace/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { plan } from "../../src/index.ts";
import { coerce } from "../../src/plan/coerce.ts";
import { findings, pipeline, shown, testPlugin, testRegistry } from "./fixtures.ts";

const schema = z.object({
  path: z.string(),
  buffer: z.number().int().min(0).default(0),
  flush: z.boolean().default(true),
  format: z.enum(["json", "ecs"]).optional(),
  topics: z.array(z.string()).optional(),
  tls: z.object({ ca: z.string().optional(), insecure: z.boolean().optional() }).optional(),
  level: z.union([z.literal("auto"), z.number()]).optional(),
  bulkSize: z.number().optional(),
});

const TEXTUAL: Partial<NodeSpec> = { style: { textual: true } };

async function checked(
  options: Record<string, unknown>,
  more: Partial<NodeSpec> = {},
  about: Parameters<typeof testPlugin>[1] = { options: schema },
): Promise<string> {
  const spec = pipeline(`
    in = driver/source
    out = output/file ${JSON.stringify({ options, ...more })}
    in -> out
  `);
  return shown(await plan(spec, testRegistry(testPlugin("file", { kind: "output", in: "any", ...about }))));
}

/** The options that a plugin got, or what was found. */
async function result(...given: Parameters<typeof checked>): Promise<unknown> {
  const text = await checked(...given);
  const [, json] = /^out = \S+ (.*)$/m.exec(text) ?? [];
  return json === undefined ? text : (JSON.parse(json) as unknown);
}

describe("options", () => {
  it("that are unknown are shown at their key, and wrong values at the value", async () => {
    const place = (line: number): Place => ({ file: "keys", line, column: 1, lineText: `line ${line}` });
    const given = {
      style: { caseless: true },
      places: { Flsh: place(1), TLS: place(3), "TLS.insecur": place(4), "TLS.ca": place(6), buffer: place(8), path: place(10) },
      keyPlaces: { Flsh: place(2), "TLS.insecur": place(5), "TLS.ca": place(7), buffer: place(9) },
    };
    const text = await checked({ Flsh: 1, TLS: { insecur: 1, ca: 1 }, buffer: "x", path: "", toString: 1 }, given);
    expect(text.split("\n").filter((line) => line.includes(" error "))).toMatchInlineSnapshot(`
      [
        "keys:2:1: error MILLRACE_PLAN_OPTION_UNKNOWN: output "file" has no option "Flsh"",
        "keys:5:1: error MILLRACE_PLAN_OPTION_UNKNOWN: option "tls" of output "file" has no key "insecur"",
        "keys:6:1: error MILLRACE_PLAN_OPTION: option "tls.ca" of output "file": expected string, received number",
        "keys:8:1: error MILLRACE_PLAN_OPTION: option "buffer" of output "file": expected number, received string",
        "test.pipeline:3:5: error MILLRACE_PLAN_OPTION_UNKNOWN: output "file" has no option "toString"",
      ]
    `);
  });

  it("are filled in by the schema", async () => {
    expect(await result({ path: "a" })).toEqual({ path: "a", buffer: 0, flush: true });
  });

  it("are reported all at once, each at its place", async () => {
    expect(await checked({ buffer: -1.5, flsh: true, format: "xml", topics: [1], tls: { insecur: true, ca: 5 } })).toMatchInlineSnapshot(`
      "test.pipeline:3:5: error MILLRACE_PLAN_OPTION_MISSING: output "file" needs the option "path"
              out = output/file {"options":{"buffer":-1.5,"flsh":true,"format":"xml","topics":[1],"tls":{"insecur":true,"ca":5}}}
              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      test.pipeline:3:35: error MILLRACE_PLAN_OPTION: option "buffer" of output "file": expected int, received number
              out = output/file {"options":{"buffer":-1.5,"flsh":true,"format":"xml","topics":[1],"tls":{"insecur":true,"ca":5}}}
                                            ^~~~~~~~
      test.pipeline:3:49: error MILLRACE_PLAN_OPTION_UNKNOWN: output "file" has no option "flsh"
              out = output/file {"options":{"buffer":-1.5,"flsh":true,"format":"xml","topics":[1],"tls":{"insecur":true,"ca":5}}}
                                                          ^~~~~~
        hint: did you mean "flush"?
      test.pipeline:3:61: error MILLRACE_PLAN_OPTION: option "format" of output "file": expected one of "json"|"ecs"
              out = output/file {"options":{"buffer":-1.5,"flsh":true,"format":"xml","topics":[1],"tls":{"insecur":true,"ca":5}}}
                                                                      ^~~~~~~~
      test.pipeline:3:76: error MILLRACE_PLAN_OPTION: option "topics.0" of output "file": expected string, received number
              out = output/file {"options":{"buffer":-1.5,"flsh":true,"format":"xml","topics":[1],"tls":{"insecur":true,"ca":5}}}
                                                                                     ^~~~~~~~
      test.pipeline:3:89: error MILLRACE_PLAN_OPTION_UNKNOWN: option "tls" of output "file" has no key "insecur"
              out = output/file {"options":{"buffer":-1.5,"flsh":true,"format":"xml","topics":[1],"tls":{"insecur":true,"ca":5}}}
                                                                                                  ^~~~~
        hint: did you mean "insecure"?
      test.pipeline:3:89: error MILLRACE_PLAN_OPTION: option "tls.ca" of output "file": expected string, received number
              out = output/file {"options":{"buffer":-1.5,"flsh":true,"format":"xml","topics":[1],"tls":{"insecur":true,"ca":5}}}
                                                                                                  ^~~~~
      7 errors"
    `);
  });

  it("may be written as text where the dialect does", async () => {
    expect(await result({ path: 7, buffer: " 10 ", flush: "Off", topics: "one", tls: { insecure: "yes" }, level: "3" }, TEXTUAL)).toEqual({
      path: "7",
      buffer: 10,
      flush: false,
      topics: ["one"],
      tls: { insecure: true },
      level: 3,
    });
    expect(await result({ path: "10", level: "auto", flush: true, buffer: 3 }, TEXTUAL)).toEqual({ path: "10", level: "auto", flush: true, buffer: 3 });
  });

  it("stay as they are where text is no number or boolean", async () => {
    expect(await checked({ path: "a", buffer: "ten", flush: "maybe" }, TEXTUAL)).toMatchInlineSnapshot(`
      "test.pipeline:3:46: error MILLRACE_PLAN_OPTION: option "buffer" of output "file": expected number, received string
              out = output/file {"options":{"path":"a","buffer":"ten","flush":"maybe"},"style":{"textual":true}}
                                                       ^~~~~~~~
      test.pipeline:3:61: error MILLRACE_PLAN_OPTION: option "flush" of output "file": expected boolean, received string
              out = output/file {"options":{"path":"a","buffer":"ten","flush":"maybe"},"style":{"textual":true}}
                                                                      ^~~~~~~
      2 errors"
    `);
    expect(await checked({ path: "a", buffer: "10" })).toContain("MILLRACE_PLAN_OPTION:");
  });

  it("may be set once only, but for lists", async () => {
    expect(await result({ path: "a", topics: ["x", "y"] }, TEXTUAL)).toMatchObject({ topics: ["x", "y"] });
    expect(await checked({ path: ["a", "b"] }, TEXTUAL)).toMatchInlineSnapshot(`
      "test.pipeline:3:35: error MILLRACE_PLAN_OPTION_TWICE: option "path" of output "file" is set 2 times
              out = output/file {"options":{"path":["a","b"]},"style":{"textual":true}}
                                            ^~~~~~
      1 error"
    `);
  });

  it("match without regard to case where the dialect says so", async () => {
    const style = { style: { caseless: true, textual: true } };
    expect(await result({ PATH: "a", bulksize: "5" }, style)).toMatchObject({ path: "a", bulkSize: 5 });
    expect(await checked({ Path: "a", path: "b" }, style)).toContain('option "path" of output "file" is given twice');
    expect(await checked({ PATH: "a" })).toMatchInlineSnapshot(`
      "test.pipeline:3:35: error MILLRACE_PLAN_OPTION_UNKNOWN: output "file" has no option "PATH"
              out = output/file {"options":{"PATH":"a"}}
                                            ^~~~~~
        hint: did you mean "path"?
      1 error"
    `);
  });

  it("that nobody knows may be a warning", async () => {
    const warned = await plan(
      pipeline(`
        in = driver/source
        out = output/file {"options":{"path":"a","pth":1,"tls":{"x":1}},"style":{"unknown":"warning"}}
        in -> out
      `),
      testRegistry(testPlugin("file", { kind: "output", in: "any", options: schema })),
    );
    expect(warned.diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      "warning MILLRACE_PLAN_OPTION_UNKNOWN",
      "warning MILLRACE_PLAN_OPTION_UNKNOWN",
    ]);
    expect(warned.graph?.nodes[1]?.options).toEqual({ path: "a", buffer: 0, flush: true, tls: {} });
  });

  it("that may have been meant for somebody else are a warning where nobody knows them", async () => {
    const warned = await plan(
      pipeline(`
        in = driver/source
        out = output/file {"options":{"path":"a","service.host":"10.0.0.1"},"doubtful":["service.host"]}
        in -> out
      `),
      testRegistry(testPlugin("file", { kind: "output", in: "any", options: schema })),
    );
    expect(warned.diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(["warning MILLRACE_PLAN_OPTION_UNKNOWN"]);
    expect(warned.graph?.nodes[1]?.options).toEqual({ path: "a", buffer: 0, flush: true });
  });

  it("reach a plugin that takes free keys", async () => {
    expect(await result({ anything: [1] }, {}, { free: true })).toEqual({ anything: [1] });
    expect(await result({ path: "a", other: "1" }, TEXTUAL, { free: true, options: schema.loose() })).toMatchObject({ path: "a", other: "1" });
    expect(await result({ a: "1" }, TEXTUAL, { options: z.record(z.string(), z.number()) })).toEqual({ a: 1 });
    expect(await checked({ a: 1 }, {}, {})).toContain("it has no options");
  });

  it("may be checked later: an asynchronous schema is awaited", async () => {
    const slow = z.object({ path: z.string() }).refine(async ({ path }) => path !== "bad", "the path is bad");
    expect(await result({ path: "good" }, {}, { options: slow })).toEqual({ path: "good" });
    expect(await checked({ path: "bad" }, {}, { options: slow })).toMatchInlineSnapshot(`
      "test.pipeline:3:5: error MILLRACE_PLAN_OPTION: the options of output "file": the path is bad
              out = output/file {"options":{"path":"bad"}}
              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      1 error"
    `);
  });

  it("of a schema that is broken are the plugin's fault", async () => {
    const standard = schema["~standard"];
    const noJson: OptionsSchema = {
      "~standard": {
        ...standard,
        jsonSchema: {
          ...standard.jsonSchema,
          input: () => {
            throw new Error("a date can't be said");
          },
        },
      },
    };
    const noValidate: OptionsSchema = {
      "~standard": {
        ...standard,
        validate: () => {
          throw new Error("oops");
        },
      },
    };
    expect(await checked({ path: "a" }, {}, { options: noJson })).toMatchInlineSnapshot(`
      "test.pipeline:3:5: error MILLRACE_PLAN_SCHEMA: output "file" can't give its options as JSON Schema
              out = output/file {"options":{"path":"a"}}
              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        cause: a date can't be said
        hint: this is a fault of the plugin: its schema has a part that JSON Schema can't say
      1 error"
    `);
    expect(await checked({ path: "a" }, {}, { options: noValidate })).toMatchInlineSnapshot(`
      "test.pipeline:3:5: error MILLRACE_PLAN_SCHEMA: the options of output "file" can't be checked: its schema failed
              out = output/file {"options":{"path":"a"}}
              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        cause: oops
      1 error"
    `);
  });

  it("know references, choices and patterns of a schema written by hand", async () => {
    const byHand: OptionsSchema = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value) => ({ value }),
        jsonSchema: {
          input: () => ({
            $ref: "#/$defs/all",
            $defs: {
              all: {
                allOf: [{ properties: { size: { $ref: "#/$defs/size" } } }, { properties: { list: { items: { type: "integer" } } } }],
                patternProperties: { "^x-": { type: "boolean" } },
              },
              size: { oneOf: [{ type: "integer" }, { enum: ["max"] }, { $ref: "#/$defs/size" }] },
            },
          }),
          output: () => ({}),
        },
      },
    };
    expect(await result({ size: "5", list: ["1", "x"], "x-y": "on" }, TEXTUAL, { options: byHand })).toEqual({ size: 5, list: [1, "x"], "x-y": true });
    expect(await checked({ sise: 1 }, {}, { options: byHand })).toContain('did you mean "size"?');
  });
});

describe("hosted plugins", () => {
  const host = testPlugin("reader", {
    kind: "processor",
    in: ["a"],
    out: { hosted: "handler" },
    hosts: { handler: { kind: "handler", required: true } },
    options: z.object({ depth: z.number().default(1) }),
  });
  const printer = testPlugin("printer", { kind: "handler", out: [], options: z.object({ prefix: z.string(), depth: z.number().optional() }) });
  const flat = testPlugin("flat", { kind: "handler", out: ["b"] });
  const plans = async (settings: object, next = ""): Promise<string> =>
    shown(
      await plan(
        pipeline(`
      in = driver/source
      read = processor/reader ${JSON.stringify(settings)}
      in -> read
      ${next}
    `),
        testRegistry(host, printer, flat),
      ),
    );

  it("share the options of their host, or have their own", async () => {
    const graph = await plan(
      pipeline(
        'in = driver/source\nread = processor/reader {"options":{"depth":2,"prefix":"p"},"hosted":[{"slot":"handler","plugin":"printer","kind":"handler"}]}\nin -> read',
      ),
      testRegistry(host, printer),
    );
    expect(graph.graph?.nodes[1]).toMatchObject({ options: { depth: 2 } });
    expect(graph.graph?.nodes[1]?.hosted.get("handler")).toMatchObject([{ plugin: { name: "printer" }, options: { depth: 2, prefix: "p" } }]);
    expect(await plans({ options: { depth: 3 }, hosted: [{ slot: "handler", plugin: "printer", kind: "handler", options: { prefix: "q" } }] })).toContain(
      'read = processor/reader {"depth":3}',
    );
  });

  it("are told apart in messages", async () => {
    expect(await plans({ options: { dept: 1, prefx: "p" }, hosted: [{ slot: "handler", plugin: "printer", kind: "handler" }] })).toMatchInlineSnapshot(`
      "test.pipeline:3:7: error MILLRACE_PLAN_OPTION_MISSING: handler "printer" needs the option "prefix"
                read = processor/reader {"options":{"dept":1,"prefx":"p"},"hosted":[{"slot":"handler","plugin":"printer","kind":…
                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      test.pipeline:3:43: error MILLRACE_PLAN_OPTION_UNKNOWN: neither processor "reader" nor handler "printer" has an option "dept"
          …   read = processor/reader {"options":{"dept":1,"prefx":"p"},"hosted":[{"slot":"handler","plugin":"printer","kind":"ha…
                                                  ^~~~~~
        hint: did you mean "depth"?
      test.pipeline:3:52: error MILLRACE_PLAN_OPTION_UNKNOWN: neither processor "reader" nor handler "printer" has an option "prefx"
          … processor/reader {"options":{"dept":1,"prefx":"p"},"hosted":[{"slot":"handler","plugin":"printer","kind":"handler"}]}
                                                  ^~~~~~~
        hint: did you mean "prefix"?
      3 errors"
    `);
  });

  it("decide what their host sends", async () => {
    const flattened = { hosted: [{ slot: "handler", plugin: "flat", kind: "handler" }] };
    expect(await plans(flattened, "out = node/sink\nread -> out")).toContain("read -b-> out");
    expect(
      await plans({ ...flattened, hosted: [{ slot: "handler", plugin: "printer", kind: "handler", options: { prefix: "" } }] }, "out = node/sink\nread -> out"),
    ).toMatchInlineSnapshot(`
      "test.pipeline:6:1: error MILLRACE_PLAN_SINK_OUTPUT: "read" sends nothing, so no edge can lead from it to "out"
          read -> out
          ^~~~~~~~~~~
        hint: the handler "printer" in it sends nothing
      1 error"
    `);
  });

  it("are missed, and put into the right slot only", async () => {
    expect(await plans({})).toMatchInlineSnapshot(`
      "test.pipeline:3:7: error MILLRACE_PLAN_SLOT_EMPTY: processor "reader" needs a handler
                read = processor/reader {}
                ^~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: name one for its slot "handler"
      1 error"
    `);
    expect(
      await plans({
        hosted: [
          { slot: "handler", plugin: "prnter", kind: "handler" },
          { slot: "hander", plugin: "flat", kind: "handler" },
          { slot: "handler", plugin: "source", kind: "driver" },
        ],
        options: { x: 1 },
      }),
    ).toMatchInlineSnapshot(`
      "test.pipeline:3:7: error MILLRACE_PLAN_NOT_HOSTABLE: driver "source" can't live inside another plugin
                read = processor/reader {"hosted":[{"slot":"handler","plugin":"prnter","kind":"handler"},{"slot":"hander","plugi…
                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      test.pipeline:3:7: error MILLRACE_REGISTRY_NOT_FOUND: no handler is called "prnter"
                read = processor/reader {"hosted":[{"slot":"handler","plugin":"prnter","kind":"handler"},{"slot":"hander","plugi…
                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: did you mean "printer"?
              looked for in the built-in plugins
      test.pipeline:3:7: error MILLRACE_PLAN_SLOT: processor "reader" has no slot "hander"
                read = processor/reader {"hosted":[{"slot":"handler","plugin":"prnter","kind":"handler"},{"slot":"hander","plugi…
                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: did you mean "handler"?
      3 errors"
    `);
    expect(await findings(pipeline("h = handler/flat"), testRegistry(flat))).toMatchInlineSnapshot(`
      "test.pipeline:1:1: error MILLRACE_PLAN_NOT_A_NODE: handler "flat" can't stand by itself: it lives inside another plugin
          h = handler/flat
          ^~~~~~~~~~~~~~~~
      1 error"
    `);
  });

  it("may be all there are of a kind", async () => {
    const engine = testPlugin("engine", { kind: "processor", in: ["a"], hosts: { actions: { kind: "action", all: true } } });
    const { graph } = await plan(
      pipeline("in = driver/source\ne = processor/engine\nin -> e"),
      testRegistry(engine, testPlugin("now", { kind: "action" }), testPlugin("later", { kind: "action" })),
    );
    expect(graph?.nodes[1]?.hosted.get("actions")?.map(({ plugin }) => plugin.name)).toEqual(["now", "later"]);
  });
});

describe("coerce", () => {
  const at = (schema: Record<string, unknown>) => [{ schema, root: schema }];

  it("reads back every number and boolean that was written as text", () => {
    // Text has no negative zero.
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
    fc.assert(fc.property(numbers, (value) => coerce(String(value), at({ type: "number" })) === value));
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => coerce(` ${value} `, at({ type: "integer" })) === value));
    for (const text of ["true", "ON", "Yes", "1"]) expect(coerce(text, at({ type: "boolean" }))).toBe(true);
    for (const text of ["false", "OFF", "No", "0"]) expect(coerce(text, at({ type: "boolean" }))).toBe(false);
  });

  it("leaves alone what is right already, and what can't be made right", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        expect(coerce(value, at({}))).toEqual(value);
        const made = coerce(value, at({ type: "integer" }));
        if (made !== value && !(typeof value === "object")) expect(Number.isInteger(made)).toBe(true);
      }),
    );
    expect(coerce("0x10", at({ type: "number" }))).toBe("0x10");
    expect(coerce("1e999", at({ type: "number" }))).toBe("1e999");
    expect(coerce("1.5", at({ type: "integer" }))).toBe("1.5");
    expect(coerce("", at({ type: "number" }))).toBe("");
    expect(coerce("10", at({ type: ["string", "number"] }))).toBe("10");
    expect(coerce(5, at({ enum: ["5", "6"] }))).toBe("5");
  });

  it("ends on a schema that holds itself", () => {
    const self = { properties: { inner: { $ref: "#" } }, items: { $ref: "#" } };
    let deep: unknown = "1";
    for (let depth = 0; depth < 50; depth++) deep = { inner: deep };
    expect(coerce(deep, at(self))).toEqual(deep);
    expect(coerce("1", at({ $ref: "#" }))).toBe("1");
  });
});
