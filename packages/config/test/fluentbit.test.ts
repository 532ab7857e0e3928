import { describe, expect, it } from "vitest";
import { readFluentbit } from "../src/index.ts";
import { fakeFiles } from "./support/files.ts";
import { arrows, findings, ids, node, plugins } from "./support/show.ts";

function read(text: string, files: Record<string, string> = {}, environment: Record<string, string> = {}, parameters = {}): ReturnType<typeof readFluentbit> {
  return readFluentbit({ file: "fluent-bit.conf", text }, environment, { files: fakeFiles(files), ...parameters });
}

/** A configuration that works, with more in front. */
function working(more: string): string {
  return `${more}\n[INPUT]\n    Name dummy\n[OUTPUT]\n    Name stdout\n    Match *\n`;
}

const full = `# a comment
@SET tag=app.one
[SERVICE]
    Flush        0.5
    Grace        3
    Log_Level    Debug
    HTTP_Server  On
    HTTP_Port    2021
    storage.max_chunks_up 64
    scheduler.base 1
[INPUT]
    Name   dummy
    Tag    \${tag}
    Dummy  {"a": "b # no comment"}
    Mem_Buf_Limit 5M
[INPUT]
    Name   Random
    Alias  dice
    Threaded on
[FILTER]
    Name   grep
    Match  app.*
    Regex  log error
    Regex  log warn
[FILTER]
    Name   stdout
    Match_Regex ^a
[OUTPUT]
    Name   stdout
    Match  *
    Match_Regex ^z
    Retry_Limit No_Limits
    Workers 2
    Host   h
`;

describe("the graph", () => {
  it("leads every input through all filters into chunks, and from there to the outputs", () => {
    const result = read(full);
    expect(findings(result)).toBe("");
    expect(ids(result.spec)).toEqual(["dummy.0", "random.1", "grep.0", "stdout.1", "chunks", "stdout.0"]);
    expect(arrows(result)).toEqual([
      "dummy.0 → grep.0",
      "random.1 → grep.0",
      "grep.0 → stdout.1",
      "stdout.1 → chunks",
      'chunks → stdout.0 {"match":"*","regex":"^z"}',
    ]);
  });

  it("divides keys between the host and the plugin", () => {
    const result = read(full);
    const style = { caseless: true, textual: true, unknown: "error" };
    expect(node(result, "dummy.0")).toEqual({
      id: "dummy.0",
      plugin: "dummy",
      kind: "input",
      options: { dummy: '{"a": "b # no comment"}' },
      instance: { tag: "app.one", name: "dummy.0", mem_buf_limit: 5e6 },
      style,
    });
    expect(node(result, "random.1")).toMatchObject({ options: {}, instance: { tag: "random.1", name: "random.1", alias: "dice", threaded: true } });
    expect(node(result, "grep.0")).toMatchObject({ kind: "filter", options: { regex: ["log error", "log warn"] }, instance: { match: "app.*" } });
    expect(node(result, "stdout.1")).toMatchObject({ kind: "filter", instance: { match_regex: "^a" } });
    expect(node(result, "stdout.0")).toMatchObject({ kind: "output", options: { host: "h" }, instance: { retry_limit: "no_limits", workers: 2 } });
    expect(node(result, "chunks")).toEqual({ id: "chunks", plugin: "chunk", kind: "node", options: { flush: 0.5 }, optionalInput: true });
    expect(result.spec?.service).toEqual({
      flush: 0.5,
      grace: 3,
      graceMs: 3000,
      log_level: "debug",
      http_server: true,
      http_port: 2021,
      "storage.max_chunks_up": 64,
      "scheduler.base": 1,
    });
  });

  it("gives an id of its own to what shares a name", () => {
    expect(ids(read("[INPUT]\n  Name http\n[FILTER]\n  Name http\n  Match *\n[OUTPUT]\n  Name http\n").spec)).toEqual([
      "http.0",
      "filter:http.0",
      "chunks",
      "output:http.0",
    ]);
  });

  it("routes everything from the only input to the only output, and else nothing without a match", () => {
    expect(arrows(read("[INPUT]\n  Name dummy\n[OUTPUT]\n  Name stdout\n"))).toContain('chunks → stdout.0 {"match":"*"}');
    const result = read("[INPUT]\n  Name dummy\n[INPUT]\n  Name dummy\n[OUTPUT]\n  Name stdout\n");
    expect(arrows(result)).toContain("chunks → stdout.0 {}");
    expect(findings(result)).toMatchInlineSnapshot(`
      "fluent-bit.conf:5:1: warning MILLRACE_CONFIG_NO_EFFECT: NO match for stdout.0 output instance: nothing is routed to it
          [OUTPUT]
          ^~~~~~~~
        hint: say which tags it takes: Match *
      1 warning"
    `);
  });

  it("may be empty, or have one end only", () => {
    expect(read("").spec).toMatchObject({ nodes: [], edges: [], service: { flush: 1, graceMs: 5000 } });
    expect(arrows(read("[INPUT]\n Name dummy\n"))).toEqual(["dummy.0 → chunks"]);
    expect(arrows(read("[OUTPUT]\n Name null\n Match *\n"))).toEqual(['chunks → null.0 {"match":"*"}']);
  });

  it("waits for as long as it takes, with a negative grace", () => {
    expect(read("[SERVICE]\n  Grace -1\n").spec?.service).toMatchObject({ graceMs: -1 });
  });
});

