import { formatDiagnostics } from "@millrace/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DialectResult, detectDialect, readFlow, readFluentbit, readNative, readSysflow } from "../src/index.ts";
import { fakeFiles } from "./support/files.ts";

const files = fakeFiles({ "a.conf": "[INPUT]\n  Name dummy\n", "b.yaml": "pipeline: {}\n" });
const dialects: Readonly<Record<string, (text: string) => DialectResult>> = {
  sysflow: (text) => readSysflow({ file: "x.json", text }),
  flow: (text) => readFlow({ file: "x.yaml", text }),
  "fluentbit classic": (text) => readFluentbit({ file: "x.conf", text }, {}, { files }),
  "fluentbit YAML": (text) => readFluentbit({ file: "x.yaml", text }, {}, { files }),
  native: (text) => readNative({ file: "millrace.yaml", text }),
};

/** Right configurations, from which wrong ones are made. */
const seeds: readonly string[] = [
  '{"pipeline": [{"processor": "sysflowreader", "handler": "flattener", "in": "a sysflowchan", "out": ["b flattenerchan"]}, {"processor": "x", "in": "b flattenerchan"}], "drivers": []}',
  "system: {maxprocs: 1}\nactors:\n  a: {module: core.mux, params: {x: [1, {y: z}]}}\npipeline:\n  a: {connect: [a]}\n",
  "components:\n  a: {module: link.router}\npipeline:\n  a: {links: [a], routes: {x: a}}\n",
  "@SET a=b\n@INCLUDE a.conf\n[SERVICE]\n    Flush 1\n[INPUT]\n    Name dummy\n    [G] \n        a ${b:-c}\n[OUTPUT]\n    Name stdout\n    Match_Regex ^a\n",
  "env: {a: b}\nservice: {flush: 1}\nincludes: [b.yaml]\npipeline:\n  inputs:\n    - {name: dummy, processors: {logs: [{name: x}]}}\n  outputs: [{name: stdout, match: '*'}]\n",
  "service: {grace: 5s}\nnodes:\n  a: &a {plugin: link/mux, options: {b: '${env:X:-1}'}}\n  b: {<<: *a, from: [a, {node: a, match: [x]}], credit: {bytes: 4MiB}}\n",
];

const character = fc.constantFrom(..."{}[]:,\"'\\\n\t #&*|>-?!%@${}=aA0.\u0000\uFEFF\u2028é\uD800".split(""));
const noise = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(character, { maxLength: 60 }).map((parts) => parts.join("")),
);
const damaged = fc
  .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(400), fc.nat(12), noise), { minLength: 1, maxLength: 3 }))
  .map(([seed, cuts]) =>
    cuts.reduce((text, [at, length, put]) => text.slice(0, at % text.length || 0) + put.slice(0, 6) + text.slice((at % text.length || 0) + length), seed),
  );

/** Right configurations with flipped bits, or cut off, as a bad disk or a full one leaves them. */
const spoiled = fc
  .tuple(fc.constantFrom(...seeds.map((seed) => Buffer.from(seed))), fc.array(fc.tuple(fc.nat(), fc.nat(7)), { maxLength: 6 }), fc.option(fc.nat()))
  .map(([seed, flips, end]) => {
    const copy = Buffer.from(seed);
    for (const [at, bit] of flips) copy[at % copy.length] = (copy[at % copy.length] as number) ^ (1 << bit);
    return copy.subarray(0, end === null ? copy.length : end % copy.length).toString("utf8");
  });

describe("whatever the text", () => {
  for (const [name, read] of Object.entries(dialects)) {
    it(`${name} only finds fault`, () => {
      fc.assert(
        fc.property(fc.oneof(noise, damaged, spoiled, fc.constantFrom(...seeds)), (text) => {
          const { diagnostics, spec } = read(text);
          expect(formatDiagnostics(diagnostics).length).toBeLessThan(200_000);
          for (const { place, message } of diagnostics) {
            expect(message).not.toBe("");
            if (place !== undefined) expect(place.line >= 1 && place.column >= 1 && (place.length ?? 1) >= 1).toBe(true);
          }
          // A text that nothing is said about is a pipeline.
          expect(diagnostics.length > 0 || spec !== undefined).toBe(true);
          detectDialect("x", text);
        }),
        { numRuns: 300 },
      );
    });
  }
});

describe("a text that is made to be slow", () => {
  const bombs: Readonly<Record<string, string>> = {
    "many brackets": "[".repeat(20_000),
    "many open maps": "{a: ".repeat(5000),
    "deep indentation": Array.from({ length: 1500 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    "aliases of aliases": `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}x]`).join("\n")}\nnodes: {a: {plugin: link/mux, options: {x: *a12}}}\nactors: {a: {module: core.mux, params: {x: *a12}}}\n`,
    "a long line": `[INPUT]\n  Name ${"${a".repeat(50_000)}\n`,
    "many lines": "[INPUT]\n  Name dummy\n".repeat(2000),
    "many wrong lines": "x\n".repeat(20_000),
    "many keys": `{${Array.from({ length: 2000 }, (_, at) => `"k${at}": ${at}`).join(",")}}`,
    "a long text": `{"pipeline": [{"processor": "${"x".repeat(1_000_000)}", "in": "a b"}]}`,
    "a long key": `nodes:\n  ? "${"k".repeat(500_000)}"\n  : {plugin: link/mux}\n`,
    "a long number": `{"pipeline": [{"processor": "x", "n": ${"9".repeat(200_000)}}]}`,
    "a long list": `{"pipeline": [{"processor": "x", "in": [${'"a b", '.repeat(20_000)}"a b"]}]}`,
    "many stages": `{"pipeline": [${'{"processor": "exporter", "in": "e eventchan"}, '.repeat(3000)}{"processor": "a", "out": "e eventchan"}]}`,
    "many nodes": `nodes:\n${Array.from({ length: 3000 }, (_, at) => `  n${at}: {plugin: link/mux, from: n${at - 1}}`).join("\n")}\n`,
    "many links": `actors: {a: {module: core.mux}}\npipeline:\n  a: {connect: [${"a, ".repeat(20_000)}a]}\n`,
    "many quotes that stay open": `"${"\\".repeat(50_001)}`,
    "many variables": `[INPUT]\n  Name ${"${x}".repeat(20_000)}\n`,
    "a long comment": `# ${"x".repeat(1_000_000)}\n[INPUT]\n  Name dummy\n`,
  };
  for (const [bomb, text] of Object.entries(bombs)) {
    it(bomb, { timeout: 20_000 }, () => {
      for (const [name, read] of Object.entries(dialects)) {
        const [begun, before] = [performance.now(), process.memoryUsage().heapUsed];
        formatDiagnostics(read(text).diagnostics);
        expect(performance.now() - begun, name).toBeLessThan(MOST_MS);
        expect((process.memoryUsage().heapUsed - before) / 1e6, name).toBeLessThan(MOST_MEGABYTES);
      }
    });
  }
});

/** How long a dialect may think about such a text, on a busy machine; and how much it may hold. */
const MOST_MS = 8000;
const MOST_MEGABYTES = 400;
