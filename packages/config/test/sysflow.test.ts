import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSysflow } from "../src/index.ts";
import { sayLeftOut, shared } from "./support/shared.ts";
import { arrows, findings, ids, node, plugins } from "./support/show.ts";

const tee = `{
  "_comment": "two branches",
  "Pipeline": [
    { "processor": "sysflowreader", "handler": "flattener", "handlerlibpath": "lib/handlers", "in": "sysflow sysflowchan", "out": ["flat flattenerchan", "other flattenerchan"] },
    { "processor": "policyengine", "in": "flat flattenerchan", "out": "evt eventchan", "mode": "alert", "actiondir": "lib/actions", "_note": "ignored", "unset": null },
    { "processor": "exporter", "in": "evt eventchan", "export": "file", "file.path": "a.json", "buffer": 10, "es.bulk.numWorkers": "2" },
    { "processor": "policyengine", "in": "other flattenerchan", "out": "evt2 eventchan", "mode": "enrich" },
    { "processor": "exporter", "in": "evt2 eventchan", "kafka.config": { "bootstrap.servers": "k:9092" } }
  ]
}`;

function read(text: string, environment: Record<string, string> = {}, parameters = {}): ReturnType<typeof readSysflow> {
  return readSysflow({ file: "pipeline.json", text }, environment, parameters);
}

/** A pipeline with these stages, one a line. */
function pipeline(stages: readonly string[], rest = ""): string {
  return `{"pipeline": [\n${stages.join(",\n")}\n]${rest}}`;
}

const reader = '{"processor": "sysflowreader", "handler": "flattener", "in": "sf sysflowchan", "out": "flat flattenerchan"}';
const sink = '{"processor": "example", "in": "flat flattenerchan"}';

describe("the pipeline JSON of sf-processor", () => {
  it("makes a node of each stage and of the driver, and edges of channels", () => {
    const result = read(tee, {}, { path: "x.sf", driverDirectory: "d", pluginDirectory: "p" });
    expect(findings(result)).toBe("");
    expect(ids(result.spec)).toEqual(["file", "sysflowreader", "policyengine", "exporter", "policyengine_2", "exporter_2"]);
    expect(arrows(result)).toEqual([
      "file → sysflowreader [sysflow]",
      "sysflowreader → policyengine [flat]",
      "sysflowreader → policyengine_2 [flat]",
      "policyengine → exporter [event]",
      "policyengine_2 → exporter_2 [event]",
    ]);
    expect(node(result, "file")).toEqual({
      id: "file",
      plugin: "file",
      kind: "driver",
      options: { path: "x.sf" },
      style: { caseless: true, textual: true, unknown: "error" },
    });
    expect(node(result, "sysflowreader")).toMatchObject({ options: {}, hosted: [{ slot: "handler", plugin: "flattener", kind: "handler" }] });
    expect(node(result, "policyengine")).toMatchObject({ options: { mode: "alert", actiondir: "lib/actions" } });
    expect(node(result, "exporter")).toMatchObject({ options: { export: "file", "file.path": "a.json", buffer: 10, "es.bulk.numWorkers": "2" } });
    expect(node(result, "exporter_2")).toMatchObject({ options: { "kafka.config": { "bootstrap.servers": "k:9092" } } });
    expect(plugins(result)).toEqual([
      { from: "directory", path: "d", kind: "driver", required: false },
      { from: "directory", path: "p", kind: "processor", required: false },
      { from: "directory", path: "lib/handlers", kind: "handler", required: false },
      { from: "directory", path: "lib/actions", kind: "action" },
    ]);
  });

  it("knows where every option stands, also inside of objects", () => {
    const places = read(tee).spec?.nodes.find(({ id }) => id === "exporter_2")?.places;
    expect(places?.["kafka.config.bootstrap.servers"]).toMatchObject({ file: "pipeline.json", line: 8, column: 95, length: 8 });
    expect(places?.["kafka.config"]).toMatchObject({ line: 8, column: 56, length: 14 });
  });

  it("lets readers of one channel compete, and merges its writers", () => {
    const result = read(pipeline([reader, sink, sink, reader.replace("sysflowreader", "other")]));
    expect(findings(result)).toBe("");
    expect(arrows(result)).toEqual([
      "file → sysflowreader [sysflow] (sf)",
      "file → other [sysflow] (sf)",
      "sysflowreader → example [flat] (flat)",
      "sysflowreader → example_2 [flat] (flat)",
      "other → example [flat] (flat)",
      "other → example_2 [flat] (flat)",
    ]);
  });

  it("passes kinds of channels through that it does not know", () => {
    expect(arrows(read(pipeline(['{"processor": "a", "in": "x ctxchan", "out": "y mychan"}', '{"processor": "b", "in": "y mychan"}'])))).toEqual([
      "file → a [ctxchan]",
      "a → b [mychan]",
    ]);
  });
});

