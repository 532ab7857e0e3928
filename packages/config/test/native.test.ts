import { readFileSync } from "node:fs";
import type { PluginKind } from "@millrace/api";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { nativeSchema, readNative } from "../src/index.ts";
import { schemaProblems } from "./support/json-schema.ts";
import { arrows, findings, ids, node, plugins } from "./support/show.ts";

const BUILT_IN: Readonly<Record<string, readonly PluginKind[]>> = {
  file: ["driver"],
  sysflowreader: ["processor"],
  printer: ["handler"],
  stdout: ["link", "output", "filter"],
  mux: ["link"],
};

function read(text: string, environment: Record<string, string> = {}, file = "etc/millrace.yaml"): ReturnType<typeof readNative> {
  return readNative({ file, text }, environment, { kinds: (name) => BUILT_IN[name] ?? [], names: () => Object.keys(BUILT_IN) });
}

const full = `
$schema: ../millrace.schema.json
x-common: &common {size: 4MiB, on: true}
service:
  grace: 1500ms
  health: 1m
  settings: {cluster.id: c1}
plugins: [./mine, ./one.mjs, "@acme/plugin", {directory: /opt/p, kind: link, required: false}, {file: a.ts}]
nodes:
  reader:
    plugin: file
    options:
      path: "\${env:TRACE:-trace.sf}"
      port: \${env:PORT}
      quoted: "\${env:PORT}"
      literal: $\${env:PORT}
      <<: *common
    credit: {records: 1000, bytes: 4MiB}
    on_lost: stop
  sf:
    plugin: sysflowreader
    handler: printer
    from: reader
  rules:
    plugin: processor/policyengine
    hosted:
      handler: {plugin: printer, options: {a: 1}}
      actions: [now, {plugin: later}]
      other: action/now
    from: [sf, {node: reader, channel: flat, bounds: {records: 5}}]
    to: {node: out, match: {match: "a.*"}, port: p, queue: ""}
  out:
    plugin: stdout
    kind: output
    instance: {tag: t}
    style: {textual: true}
    optional_input: true
edges:
  - {from: rules, to: out}
`;

