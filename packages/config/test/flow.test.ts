import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFlow } from "../src/index.ts";
import { sayLeftOut, shared } from "./support/shared.ts";
import { arrows, findings, ids, node, plugins } from "./support/show.ts";

function read(text: string, environment: Record<string, string> = {}, parameters = {}): ReturnType<typeof readFlow> {
  return readFlow({ file: "flow.yaml", text }, environment, parameters);
}

const actors = `
system: {maxprocs: 2, admin: {enabled: y, bind: ":8080"}}
actors:
  rcv:
    module: core.receiver
    params:
      bind: tcp://127.0.0.1:7171
      silent: no
      nested: {inner: {deep: 1}}
  rep: {module: core.replicator, params: {mode: each}}
  a: {module: core.sink, params: {bind: "file://STDOUT"}}
  b: {module: plugin.mine, builder: New}
pipeline:
  rcv: {connect: rep}
  rep: {connect: [a, b]}
`;

const components = `
system: {maxprocs: 1}
components:
  rcv: {module: receiver.tcp, params: {bind_addr: "127.0.0.1:7171", mode: silent}}
  http: {module: receiver.http, params: {bind_addr: "127.0.0.1:7172"}}
  mux: {module: link.mux}
  route: {module: link.router, params: {routing_key: to}}
  fan: {module: link.fanout}
  out: {module: sink.dumper, params: {out: STDOUT}}
  mine: {plugin: stdout, module: ignored, constructor: New}
pipeline:
  mux: {links: [rcv, http], connect: route}
  route: {routes: {x: fan, y: out}}
  fan: {links: [out, mine]}
`;

describe("the generation v1alpha1 (actors)", () => {
  it("makes a node of each actor, and edges of the pipeline", () => {
    const result = read(actors);
    expect(findings(result)).toBe("");
    expect(result.generation).toBe("v1alpha1");
    expect(ids(result.spec)).toEqual(["rcv", "rep", "a", "b"]);
    expect(arrows(result)).toEqual(["rcv → rep", "rep → a", "rep → b"]);
    expect(node(result, "rcv")).toEqual({
      id: "rcv",
      plugin: "core.receiver",
      kind: "link",
      options: { bind: "tcp://127.0.0.1:7171", silent: false, nested: { inner: { deep: 1 } } },
      style: { textual: true, unknown: "warning" },
      optionalInput: true,
    });
    expect(node(result, "b")).toMatchObject({ plugin: "mine", instance: { builder: "New" } });
    expect(plugins(result)).toEqual([{ from: "directory", path: "/etc/flowd/plugins", kind: "link", required: false }]);
    expect(result.spec?.service).toEqual({ generation: "v1alpha1", maxprocs: 2, admin: { enabled: true, bind: ":8080" } });
  });

  it("lets the peers of an actor that does not choose compete", () => {
    expect(arrows(read(actors.replace("core.replicator", "core.mux")))).toEqual(["rcv → rep", "rep → a (rep)", "rep → b (rep)"]);
    expect(arrows(read(actors.replace("core.replicator", "core.router")))).toEqual(["rcv → rep", "rep → a", "rep → b"]);
  });

  it("knows where options stand, also inside of maps", () => {
    expect(read(actors).spec?.nodes[0]?.places?.["nested.inner.deep"]).toMatchObject({ line: 9, column: 30 });
  });

  it("reads keys with dots as paths", () => {
    const result = read("system.maxprocs: 3\nactors.a.module: core.mux\nactors.a.params.x.y: 1\npipeline.a.connect: a\n");
    expect(findings(result)).toBe("");
    expect(result.spec?.service).toMatchObject({ maxprocs: 3 });
    expect(node(result, "a")).toMatchObject({ plugin: "core.mux", options: { x: { y: 1 } } });
  });
});