describe("the classic form", () => {
  it("bears CRLF, a byte order mark, tabs behind keys, and no line end at the end", () => {
    const result = read("\uFEFF[INPUT]\r\n    Name\tdummy\r\n    Tag\t \tx y  \r\n\r\n[OUTPUT]\r\n    Name stdout\r\n    Match *");
    expect(findings(result)).toBe("");
    expect(node(result, "dummy.0")).toMatchObject({ instance: { tag: "x y" } });
  });

  it("has one indentation for a whole file", () => {
    expect(findings(read("[INPUT]\n    Name dummy\n\tTag x\n  Rate 1\n      Copies 2\n        Samples 3\n   \n    \nSize 4\n"))).toMatchInlineSnapshot(`
      "fluent-bit.conf:3:1: error MILLRACE_CONFIG_SYNTAX: inconsistent use of tab and space
          	Tag x
          ^
        hint: every line of this file is indented as the first one: 4 spaces
      fluent-bit.conf:4:1: error MILLRACE_CONFIG_SYNTAX: indentation level is too low
            Rate 1
          ^~
        hint: every line of this file is indented as the first one: 4 spaces
      fluent-bit.conf:5:5: error MILLRACE_CONFIG_SYNTAX: extra indentation level found
                Copies 2
              ^~
        hint: every line of this file is indented as the first one: 4 spaces
      fluent-bit.conf:7:1: error MILLRACE_CONFIG_SYNTAX: indentation level is too low
          
          ^~~
        hint: take the blanks of this empty line out
      fluent-bit.conf:9:1: error MILLRACE_CONFIG_SYNTAX: indentation level is too low
          Size 4
          ^~~~~~
        hint: a key stands in a section, and is indented
      5 errors"
    `);
  });

  it("has groups in sections", () => {
    const result = read("[INPUT]\n  Name dummy\n  [GROUP] \n    a b\n    c d\n  Tag x\n");
    expect(findings(result)).toBe("");
    expect(node(result, "dummy.0")).toMatchObject({
      options: {},
      instance: {
        tag: "x",
        groups: [
          {
            name: "group",
            properties: [
              ["a", "b"],
              ["c", "d"],
            ],
          },
        ],
      },
    });
  });

  it("knows sections by the beginning of their name, and ignores others, with a warning", () => {
    expect(
      findings(
        read("[INP] and more\n  Name dummy\n[inputs]\n  Name dummy\n[ OUTPUT ]\n  Name stdout\n[OUTPTU]\n  Name stdout\n  Match *\n[SERVICE]\n@FOO bar\n"),
      ),
    ).toMatchInlineSnapshot(`
      "fluent-bit.conf:1:1: warning MILLRACE_CONFIG_NO_EFFECT: the section [INP] counts as [INPUT]
          [INP] and more
          ^~~~~
        hint: write its name in full
      fluent-bit.conf:5:1: warning MILLRACE_CONFIG_NO_EFFECT: the section [ OUTPUT ] is not known, and has no effect
          [ OUTPUT ]
          ^~~~~~~~~~
        hint: did you mean "OUTPUT"?
      fluent-bit.conf:7:1: warning MILLRACE_CONFIG_NO_EFFECT: the section [OUTPTU] is not known, and has no effect
          [OUTPTU]
          ^~~~~~~~
        hint: did you mean "OUTPUT"?
      fluent-bit.conf:10:1: warning MILLRACE_CONFIG_MISSING: the section is empty
          [SERVICE]
          ^~~~~~~~~
      fluent-bit.conf:11:1: warning MILLRACE_CONFIG_NO_EFFECT: @FOO is not known, and has no effect
          @FOO bar
          ^~~~
      5 warnings"
    `);
  });

  it("says where lines are wrong", () => {
    expect(findings(read("  a b\n[INPUT\n  Name dummy\n[OUTPUT]\n  Name\n  Tag \n  [GROUP]\n@SET x\n@INCLUDE\n@SET =y\n"))).toMatchInlineSnapshot(`
      "fluent-bit.conf:1:3: error MILLRACE_CONFIG_SYNTAX: "a" stands before any section
            a b
            ^
        hint: open a section first, such as [SERVICE]
      fluent-bit.conf:2:1: error MILLRACE_CONFIG_SYNTAX: bad header definition: "]" is missing
          [INPUT
          ^~~~~~
      fluent-bit.conf:5:3: error MILLRACE_CONFIG_SYNTAX: "Name" has an undefined value
            Name
            ^~~~
        hint: a key line is: KEY VALUE
      fluent-bit.conf:6:3: error MILLRACE_CONFIG_SYNTAX: "Tag" has an empty value
            Tag
            ^~~~
        hint: a key line is: KEY VALUE
      fluent-bit.conf:7:3: error MILLRACE_CONFIG_SYNTAX: undefined value: an indented header opens a group, and needs a space after it
            [GROUP]
            ^~~~~~~
        hint: a section starts in the first column
      fluent-bit.conf:8:1: error MILLRACE_CONFIG_SYNTAX: @SET needs key=value
          @SET x
          ^~~~~~
      fluent-bit.conf:9:1: error MILLRACE_CONFIG_SYNTAX: @INCLUDE needs a value after a space
          @INCLUDE
          ^~~~~~~~
      fluent-bit.conf:10:1: error MILLRACE_CONFIG_SYNTAX: @SET needs key=value
          @SET =y
          ^~~~~~~
      8 errors"
    `);
  });

  it("says what names and matches are missing, and which values mean nothing", () => {
    expect(
      findings(
        read(`[SERVICE]
  Flush 0
  Log_Level loud
  HTTP_Server maybe
  HTTP_Port x12
  Grace soon
  storage.backlog.mem_limit 5X
  Htp_Port 1
[INPUT]
  Tag one
[INPUT]
  Name dummy
  Tag one
  Tag two
  Name random
  storage.type disk
  Mem_Buf_Limit 10XB
  Threaded perhaps
  @INCLUDE more.conf
[FILTER]
  Name grep
[FILTER]
  Name grep
  Match_Regex ([a-z
[OUTPUT]
  Name stdout
  Match *
  Log_Level lout
  Retry_Limit banana
  Workers many
[PARSER]
  Name p
`),
      ),
    ).toMatchInlineSnapshot(`
      "fluent-bit.conf:2:9: error MILLRACE_CONFIG_VALUE: invalid flush value "0": a number of seconds above 0 is wanted
            Flush 0
                  ^
      fluent-bit.conf:3:13: error MILLRACE_CONFIG_VALUE: "loud" is no log level
            Log_Level loud
                      ^~~~
        hint: there are off, error, warn, info, debug, trace
      fluent-bit.conf:4:15: warning MILLRACE_CONFIG_VALUE: "maybe" is not true or false: "http_server" is false
            HTTP_Server maybe
                        ^~~~~
      fluent-bit.conf:5:13: warning MILLRACE_CONFIG_VALUE: "x12" is not a whole number: "http_port" is 0
            HTTP_Port x12
                      ^~~
      fluent-bit.conf:6:9: warning MILLRACE_CONFIG_VALUE: "soon" is not a number of seconds: "grace" is 0
            Grace soon
                  ^~~~
      fluent-bit.conf:7:29: error MILLRACE_CONFIG_VALUE: "5X" is not a size, such as 5M
            storage.backlog.mem_limit 5X
                                      ^~
      fluent-bit.conf:8:3: warning MILLRACE_CONFIG_NO_EFFECT: the service has no property "htp_port": it has no effect
            Htp_Port 1
            ^~~~~~~~
        hint: did you mean "http_port"?
      fluent-bit.conf:9:1: error MILLRACE_CONFIG_MISSING: section "input" is missing the "name" property
          [INPUT]
          ^~~~~~~
        hint: name its plugin: Name …
      fluent-bit.conf:14:7: warning MILLRACE_CONFIG_DUPLICATE: property "tag" is already specified with value "one": overwriting with "two"
            Tag two
                ^~~
      fluent-bit.conf:15:8: warning MILLRACE_CONFIG_DUPLICATE: the name is already "dummy", and stays so
            Name random
                 ^~~~~~
      fluent-bit.conf:16:16: error MILLRACE_CONFIG_VALUE: could not configure property "storage.type": "disk" means nothing
            storage.type disk
                         ^~~~
        hint: wanted: memory, filesystem, memrb
      fluent-bit.conf:17:17: error MILLRACE_CONFIG_VALUE: could not configure property "mem_buf_limit": "10XB" means nothing
            Mem_Buf_Limit 10XB
                          ^~~~
        hint: wanted: a size, such as 5M
      fluent-bit.conf:18:12: warning MILLRACE_CONFIG_NO_EFFECT: invalid threaded "perhaps": it is not true or false, and counts as false
            Threaded perhaps
                     ^~~~~~~
      fluent-bit.conf:19:3: warning MILLRACE_CONFIG_NO_EFFECT: an indented @INCLUDE is a key like any other
            @INCLUDE more.conf
            ^~~~~~~~
        hint: let it start in the first column
      fluent-bit.conf:20:1: error MILLRACE_CONFIG_MISSING: NO match rule for grep.0 filter instance
          [FILTER]
          ^~~~~~~~
        hint: say which tags it sees: Match *
      fluent-bit.conf:24:15: error MILLRACE_CONFIG_VALUE: bad regular expression "([a-z"
            Match_Regex ([a-z
                        ^~~~~
        cause: Invalid regular expression: /([a-z/y: Unterminated character class
      fluent-bit.conf:28:13: error MILLRACE_CONFIG_VALUE: could not configure property "log_level": "lout" means nothing
            Log_Level lout
                      ^~~~
        hint: wanted: off, error, warn, info, debug, trace
      fluent-bit.conf:29:15: warning MILLRACE_CONFIG_NO_EFFECT: invalid retry_limit "banana": it is not a whole number or one of no_limits, false, off, no_retries, and counts as 1
            Retry_Limit banana
                        ^~~~~~
      fluent-bit.conf:30:11: warning MILLRACE_CONFIG_NO_EFFECT: invalid workers "many": it is not a whole number, and counts as 0
            Workers many
                    ^~~~
      fluent-bit.conf:31:1: error MILLRACE_CONFIG_SYNTAX: a parser section is not valid in the main configuration file
          [PARSER]
          ^~~~~~~~
        hint: it belongs to a file that Parsers_File of [SERVICE] names
      fluent-bit.conf:31:1: error MILLRACE_CONFIG_MISSING: the parser "p" has no "format"
          [PARSER]
          ^~~~~~~~
        hint: there are json, regex, ltsv, logfmt
      11 errors, 10 warnings"
    `);
  });
});