describe("millrace.yaml", () => {
  it("is a pipeline, nearly one to one", () => {
    const result = read(full, { PORT: "8080" });
    expect(findings(result)).toBe("");
    expect(ids(result.spec)).toEqual(["reader", "sf", "rules", "out"]);
    expect(arrows(result)).toEqual(["reader → sf", "sf → rules", "reader → rules [flat]", 'rules → out :p () {"match":"a.*"}', "rules → out"]);
    expect(result.spec?.edges[2]).toMatchObject({ bounds: { records: 5 } });
    expect(result.spec?.service).toEqual({ "cluster.id": "c1", graceMs: 1500, healthMs: 60_000 });
    expect(node(result, "reader")).toEqual({
      id: "reader",
      plugin: "file",
      kind: "driver",
      onLost: "stop",
      credit: { records: 1000, bytes: 4 * 1024 * 1024 },
      options: { size: "4MiB", on: true, path: "trace.sf", port: 8080, quoted: "8080", literal: "${env:PORT}" },
    });
    expect(node(result, "sf")).toEqual({
      id: "sf",
      plugin: "sysflowreader",
      kind: "processor",
      options: {},
      hosted: [{ slot: "handler", plugin: "printer", kind: "handler" }],
    });
    expect(node(result, "rules")).toMatchObject({
      plugin: "policyengine",
      kind: "processor",
      hosted: [
        { slot: "handler", plugin: "printer", kind: "handler", options: { a: 1 } },
        { slot: "actions", plugin: "now", kind: "action" },
        { slot: "actions", plugin: "later", kind: "action" },
        { slot: "other", plugin: "now", kind: "action" },
      ],
    });
    expect(node(result, "out")).toEqual({
      id: "out",
      plugin: "stdout",
      kind: "output",
      options: {},
      instance: { tag: "t" },
      style: { textual: true },
      optionalInput: true,
    });
    expect(plugins(result)).toEqual([
      { from: "directory", path: "etc/./mine" },
      { from: "file", path: "etc/./one.mjs" },
      { from: "package", path: "@acme/plugin" },
      { from: "directory", path: "/opt/p", kind: "link", required: false },
      { from: "file", path: "etc/a.ts" },
    ]);
  });

  it("may be JSON", () => {
    expect(findings(read('{"nodes": {"a": {"plugin": "mux"}}}'))).toBe("");
  });

  it("waits for ever where it is told to", () => {
    expect(read("service: {grace: unlimited}\nnodes: {}\n").spec?.service).toEqual({ graceMs: -1 });
  });

  it("knows where options stand, also inside of maps and lists", () => {
    const places = read("nodes:\n  a:\n    plugin: mux\n    options:\n      list: [x, {y: z}]\n").spec?.nodes[0]?.places;
    expect(places?.["list.1.y"]).toMatchObject({ line: 5, column: 21 });
    expect(places?.list).toMatchObject({ line: 5, column: 7, length: 4 });
  });

  it("says of what kind a plugin must be", () => {
    expect(
      findings(
        read(
          "nodes:\n  a: {plugin: stdout}\n  b: {plugin: muxx}\n  c: {plugin: nothing}\n  d: {plugin: link/stdout, kind: output}\n  e: {plugin: mux, kind: lnk}\n",
        ),
      ),
    ).toMatchInlineSnapshot(`
      "etc/millrace.yaml:2:15: error MILLRACE_CONFIG_VALUE: "stdout" is the name of a plugin of several kinds: link, output, filter
            a: {plugin: stdout}
                        ^~~~~~
        hint: write one of link/stdout, output/stdout, filter/stdout
      etc/millrace.yaml:3:15: error MILLRACE_CONFIG_MISSING: it is not known of what kind the plugin "muxx" is
            b: {plugin: muxx}
                        ^~~~
        hint: did you mean "mux"?
      etc/millrace.yaml:4:15: error MILLRACE_CONFIG_MISSING: it is not known of what kind the plugin "nothing" is
            c: {plugin: nothing}
                        ^~~~~~~
        hint: write <kind>/nothing, with one of driver, processor, handler, action, link, input, filter, output, node
      etc/millrace.yaml:5:15: error MILLRACE_CONFIG_VALUE: "link/stdout" is a link, and "kind" says output
            d: {plugin: link/stdout, kind: output}
                        ^~~~~~~~~~~
      etc/millrace.yaml:6:26: error MILLRACE_CONFIG_VALUE: "kind" can't be "lnk"
            e: {plugin: mux, kind: lnk}
                                   ^~~
        hint: did you mean "link"?
      5 errors"
    `);
  });

  it("says what is wrong at its top", () => {
    expect(findings(read(""))).toMatchInlineSnapshot(`
      "etc/millrace.yaml:1:1: error MILLRACE_CONFIG_MISSING: the file is empty: a pipeline has "nodes"
          
          ^
      1 error"
    `);
    expect(findings(read("- a\n"))).toMatchInlineSnapshot(`
      "etc/millrace.yaml:1:1: error MILLRACE_CONFIG_SHAPE: a pipeline must be a map, and is a list
          - a
          ^~~
      1 error"
    `);
    expect(findings(read("node: {}\nx-mine: 1\nservice: 5\nplugins: x\n---\na: b\n"))).toMatchInlineSnapshot(`
      "etc/millrace.yaml:1:1: error MILLRACE_CONFIG_UNKNOWN: a pipeline has no "node"
          node: {}
          ^~~~
        hint: did you mean "nodes"?
      etc/millrace.yaml:3:10: error MILLRACE_CONFIG_SHAPE: "service" must be a map, and is a number
          service: 5
                   ^
      etc/millrace.yaml:4:10: error MILLRACE_CONFIG_SHAPE: "plugins" must be a list
          plugins: x
                   ^
      etc/millrace.yaml:6:1: warning MILLRACE_CONFIG_NO_EFFECT: only the first document of a file is read
          a: b
          ^~~~
      3 errors, 1 warning"
    `);
    expect(findings(read("nodes:\n"))).toMatchInlineSnapshot(`
      "etc/millrace.yaml:1:1: error MILLRACE_CONFIG_MISSING: "nodes" is empty
          nodes:
          ^~~~~
      1 error"
    `);
    expect(findings(read("nodes:\n  a: {plugin: mux\n  b: {plugin: [}\n"))).toMatchInlineSnapshot(`
      "etc/millrace.yaml:3:3: error MILLRACE_CONFIG_SYNTAX: flow map in block collection must be sufficiently indented and end with a }
            b: {plugin: [}
            ^
      1 error"
    `);
  });

  it("says what is wrong inside, all at once", () => {
    expect(
      findings(
        read(
          `
service: {grace: 5, health: soon, grce: 1s, settings: []}
plugins: ["", {file: a, directory: b}, {kind: link}, {package: "", required: maybe}]
nodes:
  a:
    plugin: mux
    options: [1]
    form: b
    from: [b, {nod: a}, {node: c, mach: x}, [d]]
    to: aa
    on_lost: stopp
    credit: {records: 0, bytes: 4XB, more: 1}
    style: {caseless: "yes", unknown: warn}
    handler: [x]
    hosted: {slot: x, handler: {plug: x}}
  a: {plugin: mux}
  "": {plugin: mux}
  n: 5
  v: {plugin: mux, options: {a: "\${env:HOM}", b: "\${env:HOM", c: *nowhere}}
edges: [{from: a}, {from: a, to: zz}, 5]
`,
          { HOME: "x" },
        ),
      ),
    ).toMatchInlineSnapshot(`
  "etc/millrace.yaml:2:18: error MILLRACE_CONFIG_SHAPE: "grace" must be a duration, such as 500ms, 5s or 2m
      service: {grace: 5, health: soon, grce: 1s, settings: []}
                       ^
    hint: did you mean 5s?
  etc/millrace.yaml:2:29: error MILLRACE_CONFIG_SHAPE: "health" must be a duration, such as 500ms, 5s or 2m
      service: {grace: 5, health: soon, grce: 1s, settings: []}
                                  ^~~~
  etc/millrace.yaml:2:35: error MILLRACE_CONFIG_UNKNOWN: "service" has no "grce"
      service: {grace: 5, health: soon, grce: 1s, settings: []}
                                        ^~~~
    hint: did you mean "grace"?
  etc/millrace.yaml:2:55: error MILLRACE_CONFIG_SHAPE: "settings" must be a map
      service: {grace: 5, health: soon, grce: 1s, settings: []}
                                                            ^~
  etc/millrace.yaml:3:11: error MILLRACE_CONFIG_SHAPE: a place for plugins must be a map, and is a text
      plugins: ["", {file: a, directory: b}, {kind: link}, {package: "", required: maybe}]
                ^~
  etc/millrace.yaml:3:15: error MILLRACE_CONFIG_MISSING: a place for plugins has one of "file", "directory" and "package"
      plugins: ["", {file: a, directory: b}, {kind: link}, {package: "", required: maybe}]
                    ^~~~~~~~~~~~~~~~~~~~~~~
  etc/millrace.yaml:3:40: error MILLRACE_CONFIG_MISSING: a place for plugins has one of "file", "directory" and "package"
      plugins: ["", {file: a, directory: b}, {kind: link}, {package: "", required: maybe}]
                                             ^~~~~~~~~~~~
  etc/millrace.yaml:3:64: error MILLRACE_CONFIG_SHAPE: "package" must be a text that is not empty
      plugins: ["", {file: a, directory: b}, {kind: link}, {package: "", required: maybe}]
                                                                     ^~
  etc/millrace.yaml:3:78: error MILLRACE_CONFIG_SHAPE: "required" must be true or false
      plugins: ["", {file: a, directory: b}, {kind: link}, {package: "", required: maybe}]
                                                                                   ^~~~~
  etc/millrace.yaml:7:14: error MILLRACE_CONFIG_SHAPE: "options" must be a map
          options: [1]
                   ^~~
  etc/millrace.yaml:8:5: error MILLRACE_CONFIG_UNKNOWN: the node "a" has no "form"
          form: b
          ^~~~
    hint: did you mean "from"?
  etc/millrace.yaml:9:12: error MILLRACE_CONFIG_REFERENCE: there is no node "b"
          from: [b, {nod: a}, {node: c, mach: x}, [d]]
                 ^
  etc/millrace.yaml:9:16: error MILLRACE_CONFIG_UNKNOWN: an element of "from" has no "nod"
          from: [b, {nod: a}, {node: c, mach: x}, [d]]
                     ^~~
    hint: did you mean "node"?
  etc/millrace.yaml:9:32: error MILLRACE_CONFIG_REFERENCE: there is no node "c"
          from: [b, {nod: a}, {node: c, mach: x}, [d]]
                                     ^
  etc/millrace.yaml:9:35: error MILLRACE_CONFIG_UNKNOWN: an element of "from" has no "mach"
          from: [b, {nod: a}, {node: c, mach: x}, [d]]
                                        ^~~~
    hint: did you mean "match"?
  etc/millrace.yaml:9:45: error MILLRACE_CONFIG_SHAPE: an element of "from" must be a map, and is a list
          from: [b, {nod: a}, {node: c, mach: x}, [d]]
                                                  ^~~
  etc/millrace.yaml:10:9: error MILLRACE_CONFIG_REFERENCE: there is no node "aa"
          to: aa
              ^~
  etc/millrace.yaml:11:14: error MILLRACE_CONFIG_VALUE: "on_lost" can't be "stopp"
          on_lost: stopp
                   ^~~~~
    hint: did you mean "stop"?
  etc/millrace.yaml:12:23: error MILLRACE_CONFIG_SHAPE: "records" must be a whole number of at least 1
          credit: {records: 0, bytes: 4XB, more: 1}
                            ^
  etc/millrace.yaml:12:33: error MILLRACE_CONFIG_SHAPE: "bytes" must be a size, such as 4MiB or 4096
          credit: {records: 0, bytes: 4XB, more: 1}
                                      ^~~
  etc/millrace.yaml:12:38: error MILLRACE_CONFIG_UNKNOWN: "credit" has no "more"
          credit: {records: 0, bytes: 4XB, more: 1}
                                           ^~~~
    hint: it may have records, bytes
  etc/millrace.yaml:13:23: error MILLRACE_CONFIG_SHAPE: "caseless" must be true or false
          style: {caseless: "yes", unknown: warn}
                            ^~~~~
  etc/millrace.yaml:13:39: error MILLRACE_CONFIG_VALUE: "unknown" can't be "warn"
          style: {caseless: "yes", unknown: warn}
                                            ^~~~
    hint: there are error, warning
  etc/millrace.yaml:14:14: error MILLRACE_CONFIG_SHAPE: the plugin in the slot "handler" must be a map, and is a list
          handler: [x]
                   ^~~
  etc/millrace.yaml:15:20: error MILLRACE_CONFIG_MISSING: it is not known of what kind the plugin "x" is
          hosted: {slot: x, handler: {plug: x}}
                         ^
    hint: write <kind>/x, with one of driver, processor, handler, action, link, input, filter, output, node
  etc/millrace.yaml:15:33: error MILLRACE_CONFIG_UNKNOWN: the plugin in the slot "handler" has no "plug"
          hosted: {slot: x, handler: {plug: x}}
                                      ^~~~
    hint: did you mean "plugin"?
  etc/millrace.yaml:16:3: error MILLRACE_CONFIG_DUPLICATE: "a" stands here a second time
        a: {plugin: mux}
        ^
  etc/millrace.yaml:17:3: error MILLRACE_CONFIG_VALUE: the name of a node can't be empty
        "": {plugin: mux}
        ^~
  etc/millrace.yaml:18:6: error MILLRACE_CONFIG_SHAPE: the node "n" must be a map, and is a number
        n: 5
           ^
  etc/millrace.yaml:19:33: error MILLRACE_CONFIG_ENVIRONMENT: the environment variable "HOM" is not set
        v: {plugin: mux, options: {a: "\${env:HOM}", b: "\${env:HOM", c: *nowhere}}
                                      ^~~~~~~~~~~~
    hint: did you mean "HOME"?
  etc/millrace.yaml:19:50: error MILLRACE_CONFIG_SYNTAX: "\${env:" is never closed: "}" is missing
        v: {plugin: mux, options: {a: "\${env:HOM}", b: "\${env:HOM", c: *nowhere}}
                                                       ^~~~~~~~~~~
  etc/millrace.yaml:19:66: error MILLRACE_CONFIG_SYNTAX: nothing before this is marked as &nowhere
        v: {plugin: mux, options: {a: "\${env:HOM}", b: "\${env:HOM", c: *nowhere}}
                                                                       ^~~~~~~~
  etc/millrace.yaml:20:9: error MILLRACE_CONFIG_MISSING: an edge has no "to"
      edges: [{from: a}, {from: a, to: zz}, 5]
              ^~~~~~~~~
  etc/millrace.yaml:20:34: error MILLRACE_CONFIG_REFERENCE: there is no node "zz"
      edges: [{from: a}, {from: a, to: zz}, 5]
                                       ^~
  etc/millrace.yaml:20:39: error MILLRACE_CONFIG_SHAPE: an edge must be a map, and is a number
      edges: [{from: a}, {from: a, to: zz}, 5]
                                            ^
  35 errors"
`);
  });
});