describe("the classic generation (components)", () => {
  it("makes a node of each component, and edges of connect, links and routes", () => {
    const result = read(components);
    expect(findings(result)).toBe("");
    expect(result.generation).toBe("classic");
    expect(arrows(result)).toEqual(["mux → route", "rcv → mux", "http → mux", "route → fan :x", "route → out :y", "fan → out", "fan → mine"]);
    expect(node(result, "mine")).toMatchObject({ plugin: "stdout", instance: { builder: "New" } });
    expect(result.spec?.service).toEqual({ generation: "classic", maxprocs: 1 });
  });

  it("looks for plugins where it is told to", () => {
    expect(plugins(read(components, { FLOW_PLUGIN_PATH: "/env" }))).toMatchObject([{ path: "/env" }]);
    expect(plugins(read(components, { FLOW_PLUGIN_PATH: "/env" }, { pluginPath: "/flag" }))).toMatchObject([{ path: "/flag" }]);
    expect(plugins(read(components, {}, { pluginPath: "" }))).toMatchObject([{ path: "/etc/flowd/plugins" }]);
    expect(plugins(read(components.replace("plugin: stdout, ", "")))).toEqual([]);
  });

  it("ignores unknown keys with a warning, and reads YAML 1.1", () => {
    const result = read(
      `${components}whatever: {a: 1}\n`.replace(
        "maxprocs: 1",
        "maxprocs: 010, maxproc: 2, metrics: {enabled: on, interval: 10, receiver: {type: graphite, params: {host: h, port: 2003}}}",
      ),
    );
    expect(result.spec?.service).toMatchObject({ maxprocs: 8, metrics: { enabled: true, interval: 10, type: "graphite", params: { host: "h", port: 2003 } } });
    expect(findings(result)).toMatchInlineSnapshot(`
      "flow.yaml:2:25: warning MILLRACE_CONFIG_NO_EFFECT: unknown attribute "maxproc" in "system"
          system: {maxprocs: 010, maxproc: 2, metrics: {enabled: on, interval: 10, receiver: {type: graphite, params: {host: h, …
                                  ^~~~~~~
        hint: did you mean "maxprocs"?
      1 warning"
    `);
  });

  it("refuses ways that a module has not", () => {
    expect(
      findings(read(components.replace("fan: {links: [out, mine]}", "fan: {connect: out}\n  out: {connect: mine}\n  rcv: {links: [mux], routes: {a: mux}}"))),
    ).toMatchInlineSnapshot(`
      "flow.yaml:14:9: error MILLRACE_CONFIG_REFERENCE: "fan" is a link.fanout, which takes no "connect"
            fan: {connect: out}
                  ^~~~~~~
        hint: it takes "links"
      flow.yaml:15:9: error MILLRACE_CONFIG_REFERENCE: "out" is a sink.dumper, which takes no "connect"
            out: {connect: mine}
                  ^~~~~~~
        hint: it ends the pipeline
      flow.yaml:16:9: error MILLRACE_CONFIG_REFERENCE: "rcv" is a receiver.tcp, which takes no "links"
            rcv: {links: [mux], routes: {a: mux}}
                  ^~~~~
        hint: it takes "connect"
      flow.yaml:16:23: error MILLRACE_CONFIG_REFERENCE: "rcv" is a receiver.tcp, which takes no "routes"
            rcv: {links: [mux], routes: {a: mux}}
                                ^~~~~~
        hint: it takes "connect"
      4 errors"
    `);
  });
});

describe("providers", () => {
  it("win over each other: command line, environment, file, default", () => {
    const environment = { FLOW_SYSTEM_MAXPROCS: "3", FLOW_ACTORS_RCV_PARAMS_BUF__SIZE: "10", FLOW_ACTORS_A_PARAMS_BIND: "file://STDERR", OTHER: "x" };
    const result = read(actors, environment, { options: ["system.maxprocs=4", "actors.rcv.params.flag"] });
    expect(findings(result)).toBe("");
    expect(node(result, "rcv")).toMatchObject({ options: { buf_size: "10", flag: true } });
    expect(node(result, "a")).toMatchObject({ options: { bind: "file://STDERR" } });
    expect(result.spec?.service).toMatchObject({ maxprocs: 4 });
    const maxprocs = result.values.find(({ key }) => key === "system.maxprocs");
    expect([maxprocs, ...(maxprocs?.overridden ?? [])].map((each) => [each?.value, each?.provider])).toEqual([
      ["4", "command line"],
      ["3", "environment"],
      [2, "file"],
    ]);
    expect(result.values.find(({ key }) => key === "plugin.path")).toMatchObject({ value: "/etc/flowd/plugins", provider: "default", overridden: [] });
    expect(result.spec?.nodes[0]?.places?.buf_size).toMatchObject({ file: "(environment)", lineText: "FLOW_ACTORS_RCV_PARAMS_BUF__SIZE=10" });
  });

  it("reach names with capitals, which a variable can't spell", () => {
    expect(node(read(actors.replaceAll("rcv", "Rcv"), { FLOW_ACTORS_RCV_PARAMS_BIND: "tcp://:1" }), "Rcv")).toMatchObject({ options: { bind: "tcp://:1" } });
  });

  it("can make the whole pipeline", () => {
    const result = read("", {}, { options: ["actors.a.module=core.mux", "actors.b.module=core.sink", "actors.c.module=core.sink", "pipeline.a.connect=b, c"] });
    expect(findings(result)).toBe("");
    expect(arrows(result)).toEqual(["a → b (a)", "a → c (a)"]);
  });

  it("are told what is wrong with an option", () => {
    expect(findings(read(actors, {}, { options: ["a=b=c", "=x", "system.maxprocs=many"] }))).toMatchInlineSnapshot(`
      "(command line):1:1: error MILLRACE_CONFIG_VALUE: possibly malformed flag (way too many "="): "a=b=c"
          -o a=b=c
          ^~~~~~~~
        hint: write -o key=value
      (command line):1:1: error MILLRACE_CONFIG_VALUE: the option "=x" has no key
          -o =x
          ^~~~~
        hint: write -o key=value
      (command line):1:1: error MILLRACE_CONFIG_VALUE: "system.maxprocs" must be a whole number of at least 0
          -o system.maxprocs=many
          ^~~~~~~~~~~~~~~~~~~~~~~
      3 errors"
    `);
  });
});

