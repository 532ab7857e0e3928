import { describe, expect, it } from "vitest";
import { readFluentbit } from "../src/index.ts";
import { fakeFiles } from "./support/files.ts";
import { arrows, findings, ids, node, plugins } from "./support/show.ts";

function read(text: string, files: Record<string, string> = {}, environment: Record<string, string> = {}): ReturnType<typeof readFluentbit> {
  return readFluentbit({ file: "fluent-bit.yaml", text }, environment, { files: fakeFiles(files) });
}

const full = `
env:
  app: one
  secret: file://secret.txt
SERVICE:
  flush: 2
  logLevel: debug
  http_server: on
plugins: [./my.mjs]
parsers:
  - {name: p, format: json}
multiline_parsers:
  - name: m
    type: regex
    rules:
      - {state: start_state, regex: '/^a/', next_state: cont}
stream_processor:
  - {name: s, exec: "SELECT \${app}"}
upstream_servers:
  - {name: u, nodes: [{name: n1, host: h, port: 1}]}
pipeline:
  customs:
    - {name: calyptia}
  inputs:
    - name: dummy
      tag: \${app}.\${secret}
      memBufLimit: 1K
      processors:
        logs:
          - {name: content_modifier, action: upsert, key: k, value: "\${app}"}
  filters:
    - name: modify
      match: '*'
      add: [a 1, b 2]
  outputs:
    - {name: stdout, match: 007}
`;