describe("the JSON Schema of millrace.yaml", () => {
  it("is published as it is generated", () => {
    const published = readFileSync(new URL("../schema/millrace.schema.json", import.meta.url), "utf8");
    expect(published, "run `pnpm generate` in packages/config").toBe(`${JSON.stringify(nativeSchema(), null, 2)}\n`);
  });

  it("takes what the dialect takes", () => {
    expect(schemaProblems(nativeSchema(), parse(full, { merge: true }))).toEqual([]);
  });

  it("refuses what the dialect refuses", () => {
    const refused = [
      "node: {}",
      "nodes: {a: {}}",
      "nodes: {a: {plugin: ''}}",
      "nodes: {a: {plugin: x, form: b}}",
      "nodes: {a: {plugin: x, kind: y}}",
      "nodes: {a: {plugin: x, from: {nod: b}}}",
      "nodes: {a: {plugin: x, credit: {records: 0}}}",
      "nodes: {a: {plugin: x, credit: {bytes: 4XB}}}",
      "nodes: {a: {plugin: x, on_lost: no}}",
      "{nodes: {}, service: {grace: 5}}",
      "{nodes: {}, service: {other: 5}}",
      "{nodes: {}, plugins: [{file: a, directory: b}]}",
      "{nodes: {}, plugins: ['']}",
      "{nodes: {}, edges: [{from: a}]}",
      "{nodes: {a: {plugin: x, handler: [x]}}}",
    ];
    for (const text of refused) {
      expect(schemaProblems(nativeSchema(), parse(text)), text).not.toEqual([]);
      expect(
        read(text).diagnostics.some(({ severity }) => severity === "error"),
        text,
      ).toBe(true);
    }
  });

  it("describes every key", () => {
    const shapes = [nativeSchema(), ...Object.values((nativeSchema().$defs ?? {}) as Record<string, object>)] as {
      description?: string;
      properties?: Record<string, { description?: string }>;
    }[];
    for (const shape of shapes) {
      expect(shape.description).toMatch(/\.$/);
      for (const [key, schema] of Object.entries(shape.properties ?? {})) expect(schema.description, key).toMatch(/\.$/);
    }
  });
});