describe("drivers", () => {
  const stages = [reader, sink];
  const configured = ', "drivers": [{"driver": "socket", "out": "sf sysflowchan", "size": 5}, {"driver": "otelkafka", "kafka.topics": ["a"]}]';

  it("are those of the configuration, where the command line names none", () => {
    const result = read(pipeline(stages, configured), {}, { path: "in.sock" });
    expect(findings(result)).toBe("");
    expect(node(result, "socket")).toMatchObject({ kind: "driver", options: { size: 5, path: "in.sock" } });
    expect(node(result, "otelkafka")).toMatchObject({ kind: "driver", options: { "kafka.topics": ["a"] } });
    expect(arrows(result).slice(0, 2)).toEqual(["socket → sysflowreader [sysflow]", "otelkafka → sysflowreader [sysflow]"]);
  });

  it("are the one that the command line names, with what the configuration says of it", () => {
    expect(ids(read(pipeline(stages, configured), {}, { driver: "socket" }).spec)).toEqual(["socket", "sysflowreader", "example"]);
    expect(node(read(pipeline(stages, configured), {}, { driver: "mine", path: "x" }), "mine")).toMatchObject({ options: { path: "x" } });
  });

  it("keep a path that the configuration gives", () => {
    const result = read(pipeline(stages, ', "drivers": [{"driver": "file", "out": "sf sysflowchan", "path": "own"}]'), {}, { path: "given" });
    expect(node(result, "file")).toMatchObject({ options: { path: "own" } });
  });

  it("are the default one, where the list is empty", () => {
    expect(ids(read(pipeline(stages, ', "drivers": []')).spec)).toContain("file");
  });

  it("never share a name with a stage", () => {
    const result = read(pipeline(['{"processor": "file", "in": "sf sysflowchan"}']));
    expect(arrows(result)).toEqual(["file_driver_2 → file [sysflow]"]);
  });

  it("must say where they write", () => {
    expect(findings(read(pipeline(stages, ',\n "drivers": [{"driver": "file"}, {"driver": "file", "out": "sff sysflowchan"}]')))).toMatchInlineSnapshot(`
      "pipeline.json:5:25: error MILLRACE_CONFIG_MISSING: the driver "file" has no "out"
           "drivers": [{"driver": "file"}, {"driver": "file", "out": "sff sysflowchan"}]}
                                  ^~~~~~
        hint: name the channel that it writes: "out": "sf sysflowchan"
      pipeline.json:5:45: error MILLRACE_CONFIG_DUPLICATE: the driver "file" is configured a second time
           "drivers": [{"driver": "file"}, {"driver": "file", "out": "sff sysflowchan"}]}
                                                      ^~~~~~
      2 errors"
    `);
  });
});