describe("what is wrong in a configuration", () => {
  it("at its top", () => {
    expect(findings(read(""))).toMatchInlineSnapshot(`
      "flow.yaml:1:1: error MILLRACE_CONFIG_MISSING: \`actors\` config is missing, and so is \`components\`
          
          ^
        hint: describe the nodes under "actors:"
      1 error"
    `);
    expect(findings(read("actor: {}\npipeline: {}\n"))).toMatchInlineSnapshot(`
      "flow.yaml:1:1: error MILLRACE_CONFIG_MISSING: \`actors\` config is missing, and so is \`components\`
          actor: {}
          ^~~~~
        hint: did you mean "actors"?
      1 error"
    `);
    expect(findings(read("actors: {a: {module: core.mux}}\ncomponents: {}\n"))).toMatchInlineSnapshot(`
      "flow.yaml:1:1: error MILLRACE_CONFIG_UNKNOWN: "components" and "actors" can't stand in one configuration
          actors: {a: {module: core.mux}}
          ^~~~~~
        hint: components belong to the classic generation, actors to v1alpha1
      1 error"
    `);
    expect(findings(read("- a\n- b\n"))).toMatchInlineSnapshot(`
      "flow.yaml:1:1: error MILLRACE_CONFIG_SHAPE: a configuration is a map, and this is a list
          - a
          ^~~
      1 error"
    `);
    expect(findings(read("actors:\n  a: {module: core.mux}\npipeline: {a: {}}\n---\nmore: 1\n"))).toMatchInlineSnapshot(`
      "flow.yaml:3:1: error MILLRACE_CONFIG_MISSING: pipeline config is missing
          pipeline: {a: {}}
          ^~~~~~~~
      flow.yaml:5:1: warning MILLRACE_CONFIG_NO_EFFECT: only the first document of a file is read
          more: 1
          ^~~~~~~
      1 error, 1 warning"
    `);
  });

  it("in its YAML", () => {
    expect(findings(read("actors:\n  a: {module: core.mux\n   b: [\n\tc: *x\n"))).toMatchInlineSnapshot(`
      "flow.yaml:2:15: error MILLRACE_CONFIG_SYNTAX: implicit keys need to be on a single line
            a: {module: core.mux
                        ^~~~~~~~
      flow.yaml:4:2: error MILLRACE_CONFIG_SYNTAX: flow sequence in block collection must be sufficiently indented and end with a ]
          	c: *x
          	^
      flow.yaml:5:1: error MILLRACE_CONFIG_SYNTAX: flow map in block collection must be sufficiently indented and end with a }
          
          ^
      3 errors"
    `);
  });

  it("in its nodes and pipeline", () => {
    expect(
      findings(
        read(`
system: {maxprocs: -1, fou: 1, admin: {enabled: maybe, bindd: x}}
actors:
  a: {modul: core.mux, params: [1]}
  b: core.sink
  c: {module: "", builder: [1]}
  d: {module: core.mux}
pipeline:
  a: {connect: [d, e, 3], links: [d]}
  dd: {connect: d}
  d: {connect: {x: y}}
  c: a
`),
      ),
    ).toMatchInlineSnapshot(`
  "flow.yaml:2:20: error MILLRACE_CONFIG_VALUE: "system.maxprocs" must be a whole number of at least 0
      system: {maxprocs: -1, fou: 1, admin: {enabled: maybe, bindd: x}}
                         ^~
  flow.yaml:2:24: error MILLRACE_CONFIG_UNKNOWN: unknown attribute "fou" in "system"
      system: {maxprocs: -1, fou: 1, admin: {enabled: maybe, bindd: x}}
                             ^~~
    hint: it has "maxprocs", "admin", "metrics"
  flow.yaml:2:49: error MILLRACE_CONFIG_VALUE: "system.admin.enabled" must be true or false
      system: {maxprocs: -1, fou: 1, admin: {enabled: maybe, bindd: x}}
                                                      ^~~~~
  flow.yaml:2:56: error MILLRACE_CONFIG_UNKNOWN: unknown attribute "bindd" in "system.admin"
      system: {maxprocs: -1, fou: 1, admin: {enabled: maybe, bindd: x}}
                                                             ^~~~~
    hint: did you mean "bind"?
  flow.yaml:4:3: error MILLRACE_CONFIG_MISSING: the actor "a" has no "module"
        a: {modul: core.mux, params: [1]}
        ^
    hint: did you mean "module"?
  flow.yaml:4:7: error MILLRACE_CONFIG_UNKNOWN: unknown attribute "modul" in "actors.a"
        a: {modul: core.mux, params: [1]}
            ^~~~~
    hint: did you mean "module"?
  flow.yaml:5:6: error MILLRACE_CONFIG_SHAPE: the actor "b" must be a map with a "module"
        b: core.sink
           ^~~~~~~~~
  flow.yaml:6:15: error MILLRACE_CONFIG_MISSING: the module of "c" is empty
        c: {module: "", builder: [1]}
                    ^~
  flow.yaml:9:20: error MILLRACE_CONFIG_REFERENCE: failed to connect "a" to "e": "e" is undefined
        a: {connect: [d, e, 3], links: [d]}
                         ^
    hint: there are "a", "b", "c", "d"
  flow.yaml:9:23: error MILLRACE_CONFIG_SHAPE: element 3 of "pipeline.a.connect" must be a name
        a: {connect: [d, e, 3], links: [d]}
                            ^
  flow.yaml:9:27: error MILLRACE_CONFIG_UNKNOWN: unknown attribute "links" in "pipeline.a"
        a: {connect: [d, e, 3], links: [d]}
                                ^~~~~
    hint: it has "connect"
  flow.yaml:10:3: error MILLRACE_CONFIG_REFERENCE: unknown actor in the pipeline config: "dd"
        dd: {connect: d}
        ^~
  flow.yaml:11:7: error MILLRACE_CONFIG_SHAPE: "pipeline.d.connect" must be a name or a list of names
        d: {connect: {x: y}}
            ^~~~~~~
  flow.yaml:12:6: error MILLRACE_CONFIG_SHAPE: "pipeline.c" must be a map with a "connect"
        c: a
           ^
  14 errors"
`);
  });
});

