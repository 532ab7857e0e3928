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

describe("whatever the text", () => {
  for (const [name, read] of Object.entries(dialects)) {
    it(`${name} only finds fault`, () => {
      fc.assert(
        fc.property(fc.oneof(noise, damaged, fc.constantFrom(...seeds)), (text) => {
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
        { numRuns: 250 },
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
  };
  for (const [bomb, text] of Object.entries(bombs)) {
    it(bomb, { timeout: 10_000 }, () => {
      for (const read of Object.values(dialects)) formatDiagnostics(read(text).diagnostics);
    });
  }
});