describe("environment variables", () => {
  const stages = [
    reader,
    '{"processor": "policyengine", "in": "flat flattenerchan", "out": "evt eventchan", "mode": "alert"}',
    '{"processor": "exporter", "in": "evt eventchan", "es.bulk.numWorkers": 1}',
  ];
  const text = pipeline([...stages, '{"processor": "policyengine", "in": "flat flattenerchan", "out": "evt eventchan"}']);

  it("override the options of every stage of a processor, whatever their case", () => {
    const result = read(text, { POLICYENGINE_MODE: "enrich", exporter_es_bulk_NUMWORKERS: "7", EXPORTER_FILE_PATH: "x", EXPORTER_SKIP__BAD: "1" });
    expect(node(result, "policyengine")).toMatchObject({ options: { mode: "enrich" } });
    expect(node(result, "policyengine_2")).toMatchObject({ options: { mode: "enrich" } });
    expect(node(result, "exporter")).toMatchObject({ options: { "es.bulk.numWorkers": "7", "file.path": "x", skip_bad: "1" } });
  });

  it("reach one stage by its number, and then win over those that reach all", () => {
    const result = read(text, { POLICYENGINE_2_MODE: "second", POLICYENGINE_MODE: "all", POLICYENGINE_9_MODE: "none" });
    expect(node(result, "policyengine")).toMatchObject({ options: { mode: "all" } });
    expect(node(result, "policyengine_2")).toMatchObject({ options: { mode: "second" } });
  });

  it("reach drivers, and the keys of the pipeline itself", () => {
    const result = read(pipeline([reader, sink], ', "drivers": [{"driver": "file", "out": "sf sysflowchan"}]'), {
      FILE_PATH: "env.sf",
      SYSFLOWREADER_HANDLER: "printer",
    });
    expect(node(result, "file")).toMatchObject({ options: { path: "env.sf" } });
    expect(node(result, "sysflowreader")).toMatchObject({ hosted: [{ plugin: "printer" }] });
  });

  it("leave a driver alone that the configuration does not mention: its name is too common a word", () => {
    expect(node(read(pipeline([reader, sink]), { FILE_SERVER: "x", FILE_PATH: "y" }, { path: "z" }), "file")).toMatchObject({ options: { path: "z" } });
  });

  it("may not have been meant for the pipeline, where it does not have the key itself", () => {
    const result = read(text, { EXPORTER_SERVICE_HOST: "10.0.0.1", EXPORTER_ES_BULK_NUMWORKERS: "7" });
    expect(node(result, "exporter")).toMatchObject({ options: { "service.host": "10.0.0.1" }, doubtful: ["service.host"] });
    expect(node(result, "policyengine")).not.toHaveProperty("doubtful");
  });

  it("are shown as the place of what they set", () => {
    const result = read(text, { EXPORTER_FORMAT: "ecs" });
    expect(result.spec?.nodes.find(({ id }) => id === "exporter")?.places?.format).toEqual({
      file: "(environment)",
      line: 1,
      column: 1,
      length: 15,
      lineText: "EXPORTER_FORMAT=ecs",
    });
    expect(findings(read(text, { EXPORTER_IN: "nowhere" }))).toMatchInlineSnapshot(`
      "(environment):1:1: error MILLRACE_CONFIG_CHANNEL: the channel "nowhere" of "exporter" has no type
          EXPORTER_IN=nowhere
          ^~~~~~~~~~~
        hint: write a channel as "<identifier> <type>", such as "flat flattenerchan"
      1 error"
    `);
  });

  it("name the cluster", () => {
    expect(read(text, { CLUSTER_ID: "c1" }).spec?.service).toEqual({ "cluster.id": "c1" });
    expect(read(text, {}).spec?.service).toEqual({});
  });
});