sayLeftOut("the configurations of the recorded runs of flowd");

describe.skipIf(shared === undefined)("recorded configurations", () => {
  /** Runs that ended at once for reasons that only a plugin, planning or the machine knows. */
  const notOurs =
    /^(tcp silent (true|invalid)|tcp buf_size|unix bind|throttler missing|replicator unknown|tcp sink, nothing|no config|unknown (core module|factory|backend|module)|receiver |sink |cycle|bind address|-o |-h|plugin |dumper to|missing bind|sink\.)/;
  /** Runs that the peer refuses, and that we take: the block `system` has nothing that is needed. */
  const taken: readonly string[] = ["no system block"];
  for (const file of ["flow-golden-v1alpha1.md", "flow-golden-classic.md"]) {
    const sections =
      shared === undefined
        ? []
        : readFileSync(join(shared, "facts", file), "utf8")
            .split(/^## /m)
            .slice(1);
    for (const section of sections) {
      const name = section.split("\n")[0] as string;
      const text = /config:\n```yaml\n([\s\S]*?)```/.exec(section)?.[1];
      if (text === undefined) continue;
      const refused = section.includes("alive after start: False");
      if (refused && notOurs.test(name)) continue;
      it(`${file}: ${name}`, () => {
        expect(read(text).diagnostics.some(({ severity }) => severity === "error")).toBe(refused && !taken.includes(name));
      });
    }
  }
});