describe("variables", () => {
  it("come from @SET, wherever it stands, else from the environment, else from their default", () => {
    const result = read("[INPUT]\n  Name ${plugin}\n  Tag ${HOST}.${NONE:-x:-y}.${}{\n@SET plugin=dummy\n@SET HOST=own\n", {}, { HOST: "env", plugin: "no" });
    expect(node(result, "dummy.0")).toMatchObject({ instance: { tag: "own.x:-y.{" } });
    expect(findings(result)).toMatchInlineSnapshot(`
      "fluent-bit.conf:3:29: warning MILLRACE_CONFIG_ENVIRONMENT: the variable \${} is used but not set
            Tag \${HOST}.\${NONE:-x:-y}.\${}{
                                      ^~~
        hint: set it, or give a default: \${:-…}
      1 warning"
    `);
  });

  it("are nothing where they are not set: then a key of the host is not set either", () => {
    const result = read("[INPUT]\n  Name dummy\n  Tag ${NONE}\n  Dummy ${NONE}\n");
    expect(node(result, "dummy.0")).toMatchObject({ options: { dummy: "" }, instance: { tag: "dummy.0" } });
  });

  it("the log level of the environment wins", () => {
    expect(read("[SERVICE]\n  Log_Level info\n", {}, { FLB_LOG_LEVEL: "trace" }).spec?.service).toMatchObject({ log_level: "trace" });
    expect(findings(read("", {}, { FLB_LOG_LEVEL: "trce" }))).toMatchInlineSnapshot(`
      "(environment):1:1: error MILLRACE_CONFIG_VALUE: "trce" is no log level
          FLB_LOG_LEVEL=trce
          ^~~~~~~~~~~~~
        hint: did you mean "trace"?
      1 error"
    `);
  });
});

