import { type DialectResult, readFlow, readFluentbit, readNative, readSysflow } from "@millrace/config";
import { formatDiagnostics } from "@millrace/text";
import { describe, expect, it } from "vitest";
import { builtinRegistry } from "../src/pipeline/builtins.ts";
import { checkPipeline } from "../src/pipeline/run-pipeline.ts";

/** What a user is told of the options that nobody has, in each way to write them. */
describe("an option that nobody has is shown where its key stands", () => {
  it("in the pipeline JSON of SysFlow, and a value that is wrong where the value stands", async () => {
    const text = `{"pipeline": [
  {"processor": "sysflowreader", "handler": "flattener", "in": "a sysflowchan", "out": "b flattenerchan", "Filter.Enabeld": "on", "filter.maxage": "long"},
  {"processor": "policyengine", "in": "b flattenerchan", "out": "c eventchan", "mode": "enrich"},
  {"processor": "exporter", "in": "c eventchan", "export": "null", "fromat": "json", "buffer": {"size": 1}}
]}`;
    expect(await told(readSysflow({ file: "pipeline.json", text }, { EXPORTER_FROMAT: "ecs", EXPORTER_FROMTA: "ecs" }))).toMatchInlineSnapshot(`
      "(environment):1:1: warning MILLRACE_PLAN_OPTION_UNKNOWN: processor "exporter" has no option "fromta"
          EXPORTER_FROMTA=ecs
          ^~~~~~~~~~~~~~~
        hint: did you mean "format"?
      pipeline.json:2:107: error MILLRACE_PLAN_OPTION_UNKNOWN: neither processor "sysflowreader" nor handler "flattener" has an option "Filter.Enabeld"
          …dler": "flattener", "in": "a sysflowchan", "out": "b flattenerchan", "Filter.Enabeld": "on", "filter.maxage": "long"},
                                                                                ^~~~~~~~~~~~~~~~
        hint: did you mean "filter.enabled"?
      pipeline.json:2:148: error MILLRACE_PLAN_OPTION: option "filter.maxage" of handler "flattener": a number of seconds, or a duration such as 10m or 1h30m
          …dler": "flattener", "in": "a sysflowchan", "out": "b flattenerchan", "Filter.Enabeld": "on", "filter.maxage": "long"},
                                                                                                                         ^~~~~~
      pipeline.json:4:68: error MILLRACE_PLAN_OPTION_UNKNOWN: processor "exporter" has no option "fromat"
            {"processor": "exporter", "in": "c eventchan", "export": "null", "fromat": "json", "buffer": {"size": 1}}
                                                                             ^~~~~~~~
        hint: did you mean "format"?
      pipeline.json:4:86: error MILLRACE_PLAN_OPTION: option "buffer" of processor "exporter": expected number, received object
            {"processor": "exporter", "in": "c eventchan", "export": "null", "fromat": "json", "buffer": {"size": 1}}
                                                                                               ^~~~~~~~
      4 errors, 1 warning"
    `);
  });

  it("in the YAML of Flow", async () => {
    const text = `actors:
  rcv:
    module: core.receiver
    params: { binde: "127.0.0.1:0", bind: "127.0.0.1:0" }
  out:
    module: core.sink
    params:
      bind: tcp://127.0.0.1:1
      bufsiez: 10
pipeline:
  rcv: { connect: out }
`;
    expect(await told(readFlow({ file: "flow.yml", text }, {}, { options: ["actors.out.params.bnid=x"] }))).toMatchInlineSnapshot(`
      "(command line):1:1: warning MILLRACE_PLAN_OPTION_UNKNOWN: link "core.sink" has no option "bnid"
          -o actors.out.params.bnid=x
          ^~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: did you mean "bind"?
      flow.yml:4:15: warning MILLRACE_PLAN_OPTION_UNKNOWN: link "core.receiver" has no option "binde"
              params: { binde: "127.0.0.1:0", bind: "127.0.0.1:0" }
                        ^~~~~
        hint: did you mean "bind"?
      flow.yml:4:43: error MILLRACE_PLAN_OPTION: option "bind" of link "core.receiver": unrecognised \`bind\` protocol: "127.0.0.1:0"; supported: tcp://, udp://, unix://, http://
              params: { binde: "127.0.0.1:0", bind: "127.0.0.1:0" }
                                                    ^~~~~~~~~~~~~
      flow.yml:8:13: error MILLRACE_PLAN_OPTION: option "bind" of link "core.sink": tcp:// is not supported yet; supported: file://
                bind: tcp://127.0.0.1:1
                      ^~~~~~~~~~~~~~~~~
      flow.yml:9:7: warning MILLRACE_PLAN_OPTION_UNKNOWN: link "core.sink" has no option "bufsiez"
                bufsiez: 10
                ^~~~~~~
        hint: the options are bind, max_retries, min_backoff, max_backoff
      2 errors, 3 warnings"
    `);
  });

  it("in the classic form of Fluent Bit", async () => {
    const text = `[INPUT]
    Name   dummy
    Rat    5
[OUTPUT]
    Name   stdout
    Match  *
    Formt  json
    Formt  msgpack
`;
    expect(await told(readFluentbit({ file: "fluent-bit.conf", text }))).toMatchInlineSnapshot(`
      "fluent-bit.conf:3:5: error MILLRACE_PLAN_OPTION_UNKNOWN: input "dummy" has no option "rat"
              Rat    5
              ^~~
        hint: did you mean "rate"?
      fluent-bit.conf:7:5: error MILLRACE_PLAN_OPTION_UNKNOWN: output "stdout" has no option "formt"
              Formt  json
              ^~~~~
        hint: did you mean "format"?
      2 errors"
    `);
  });

  it("in the YAML form of Fluent Bit", async () => {
    const text = `pipeline:
  inputs:
    - name: dummy
      rat: 5
  outputs:
    - { name: stdout, match: "*", formt: json }
`;
    expect(await told(readFluentbit({ file: "fluent-bit.yaml", text }))).toMatchInlineSnapshot(`
      "fluent-bit.yaml:4:7: error MILLRACE_PLAN_OPTION_UNKNOWN: input "dummy" has no option "rat"
                rat: 5
                ^~~
        hint: did you mean "rate"?
      fluent-bit.yaml:6:35: error MILLRACE_PLAN_OPTION_UNKNOWN: output "stdout" has no option "formt"
              - { name: stdout, match: "*", formt: json }
                                            ^~~~~
        hint: did you mean "format"?
      2 errors"
    `);
  });

  it("on the command line of Fluent Bit", async () => {
    const sections = [
      {
        kind: "input" as const,
        properties: [
          ["name", "dummy"],
          ["rat", "5"],
        ] as const,
      },
      {
        kind: "output" as const,
        properties: [
          ["name", "stdout"],
          ["match", "*"],
          ["format", "jsn"],
        ] as const,
      },
    ];
    expect(await told(readFluentbit(undefined, {}, { sections }))).toMatchInlineSnapshot(`
      "(command line):1:4: error MILLRACE_PLAN_OPTION_UNKNOWN: input "dummy" has no option "rat"
          -p rat=5
             ^~~
        hint: did you mean "rate"?
      1 error"
    `);
  });

  it("in millrace.yaml, in a node and in a plugin of a slot", async () => {
    const text = `nodes:
  read:
    plugin: driver/file
    options: { path: x.sf, on-corupt: stop }
  flatten:
    plugin: processor/sysflowreader
    handler: { plugin: flattener, options: { filter.enabeld: true, filter.maxage: -1 } }
    from: read
  judge: { plugin: processor/policyengine, options: { mode: enrich }, from: flatten }
  out:
    plugin: processor/exporter
    options:
      export: "null"
      bufer: 10
    from: judge
`;
    const registry = builtinRegistry();
    expect(await told(readNative({ file: "millrace.yaml", text }, {}, { kinds: (plugin) => registry.kindsOf(plugin) }))).toMatchInlineSnapshot(`
      "millrace.yaml:4:28: error MILLRACE_PLAN_OPTION_UNKNOWN: driver "file" has no option "on-corupt"
              options: { path: x.sf, on-corupt: stop }
                                     ^~~~~~~~~
        hint: did you mean "on-corrupt"?
      millrace.yaml:7:46: error MILLRACE_PLAN_OPTION_UNKNOWN: handler "flattener" has no option "filter.enabeld"
              handler: { plugin: flattener, options: { filter.enabeld: true, filter.maxage: -1 } }
                                                       ^~~~~~~~~~~~~~
        hint: did you mean "filter.enabled"?
      millrace.yaml:7:83: error MILLRACE_PLAN_OPTION: option "filter.maxage" of handler "flattener": Too small: expected number to be >=0
              handler: { plugin: flattener, options: { filter.enabeld: true, filter.maxage: -1 } }
                                                                                            ^~
      millrace.yaml:14:7: error MILLRACE_PLAN_OPTION_UNKNOWN: processor "exporter" has no option "bufer"
                bufer: 10
                ^~~~~
        hint: did you mean "buffer"?
      4 errors"
    `);
  });
});

async function told(parsed: DialectResult): Promise<string> {
  return formatDiagnostics((await checkPipeline(parsed, builtinRegistry())).diagnostics);
}