describe("the YAML form", () => {
  it("makes the same graph as the classic form", () => {
    const result = read(full, { "secret.txt": "hush\n", "./my.mjs": "" });
    expect(findings(result)).toBe("");
    expect(ids(result.spec)).toEqual(["dummy.0", "modify.0", "chunks", "stdout.0"]);
    expect(arrows(result).at(-1)).toBe('chunks → stdout.0 {"match":"007"}');
    expect(node(result, "dummy.0")).toMatchObject({
      options: {},
      instance: { tag: "one.hush", mem_buf_limit: 1000, processors: { logs: [{ name: "content_modifier", action: "upsert", key: "k", value: "one" }] } },
    });
    expect(node(result, "modify.0")).toMatchObject({ options: { add: ["a 1", "b 2"] } });
    expect(plugins(result)).toEqual([{ from: "file", path: "./my.mjs" }]);
    expect(result.spec?.service).toEqual({
      flush: 2,
      graceMs: 5000,
      log_level: "debug",
      http_server: true,
      parsers: [{ name: "p", format: "json" }],
      multiline_parsers: [{ name: "m", type: "regex", rules: [{ state: "start_state", regex: "/^a/", next_state: "cont" }] }],
      stream_processor: [{ name: "s", exec: "SELECT one" }],
      upstream_servers: [{ name: "u", nodes: [{ name: "n1", host: "h", port: "1" }] }],
      customs: [{ name: "calyptia" }],
    });
  });

  it("appends pipelines and documents", () => {
    const pipeline = "pipeline: {inputs: [{name: dummy}]}\n";
    expect(ids(read(`${pipeline}${pipeline}---\n${pipeline}`).spec)).toEqual(["dummy.0", "dummy.1", "dummy.2", "chunks"]);
  });

  it("includes other files from the folder of the file that names them", () => {
    const files = { "sub/a.yml": "includes: ['*.part']\n", "sub/b.part": "pipeline: {outputs: [{name: 'null', match: '*'}]}\n" };
    const result = read("includes: [sub/a.yml]\npipeline: {inputs: [{name: dummy}]}\n", files);
    expect(findings(result)).toBe("");
    expect(ids(result.spec)).toEqual(["dummy.0", "chunks", "null.0"]);
  });

  it("says what is wrong", () => {
    const files = { "self.yaml": "includes: [self.yaml]\n", "classic.conf": "\n[INPUT]\n  Name x\n", "list.yaml": "- a\n" };
    expect(
      findings(
        read(
          `
foo: 1
bar: {a: b}
serivce: {flush: 1}
service: {flush: 1, storage: {path: x}, parsers_file: null}
service: {}
includes: [self.yaml, classic.conf, none.yaml, "no*.yaml", list.yaml, {a: b}]
env: [{name: a}, b]
plugins: none.mjs
pipeline:
  sinks: []
  inputs:
    - tag: x
    - name: dummy
      dummy: {a: 1}
      tag:
      processors: {logs: {}, log: [{}, {nme: x}], traces: [x]}
    - dummy
  filters: {name: grep}
  outputs:
    - &a {name: stdout, match: '*'}
    - *a
`,
          files,
        ),
      ),
    ).toMatchInlineSnapshot(`
  "fluent-bit.yaml:2:1: error MILLRACE_CONFIG_UNKNOWN: "foo" is not known here, and no map
      foo: 1
      ^~~
  fluent-bit.yaml:3:1: warning MILLRACE_CONFIG_NO_EFFECT: "bar" is not known, and has no effect
      bar: {a: b}
      ^~~
  fluent-bit.yaml:4:1: warning MILLRACE_CONFIG_NO_EFFECT: "serivce" is not known, and has no effect
      serivce: {flush: 1}
      ^~~~~~~
    hint: did you mean "service"?
  fluent-bit.yaml:5:30: error MILLRACE_CONFIG_SHAPE: unsupported nested service property "storage"
      service: {flush: 1, storage: {path: x}, parsers_file: null}
                                   ^~~~~~~~~
    hint: write "storage.…: value"
  fluent-bit.yaml:5:41: error MILLRACE_CONFIG_SHAPE: "parsers_file" has no value
      service: {flush: 1, storage: {path: x}, parsers_file: null}
                                              ^~~~~~~~~~~~
    hint: give it a value, or take it out
  fluent-bit.yaml:6:1: error MILLRACE_CONFIG_DUPLICATE: duplicated definition of "service"
      service: {}
      ^~~~~~~
  fluent-bit.yaml:7:23: error MILLRACE_CONFIG_SYNTAX: "classic.conf" is in the classic form, and can't be included here
      includes: [self.yaml, classic.conf, none.yaml, "no*.yaml", list.yaml, {a: b}]
                            ^~~~~~~~~~~~
    hint: include it from a classic file, or write it as YAML
  fluent-bit.yaml:7:37: error MILLRACE_CONFIG_FILE: the included file "none.yaml" does not exist
      includes: [self.yaml, classic.conf, none.yaml, "no*.yaml", list.yaml, {a: b}]
                                          ^~~~~~~~~
  fluent-bit.yaml:7:48: error MILLRACE_CONFIG_FILE: no file matches "no*.yaml"
      includes: [self.yaml, classic.conf, none.yaml, "no*.yaml", list.yaml, {a: b}]
                                                     ^~~~~~~~~~
  fluent-bit.yaml:7:71: error MILLRACE_CONFIG_SHAPE: an element of "includes" must be a path, and is a map
      includes: [self.yaml, classic.conf, none.yaml, "no*.yaml", list.yaml, {a: b}]
                                                                            ^~~~~~
  fluent-bit.yaml:8:7: error MILLRACE_CONFIG_SHAPE: an element of "env" has a "name", and a "value" or a "uri"
      env: [{name: a}, b]
            ^~~~~~~~~
  fluent-bit.yaml:8:18: error MILLRACE_CONFIG_SHAPE: an element of env must be a map, and is a text
      env: [{name: a}, b]
                       ^
  fluent-bit.yaml:9:10: error MILLRACE_CONFIG_SHAPE: "plugins" must be a list of paths, and is a text
      plugins: none.mjs
               ^~~~~~~~
  fluent-bit.yaml:11:3: error MILLRACE_CONFIG_UNKNOWN: the pipeline component "sinks" is not valid
        sinks: []
        ^~~~~
    hint: try one of these values: customs, inputs, filters or outputs
  fluent-bit.yaml:13:7: error MILLRACE_CONFIG_MISSING: section "input" is missing the "name" property
          - tag: x
            ^~~~~~
    hint: name its plugin: Name …
  fluent-bit.yaml:15:7: error MILLRACE_CONFIG_SHAPE: could not configure property "dummy": it can't be a map
            dummy: {a: 1}
            ^~~~~
  fluent-bit.yaml:16:7: error MILLRACE_CONFIG_SHAPE: "tag" has no value
            tag:
            ^~~
    hint: give it a value, or take it out
  fluent-bit.yaml:17:26: error MILLRACE_CONFIG_SHAPE: "logs" must be a list, and is a map
            processors: {logs: {}, log: [{}, {nme: x}], traces: [x]}
                               ^~
  fluent-bit.yaml:17:30: warning MILLRACE_CONFIG_NO_EFFECT: "log" is no kind of signal
            processors: {logs: {}, log: [{}, {nme: x}], traces: [x]}
                                   ^~~
    hint: did you mean "logs"?
  fluent-bit.yaml:17:36: error MILLRACE_CONFIG_SHAPE: a processor has no "name"
            processors: {logs: {}, log: [{}, {nme: x}], traces: [x]}
                                         ^~
  fluent-bit.yaml:17:40: error MILLRACE_CONFIG_SHAPE: a processor has no "name"
            processors: {logs: {}, log: [{}, {nme: x}], traces: [x]}
                                             ^~~~~~~~
  fluent-bit.yaml:17:60: error MILLRACE_CONFIG_SHAPE: a processor must be a map, and is a text
            processors: {logs: {}, log: [{}, {nme: x}], traces: [x]}
                                                                 ^
  fluent-bit.yaml:18:7: error MILLRACE_CONFIG_SHAPE: an element of "inputs" must be a map, and is a text
          - dummy
            ^~~~~
  fluent-bit.yaml:19:12: error MILLRACE_CONFIG_SHAPE: "filters" must be a list, and is a map
        filters: {name: grep}
                 ^~~~~~~~~~~~
  fluent-bit.yaml:22:7: error MILLRACE_CONFIG_SYNTAX: an alias (*a) can't stand here
          - *a
            ^~
    hint: write out what it stands for
  list.yaml:1:1: error MILLRACE_CONFIG_SHAPE: a configuration is a map, and this is a list
      - a
      ^~~
  self.yaml:1:12: error MILLRACE_CONFIG_DUPLICATE: "self.yaml" includes itself
      includes: [self.yaml]
                 ^~~~~~~~~
  24 errors, 3 warnings"
`);
    expect(findings(read("pipeline:\n\tinputs:\n"))).toMatchInlineSnapshot(`
      "fluent-bit.yaml:2:1: error MILLRACE_CONFIG_SYNTAX: tabs are not allowed as indentation
          	inputs:
          ^
      1 error"
    `);
    expect(findings(read("pipeline:\n  filters:\n    - {name: grep, match: a, processors: {}}\n"))).toMatchInlineSnapshot(`
      "fluent-bit.yaml:3:30: warning MILLRACE_CONFIG_NO_EFFECT: a filter does not support "processors"
              - {name: grep, match: a, processors: {}}
                                       ^~~~~~~~~~
      1 warning"
    `);
    expect(findings(read("env: {a: file://none}\n"))).toMatchInlineSnapshot(`
      "fluent-bit.yaml:1:10: error MILLRACE_CONFIG_FILE: the file of the variable "a" does not exist
          env: {a: file://none}
                   ^~~~~~~~~~~
      1 error"
    `);
  });
});