describe("other files", () => {
  it("are included from the folder of the main file, each with an indentation of its own", () => {
    const files = {
      "etc/in/a.conf": "[INPUT]\n\tName dummy\n@INCLUDE in/sub/c.inc\n",
      "etc/in/b.conf": "[INPUT]\n Name random\n",
      "etc/in/sub/c.inc": "[OUTPUT]\n Name null\n Match *\n",
    };
    const result = readFluentbit({ file: "etc/fluent-bit.conf", text: "@INCLUDE in/*.conf\n" }, {}, { files: fakeFiles(files) });
    expect(findings(result)).toBe("");
    expect(ids(result.spec)).toEqual(["dummy.0", "random.1", "chunks", "null.0"]);
  });

  it("that are missing, match nothing, or are read twice are errors", () => {
    const files = { "loop.conf": "@INCLUDE fluent-bit.conf\n" };
    expect(
      findings(
        read(
          working(
            "@INCLUDE none.conf\n@include none*.conf\n@INCLUDE loop.conf\n@INCLUDE loop.conf\n[SERVICE]\n    Parsers_File none.conf\n    Plugins_File none.conf\n    Parsers_File",
          ),
          files,
        ),
      ),
    ).toMatchInlineSnapshot(`
      "fluent-bit.conf:1:1: error MILLRACE_CONFIG_FILE: the included file "none.conf" does not exist
          @INCLUDE none.conf
          ^~~~~~~~~~~~~~~~~~
      fluent-bit.conf:2:1: error MILLRACE_CONFIG_FILE: no file matches "none*.conf"
          @include none*.conf
          ^~~~~~~~~~~~~~~~~~~
      fluent-bit.conf:4:1: error MILLRACE_CONFIG_DUPLICATE: "loop.conf" is read twice
          @INCLUDE loop.conf
          ^~~~~~~~~~~~~~~~~~
        hint: a file may be included once, and not by itself
      fluent-bit.conf:6:18: error MILLRACE_CONFIG_FILE: the file "none.conf" (parsers_file) does not exist
              Parsers_File none.conf
                           ^~~~~~~~~
      fluent-bit.conf:7:18: error MILLRACE_CONFIG_FILE: the file "none.conf" (plugins_file) does not exist
              Plugins_File none.conf
                           ^~~~~~~~~
      fluent-bit.conf:8:5: error MILLRACE_CONFIG_SYNTAX: "Parsers_File" has an undefined value
              Parsers_File
              ^~~~~~~~~~~~
        hint: a key line is: KEY VALUE
      loop.conf:1:1: error MILLRACE_CONFIG_DUPLICATE: "fluent-bit.conf" is read twice
          @INCLUDE fluent-bit.conf
          ^~~~~~~~~~~~~~~~~~~~~~~~
        hint: a file may be included once, and not by itself
      7 errors"
    `);
  });

  it("that can't be read are errors with their cause", () => {
    const files = {
      readFile: () => {
        throw new Error("permission denied");
      },
      glob: () => [],
    };
    expect(findings(readFluentbit({ file: "x.conf", text: "@INCLUDE a.conf\n" }, {}, { files }))).toMatchInlineSnapshot(`
      "x.conf:1:1: error MILLRACE_CONFIG_FILE: the included file "a.conf" can't be read
          @INCLUDE a.conf
          ^~~~~~~~~~~~~~~
        cause: permission denied
      1 error"
    `);
  });

  it("hold parsers and plugins", () => {
    const files = {
      "parsers.conf":
        '[PARSER]\n  Name p1\n  Format json\n[PARSER]\n  Name p2\n  Format regex\n  Regex ^(?<a>.*)$\n[MULTILINE_PARSER]\n  Name m\n  Type regex\n  Rule "start_state" "/a/" "cont"\n  Rule "cont" "/b/" "cont"\n',
      "plugins.conf": "[PLUGINS]\n  Path ./in.mjs\n  Path ${DIR}/out.mjs\n",
      "./in.mjs": "",
      "d/out.mjs": "",
      "cmd.mjs": "",
    };
    const result = read(working("[SERVICE]\n    Parsers_File parsers.conf\n    Plugins_File plugins.conf"), files, { DIR: "d" }, { plugins: ["cmd.mjs"] });
    expect(findings(result)).toBe("");
    expect(plugins(result)).toEqual([
      { from: "file", path: "./in.mjs" },
      { from: "file", path: "d/out.mjs" },
      { from: "file", path: "cmd.mjs" },
    ]);
    expect(result.spec?.service).toMatchObject({
      parsers: [
        { name: "p1", format: "json" },
        { name: "p2", format: "regex", regex: "^(?<a>.*)$" },
      ],
      multiline_parsers: [{ name: "m", type: "regex", rule: ['"start_state" "/a/" "cont"', '"cont" "/b/" "cont"'] }],
    });
  });

  it("are checked too", () => {
    const files = {
      "p.conf": "[PARSER]\n  Format jsn\n[PARSER]\n  Name x\n[PARSER]\n  Name y\n  Format regex\n[MULTILINE_PARSER]\n  Type rgex\n[INPUT]\n  Name dummy\n",
    };
    expect(findings(read(working("[SERVICE]\n    Parsers_File p.conf\n[PLUGINS]\n    Path none.mjs\n    Pth x"), files))).toMatchInlineSnapshot(`
      "fluent-bit.conf:4:10: error MILLRACE_CONFIG_FILE: error opening plugin "none.mjs": there is no such file
              Path none.mjs
                   ^~~~~~~~
      fluent-bit.conf:5:9: warning MILLRACE_CONFIG_NO_EFFECT: a plugins section has no property "pth": it has no effect
              Pth x
                  ^
        hint: did you mean "path"?
      p.conf:1:1: error MILLRACE_CONFIG_MISSING: a parser has no "name"
          [PARSER]
          ^~~~~~~~
      p.conf:2:10: error MILLRACE_CONFIG_VALUE: the parser "?" has the invalid format "jsn"
            Format jsn
                   ^~~
        hint: did you mean "json"?
      p.conf:3:1: error MILLRACE_CONFIG_MISSING: the parser "x" has no "format"
          [PARSER]
          ^~~~~~~~
        hint: there are json, regex, ltsv, logfmt
      p.conf:5:1: error MILLRACE_CONFIG_MISSING: the parser "y" has no "regex"
          [PARSER]
          ^~~~~~~~
      p.conf:8:1: error MILLRACE_CONFIG_MISSING: a multiline parser has no "name"
          [MULTILINE_PARSER]
          ^~~~~~~~~~~~~~~~~~
      p.conf:9:8: error MILLRACE_CONFIG_VALUE: the multiline parser "?" has the invalid type "rgex"
            Type rgex
                 ^~~~
        hint: did you mean "regex"?
      p.conf:10:1: warning MILLRACE_CONFIG_NO_EFFECT: the section [INPUT] has no effect in a file that "parsers_file" names
          [INPUT]
          ^~~~~~~
      7 errors, 2 warnings"
    `);
  });
});

describe("the command line", () => {
  it("makes sections like those of a file", () => {
    const result = readFluentbit(
      undefined,
      {},
      {
        sections: [
          { kind: "service", properties: [["flush", "2"]] },
          {
            kind: "input",
            properties: [
              ["name", "dummy"],
              ["tag", "t"],
              ["Rate", "x"],
              ["threaded", "eh"],
            ],
          },
          {
            kind: "output",
            properties: [
              ["name", "stdout"],
              ["match", "*"],
            ],
          },
        ],
      },
    );
    expect(node(result, "dummy.0")).toMatchObject({ options: { rate: "x" }, instance: { tag: "t" } });
    expect(arrows(result)).toEqual(["dummy.0 → chunks", 'chunks → stdout.0 {"match":"*"}']);
    expect(result.spec?.service).toMatchObject({ flush: 2 });
    expect(findings(result)).toMatchInlineSnapshot(`
      "(command line):1:1: warning MILLRACE_CONFIG_NO_EFFECT: invalid threaded "eh": it is not true or false, and counts as false
          -p threaded=eh
          ^~~~~~~~~~~~~~
      1 warning"
    `);
  });
});
