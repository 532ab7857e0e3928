import type { EdgeSpec, HostedSpec, NodeSpec, PipelineSpec, PluginSource, ServiceSpec } from "@millrace/api";
import { formatDiagnostics } from "@millrace/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNative, writeNative } from "../src/index.ts";

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom("${env:X}", "$${env:X}", "${env:", "<<", "null", "true", "007", "1e3", "~", "", " x", "a: b", "# c", "5s", "x\ny\n"),
);
const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}$/),
  text.filter((value) => value !== ""),
);
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true }));
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(text, tie("value"), { maxKeys: 3 }),
  ),
})).value;
const data = fc.dictionary(text, value, { maxKeys: 4 });
const kind = fc.constantFrom("driver", "processor", "handler", "action", "link", "input", "filter", "output", "node");
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const bounds = record({ records: optional(fc.integer({ min: 1 })), bytes: optional(fc.integer({ min: 1 }).map((bytes) => bytes * 1024)) });

const hosted: fc.Arbitrary<HostedSpec[]> = fc.uniqueArray(record({ slot: name, plugin: name, kind, options: optional(data) }) as fc.Arbitrary<HostedSpec>, {
  maxLength: 2,
  minLength: 1,
  selector: ({ slot }) => slot,
});

const node = record({
  plugin: name,
  kind,
  options: data,
  instance: optional(data),
  hosted: optional(hosted),
  onLost: optional(fc.constantFrom("advance", "dead-letter", "stop")),
  credit: optional(bounds),
  optionalInput: optional(fc.boolean()),
  style: optional(record({ caseless: optional(fc.boolean()), textual: optional(fc.boolean()), unknown: optional(fc.constantFrom("error", "warning")) })),
});

const source: fc.Arbitrary<PluginSource> = record({
  from: fc.constantFrom("file", "directory", "package"),
  path: name,
  kind: optional(kind),
  required: optional(fc.boolean()),
});

const service: fc.Arbitrary<ServiceSpec> = fc
  .tuple(
    fc.dictionary(
      text.filter((key) => !["graceMs", "healthMs"].includes(key)),
      value,
      { maxKeys: 3 },
    ),
    record({ graceMs: optional(fc.oneof(fc.constant(-1), fc.nat())), healthMs: optional(fc.nat()) }),
  )
  .map(([settings, times]) => ({ ...settings, ...times }));

const spec: fc.Arbitrary<PipelineSpec> = fc.uniqueArray(name, { minLength: 1, maxLength: 5 }).chain((ids) => {
  const edge = record({
    from: fc.constantFrom(...ids),
    to: fc.constantFrom(...ids),
    channel: optional(name),
    match: optional(value.filter((match) => match !== null)),
    port: optional(text),
    queue: optional(text),
    bounds: optional(bounds),
  }) as fc.Arbitrary<EdgeSpec>;
  return fc
    .tuple(
      fc.tuple(...ids.map((id) => node.map((rest) => ({ id, ...rest }) as NodeSpec))),
      fc.array(edge, { maxLength: 6 }),
      service,
      fc.array(source, { maxLength: 3 }),
    )
    .map(([nodes, edges, settings, plugins]) => ({ dialect: "native", nodes, edges, service: settings, plugins }));
});

describe("a pipeline that was written as millrace.yaml", () => {
  it("is read as it was", () => {
    fc.assert(
      fc.property(spec, (pipeline) => {
        const written = writeNative(pipeline);
        const result = readNative({ file: "millrace.yaml", text: written });
        expect(formatDiagnostics(result.diagnostics), written).toBe("");
        expect(withoutPlaces(result.spec), written).toEqual(withoutPlaces(pipeline));
      }),
      { numRuns: 150 },
    );
  });
});

function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model).map((made) => Object.fromEntries(Object.entries(made as object).filter(([, each]) => each !== undefined)) as T);
}

/** The same pipeline without places. An absent place and an empty list of places are the same. */
function withoutPlaces(pipeline: PipelineSpec | undefined): unknown {
  if (pipeline === undefined) return undefined;
  const bare = ({ place: _place, places: _places, keyPlaces: _keyPlaces, ...rest }: { place?: unknown; places?: unknown; keyPlaces?: unknown }): object => rest;
  return {
    ...pipeline,
    nodes: pipeline.nodes.map((each) => ({ ...bare(each), ...(each.hosted && { hosted: each.hosted.map(bare) }) })),
    edges: pipeline.edges.map(bare),
    plugins: pipeline.plugins.map(bare),
  };
}