describe("what is wrong in a pipeline", () => {
  it("in its JSON", () => {
    expect(
      findings(
        read(`{"pipeline": [
  {"processor": "sysflowreader",
   "in":},
  {"processor": 'x', "in": "a b", "in": "sf sysflowchan"  "mode": 01, tru: nul},
  // a comment
  {"processor": "tab	\\q", "in": "unclosed
}],
}`),
      ),
    ).toMatchInlineSnapshot(`
  "pipeline.json:3:9: error MILLRACE_CONFIG_SYNTAX: a value for "in" was expected, and "}" was found
         "in":},
              ^
  pipeline.json:4:17: error MILLRACE_CONFIG_SYNTAX: "'x'" is no JSON value
        {"processor": 'x', "in": "a b", "in": "sf sysflowchan"  "mode": 01, tru: nul},
                      ^~~
    hint: write texts in double quotes
  pipeline.json:4:35: warning MILLRACE_CONFIG_DUPLICATE: "in" stands here a second time, and the last one counts
        {"processor": 'x', "in": "a b", "in": "sf sysflowchan"  "mode": 01, tru: nul},
                                        ^~~~
  pipeline.json:4:59: error MILLRACE_CONFIG_SYNTAX: a comma was expected here
        {"processor": 'x', "in": "a b", "in": "sf sysflowchan"  "mode": 01, tru: nul},
                                                                ^
  pipeline.json:4:67: error MILLRACE_CONFIG_SYNTAX: "01" is no JSON value
        {"processor": 'x', "in": "a b", "in": "sf sysflowchan"  "mode": 01, tru: nul},
                                                                        ^~
  pipeline.json:4:71: error MILLRACE_CONFIG_SYNTAX: "tru" is no key
        {"processor": 'x', "in": "a b", "in": "sf sysflowchan"  "mode": 01, tru: nul},
                                                                            ^~~
    hint: write keys in double quotes
  pipeline.json:4:76: error MILLRACE_CONFIG_SYNTAX: "nul" is no JSON value
        {"processor": 'x', "in": "a b", "in": "sf sysflowchan"  "mode": 01, tru: nul},
                                                                                 ^~~
    hint: write texts in double quotes
  pipeline.json:5:3: error MILLRACE_CONFIG_SYNTAX: JSON has no comments
        // a comment
        ^~
    hint: a key such as "_comment" may hold one
  pipeline.json:6:21: error MILLRACE_CONFIG_SYNTAX: the control character U+0009 must be escaped
        {"processor": "tab	\\q", "in": "unclosed
                          ^
  pipeline.json:6:22: error MILLRACE_CONFIG_SYNTAX: JSON has no such escape
        {"processor": "tab	\\q", "in": "unclosed
                          	^~
    hint: write \\\\ for a backslash
  pipeline.json:6:33: error MILLRACE_CONFIG_SYNTAX: the text is not closed on its line
        {"processor": "tab	\\q", "in": "unclosed
                          	           ^~~~~~~~~
    hint: a double quote (") is missing
  pipeline.json:6:33: error MILLRACE_CONFIG_CHANNEL: the channel "unclosed" of "tab	\\q" has no type
        {"processor": "tab	\\q", "in": "unclosed
                          	           ^~~~~~~~~
    hint: write a channel as "<identifier> <type>", such as "flat flattenerchan"
  pipeline.json:7:3: error MILLRACE_CONFIG_SYNTAX: a comma stands before "}"
      }],
        ^
    hint: take the comma out
  12 errors, 1 warning"
`);
  });

  it("in its shape", () => {
    expect(findings(read('["x"]'))).toMatchInlineSnapshot(`
      "pipeline.json:1:1: error MILLRACE_CONFIG_SHAPE: a pipeline configuration is an object, and this is a list
          ["x"]
          ^~~~~
      1 error"
    `);
    expect(findings(read("{}"))).toMatchInlineSnapshot(`
      "pipeline.json:1:1: error MILLRACE_CONFIG_MISSING: the configuration has no "pipeline"
          {}
          ^
        hint: add "pipeline": [ … ], a list of stages
      1 error"
    `);
    expect(findings(read('{"pipeline": "x", "driver": []}'))).toMatchInlineSnapshot(`
      "pipeline.json:1:14: error MILLRACE_CONFIG_SHAPE: "pipeline" must be a list of stages, and is a text
          {"pipeline": "x", "driver": []}
                       ^~~
      pipeline.json:1:19: warning MILLRACE_CONFIG_NO_EFFECT: "driver" has no effect: a pipeline configuration has "pipeline" and "drivers"
          {"pipeline": "x", "driver": []}
                            ^~~~~~~~
        hint: did you mean "drivers"?
      1 error, 1 warning"
    `);
    expect(findings(read('{"pipeline": ["x", {}, {"procesor": "y"}, {"processor": 3}, {"processor": ""}], "drivers": {}}'))).toMatchInlineSnapshot(`
      "pipeline.json:1:15: error MILLRACE_CONFIG_SHAPE: element 1 of "pipeline" must be an object, and is a text
          {"pipeline": ["x", {}, {"procesor": "y"}, {"processor": 3}, {"processor": ""}], "drivers": {}}
                        ^~~
      pipeline.json:1:20: error MILLRACE_CONFIG_MISSING: stage 2 has no "processor"
          {"pipeline": ["x", {}, {"procesor": "y"}, {"processor": 3}, {"processor": ""}], "drivers": {}}
                             ^
        hint: name its plugin: "processor": "…"
      pipeline.json:1:25: error MILLRACE_CONFIG_MISSING: stage 3 has no "processor"
          {"pipeline": ["x", {}, {"procesor": "y"}, {"processor": 3}, {"processor": ""}], "drivers": {}}
                                  ^~~~~~~~~~
        hint: did you mean "processor"?
      pipeline.json:1:57: error MILLRACE_CONFIG_SHAPE: "processor" of stage 4 must be the name of a processor, and is a number
          {"pipeline": ["x", {}, {"procesor": "y"}, {"processor": 3}, {"processor": ""}], "drivers": {}}
                                                                  ^
      pipeline.json:1:75: error MILLRACE_CONFIG_SHAPE: "processor" of stage 5 must be the name of a processor, and is empty
          {"pipeline": ["x", {}, {"procesor": "y"}, {"processor": 3}, {"processor": ""}], "drivers": {}}
                                                                                    ^~
      pipeline.json:1:92: error MILLRACE_CONFIG_SHAPE: "drivers" must be a list of drivers, and is a map
          {"pipeline": ["x", {}, {"procesor": "y"}, {"processor": 3}, {"processor": ""}], "drivers": {}}
                                                                                                     ^~
      6 errors"
    `);
    expect(findings(read('{"pipeline": []}'))).toMatchInlineSnapshot(`
      "pipeline.json:1:2: error MILLRACE_CONFIG_MISSING: "pipeline" has no stage
          {"pipeline": []}
           ^~~~~~~~~~
      1 error"
    `);
    expect(findings(read(""))).toMatchInlineSnapshot(`
      "pipeline.json:1:1: error MILLRACE_CONFIG_SYNTAX: the file is empty: a JSON value was expected
          
          ^
      1 error"
    `);
  });

  it("in its channels", () => {
    expect(
      findings(
        read(
          pipeline([
            '{"processor": "a"}',
            '{"processor": "b", "in": "x", "out": ["y flattenerchan extra", 3, ""]}',
            '{"processor": "c", "in": ["p eventchan", "q eventchan"], "out": ["r eventchan", "r eventchan"]}',
            '{"processor": "d", "in": "r flattenerchan", "out": "nobody eventchan", "handler": 7, "Mode": 1, "mode": 2}',
            '{"processor": "e", "in": "rr eventchan"}',
          ]),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "pipeline.json:2:15: error MILLRACE_CONFIG_MISSING: the stage "a" has no "in"
          {"processor": "a"},
                        ^~~
        hint: name the channel that it reads: "in": "<identifier> <type>"
      pipeline.json:3:26: error MILLRACE_CONFIG_CHANNEL: the channel "x" of "b" has no type
          {"processor": "b", "in": "x", "out": ["y flattenerchan extra", 3, ""]},
                                   ^~~
        hint: write a channel as "<identifier> <type>", such as "flat flattenerchan"
      pipeline.json:3:39: error MILLRACE_CONFIG_CHANNEL: the channel "y flattenerchan extra" of "b" has more than an identifier and a type
          {"processor": "b", "in": "x", "out": ["y flattenerchan extra", 3, ""]},
                                                ^~~~~~~~~~~~~~~~~~~~~~~
        hint: write a channel as "<identifier> <type>", such as "flat flattenerchan"
      pipeline.json:3:64: error MILLRACE_CONFIG_SHAPE: "out" of "b" must be a channel, or a list of them
          {"processor": "b", "in": "x", "out": ["y flattenerchan extra", 3, ""]},
                                                                         ^
        hint: write a channel as "<identifier> <type>", such as "flat flattenerchan"
      pipeline.json:3:67: error MILLRACE_CONFIG_CHANNEL: the channel "" of "b" is empty
          {"processor": "b", "in": "x", "out": ["y flattenerchan extra", 3, ""]},
                                                                            ^~
        hint: write a channel as "<identifier> <type>", such as "flat flattenerchan"
      pipeline.json:4:20: error MILLRACE_CONFIG_CHANNEL: the stage "c" reads 2 channels, and can read one
          {"processor": "c", "in": ["p eventchan", "q eventchan"], "out": ["r eventchan", "r eventchan"]},
                             ^~~~
        hint: let the stages before it write to one channel: several may write to the same one
      pipeline.json:4:66: error MILLRACE_CONFIG_CHANNEL: the channel "r" is of the kind "event" here, and of the kind "flat" for "d"
          {"processor": "c", "in": ["p eventchan", "q eventchan"], "out": ["r eventchan", "r eventchan"]},
                                                                           ^~~~~~~~~~~~~
        hint: give a channel the same type wherever it stands
      pipeline.json:4:81: warning MILLRACE_CONFIG_NO_EFFECT: "c" lists the channel "r" twice, and writes to it once
          {"processor": "c", "in": ["p eventchan", "q eventchan"], "out": ["r eventchan", "r eventchan"]},
                                                                                          ^~~~~~~~~~~~~
      pipeline.json:5:83: error MILLRACE_CONFIG_SHAPE: "handler" of "d" must be a text that is not empty
          {"processor": "d", "in": "r flattenerchan", "out": "nobody eventchan", "handler": 7, "Mode": 1, "mode": 2},
                                                                                            ^
      pipeline.json:5:97: warning MILLRACE_CONFIG_DUPLICATE: "mode" and "Mode" are the same key, and the last one counts
          {"processor": "d", "in": "r flattenerchan", "out": "nobody eventchan", "handler": 7, "Mode": 1, "mode": 2},
                                                                                                          ^~~~~~
      8 errors, 2 warnings"
    `);
  });
});

describe("channels with a loose end", () => {
  it("are errors, where everything could be read", () => {
    expect(
      findings(read(pipeline([reader, '{"processor": "b", "in": "flta flattenerchan"}', '{"processor": "c", "in": "x flattnerchan"}']))),
    ).toMatchInlineSnapshot(`
      "pipeline.json:2:87: error MILLRACE_CONFIG_CHANNEL: "sysflowreader" writes to the channel "flat", and nothing reads it
          {"processor": "sysflowreader", "handler": "flattener", "in": "sf sysflowchan", "out": "flat flattenerchan"},
                                                                                                ^~~~~~~~~~~~~~~~~~~~
        hint: did you mean "flta"?
      pipeline.json:3:26: error MILLRACE_CONFIG_CHANNEL: "b" reads the channel "flta", and nothing writes to it
          {"processor": "b", "in": "flta flattenerchan"},
                                   ^~~~~~~~~~~~~~~~~~~~
        hint: did you mean "flat"?
      pipeline.json:4:26: error MILLRACE_CONFIG_CHANNEL: "c" reads the channel "x", and nothing writes to it
          {"processor": "c", "in": "x flattnerchan"}
                                   ^~~~~~~~~~~~~~~~
      pipeline.json:4:26: warning MILLRACE_CONFIG_CHANNEL: the channel type "flattnerchan" is not known, and is taken for a channel kind
          {"processor": "c", "in": "x flattnerchan"}
                                   ^~~~~~~~~~~~~~~~
        hint: did you mean "flattenerchan"?
      3 errors, 1 warning"
    `);
  });
});

sayLeftOut("the pipelines of the recorded SysFlow runs, and sf-processor's answers to bad ones");

describe.skipIf(shared === undefined)("recorded pipelines", () => {
  const folder = join(shared ?? "", "golden/sysflow");
  for (const name of shared === undefined ? [] : readdirSync(folder)) {
    it(name, () => {
      const result = readSysflow({ file: "pipeline.json", text: readFileSync(join(folder, name, "pipeline.json"), "utf8") });
      expect(findings(result)).toBe("");
      expect(result.spec?.edges.length).toBeGreaterThanOrEqual(3);
    });
  }

  const bad = shared === undefined ? [] : readFileSync(join(shared, "facts/sysflow-bad-input.md"), "utf8").split(/^## /m);
  const rejected = [
    "malformed JSON",
    "trailing comma",
    "config without pipeline",
    "pipeline of wrong type",
    "element without processor tag",
    'file driver in config without "out"',
  ];
  for (const name of rejected) {
    it(`rejected: ${name}`, () => {
      const text = /^config \/ input [^\n]*\n```\n([\s\S]*?)\n```/m.exec(bad.find((section) => section.startsWith(`${name}\n`)) ?? "")?.[1];
      expect(text).toBeDefined();
      expect(read(text as string).diagnostics.some(({ severity }) => severity === "error")).toBe(true);
    });
  }
});
