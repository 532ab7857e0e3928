import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Engine, interpret, loadPolicies } from "../src/index.ts";
import { flatRows } from "./support/records.ts";
import { holds, matches, type ProcessSketch, readSigma, sigmaRule } from "./support/sigma.ts";

const EXE = "sf.proc.exe";
const ARGS = "sf.proc.args";

describe("values", () => {
  test.each<[string, string, ProcessSketch, boolean]>([
    // Equality is of the whole text, in any case.
    [EXE, "/BIN/sh", { exe: "/bin/SH" }, true],
    [EXE, "/bin/s", { exe: "/bin/sh" }, false],
    [ARGS, "'a,b'", { args: "a,b" }, true],
    [ARGS, "a", { args: "a,b" }, false],
    [ARGS, "''", { args: "" }, true],
    [ARGS, "null", { args: "" }, true],
    [ARGS, "null", { args: "x" }, false],
    ["sf.proc.uid", "10", { uid: 10 }, true],
    ["sf.proc.uid", "'10'", { uid: 10 }, true],
    ["sf.proc.tty", "false", {}, true],
    // Wildcards, and what takes their meaning away.
    [EXE, "'*/sh'", { exe: "/bin/sh" }, true],
    [EXE, "'/bin/*'", { exe: "/bin/sh" }, true],
    [EXE, "'*bin*'", { exe: "/bin/sh" }, true],
    [EXE, "'/b?n/s?'", { exe: "/bin/sh" }, true],
    [EXE, "'/b?n/s??'", { exe: "/bin/sh" }, false],
    [EXE, "'/b*n*h'", { exe: "/bin/bash" }, true],
    [ARGS, "'a\\*b'", { args: "a*b" }, true],
    [ARGS, "'a\\*b'", { args: "axb" }, false],
    [ARGS, "'a\\\\*b'", { args: "a\\xxb" }, true],
    [ARGS, "'a\\?'", { args: "a?" }, true],
    [ARGS, "'c:\\dir'", { args: "C:\\dir" }, true],
    [ARGS, "'*'", { args: "" }, true],
  ])("%s: %s on %j is %j", (field, value, sketch, expected) => {
    expect(holds(field, value, sketch)).toBe(expected);
  });
});

describe("modifiers", () => {
  const b64 = (text: string): string => Buffer.from(text).toString("base64");
  test.each<[string, string, ProcessSketch, boolean]>([
    ["contains", "IN/S", { exe: "/bin/sh" }, true],
    ["contains", "'b*n'", { exe: "/bin/sh" }, true],
    ["startswith", "/BIN", { exe: "/bin/sh" }, true],
    ["startswith", "bin", { exe: "/bin/sh" }, false],
    ["endswith", "SH", { exe: "/bin/sh" }, true],
    ["contains|all", "[bin, sh]", { exe: "/bin/sh" }, true],
    ["contains|all", "[bin, zsh]", { exe: "/bin/sh" }, false],
    ["contains", "[zsh, sh]", { exe: "/bin/sh" }, true],
    ["cased", "/bin/SH", { exe: "/bin/sh" }, false],
    ["contains|cased", "bin", { exe: "/bin/sh" }, true],
    ["re", "'^/[a-z]+/s.$'", { exe: "/bin/sh" }, true],
    ["re", "BIN", { exe: "/bin/sh" }, false],
    ["re|i", "BIN", { exe: "/bin/sh" }, true],
    ["re|s", "'a.b'", { exe: "a\nb" }, true],
    ["re", "'a.b'", { exe: "a\nb" }, false],
    ["re|m", "'^b$'", { exe: "a\nb" }, true],
    ["re", "'^b$'", { exe: "a\nb" }, false],
    ["re", "'(a+)+$'", { exe: "aaaa" }, true],
    ["exists", "true", { exe: "/bin/sh" }, true],
    ["exists", "'no'", { exe: "/bin/sh" }, false],
    ["exists", "false", { exe: "" }, true],
    ["base64", "hello", { exe: b64("hello") }, true],
    ["base64|contains", "hello", { exe: `x ${b64("hello")} y` }, true],
    ["base64offset|contains", "hello world", { exe: b64("abhello world!") }, true],
    ["base64offset|contains", "hello world", { exe: b64("hello world") }, true],
    ["base64offset|contains", "hello world", { exe: b64("ahello world..") }, true],
    ["wide|base64offset|contains", "ping", { exe: Buffer.from("x ping y", "utf16le").toString("base64") }, true],
    ["utf16le|base64", "ping", { exe: Buffer.from("ping", "utf16le").toString("base64") }, true],
    ["utf16be|base64", "ping", { exe: Buffer.from("ping", "utf16le").swap16().toString("base64") }, true],
    ["utf16|base64", "ping", { exe: Buffer.from("\ufeffping", "utf16le").toString("base64") }, true],
    ["windash|contains", "' -f '", { exe: "cmd /f x" }, true],
    ["windash|contains", "' -f '", { exe: "cmd \u2013f x" }, true],
    ["windash|contains", "' -f '", { exe: "cmd -f x" }, true],
    ["windash|contains", "'a-f'", { exe: "a/f" }, false],
    ["fieldref", "sf.proc.user", { exe: "Root", user: "root" }, true],
    ["fieldref|cased", "sf.proc.user", { exe: "Root", user: "root" }, false],
    ["fieldref|endswith", "sf.proc.user", { exe: "/x/root", user: "root" }, true],
    ["fieldref", "sf.proc.user", { exe: "root", user: "dev" }, false],
  ])("|%s: %s on %j is %j", (modifiers, value, sketch, expected) => {
    expect(holds(`${EXE}|${modifiers}`, value, sketch)).toBe(expected);
  });

  test.each([
    ["lt", [true, false, false]],
    ["lte", [true, true, false]],
    ["gt", [false, false, true]],
    ["gte", [false, true, true]],
  ] as const)("|%s compares numbers", (modifier, expected) => {
    expect([9, 10, 11].map((uid) => holds(`sf.proc.uid|${modifier}`, "10", { uid }))).toEqual(expected);
    expect([9, 10, 11].map((uid) => holds(`sf.proc.uid|${modifier}`, "'10'", { uid }))).toEqual(expected);
  });

  test("|cidr takes networks, and addresses; those of version 6 hold no address of a record", () => {
    const on = (value: string): boolean | undefined => matches(sigmaRule(`s:\n  sf.net.sip|cidr: ${value}\ncondition: s`), {})[1];
    expect(["10.1.0.0/16", "10.2.0.0/16", "0.0.0.0/0", "10.1.2.3", "[10.2.0.0/16, '10.1.2.0/24']", "['fe80::/10', '10.0.0.0/8']", "'::1/128'"].map(on)).toEqual(
      [true, false, true, true, true, true, false],
    );
  });

  test("|expand puts in the values of a placeholder", () => {
    const mapping = { path: "c.yml", text: "fieldmappings: {}\nplaceholders:\n  admins: [alice, bob]\n  one: root\n" };
    expect(["alice", "bob", "eve"].map((user) => holds("sf.proc.user|expand", "'%admins%'", { user }, { mapping }))).toEqual([true, true, false]);
    expect(holds("sf.proc.user|expand|startswith", "'%one%-'", { user: "root-2" }, { mapping })).toBe(true);
    expect(readSigma(sigmaRule("s:\n  sf.proc.user|expand: '%nobody%'\ncondition: s"), { mapping }).findings).toContain(
      'there are no values for the placeholder "%nobody%"',
    );
  });
});

describe("searches and conditions", () => {
  const sh: ProcessSketch = { exe: "/bin/sh", args: "-c ls", user: "root" };
  const detection = (condition: string): string =>
    sigmaRule(
      `sel_a:\n  ${EXE}|endswith: sh\nsel_b:\n  ${ARGS}|contains: ls\nfilter_x:\n  sf.proc.user: dev\n_hidden:\n  ${EXE}: never\ncondition: ${condition}`,
    );
  test.each([
    ["sel_a and sel_b", true],
    ["sel_a AND NOT filter_x", true],
    ["sel_a and filter_x or sel_b", true],
    ["sel_a and (filter_x Or filter_x)", false],
    ["1 of sel_*", true],
    ["all of sel_*", true],
    ["1 of filter_*", false],
    ["any of sel*", true],
    ["ALL OF them", false],
    ["1 of THEM", true],
    ["not 1 of filter_* and all of sel_*", true],
    ["1 of *_b", true],
    ["1 of sel_a", true],
    ["not (sel_a and sel_b)", false],
  ])("%s is %j", (condition, expected) => {
    expect(matches(detection(condition), sh)[0]).toBe(expected);
  });

  test("a map is AND, a list of maps is OR, a list of texts are keywords", () => {
    const map = (text: string): boolean | undefined => matches(sigmaRule(`s:\n${text.replace(/^/gm, "  ")}\ncondition: s`), sh)[0];
    expect(map(`${EXE}|endswith: sh\n${ARGS}: nothing`)).toBe(false);
    expect(map(`- ${EXE}: nothing\n- ${ARGS}|startswith: -c`)).toBe(true);
    expect(map("- nothing\n- 'bin/S'")).toBe(true);
    expect(map("- nothing\n- 'b*h'")).toBe(true);
    expect(map("- nothing")).toBe(false);
    expect(map("'|all':\n  - bin\n  - root")).toBe(true);
    expect(map("'|all':\n  - bin\n  - nothing")).toBe(false);
    expect(map(`- ${EXE}: nothing\n- bin`)).toBe(true);
  });

  test("several conditions are several rules, several documents too", () => {
    const { ruleSet } = readSigma(
      `${sigmaRule(`a:\n  ${EXE}: x\nb:\n  ${EXE}: y\ncondition:\n  - a\n  - a or b`)}---\n${sigmaRule(`a:\n  ${EXE}: x\ncondition: a`)}`,
    );
    expect(ruleSet.rules).toHaveLength(3);
  });

  test("a rule brings its id, description, level and tags", () => {
    const levels = ["informational", "low", "medium", "HIGH", "critical"].map(
      (level) => readSigma(sigmaRule(`a:\n  ${EXE}: x\ncondition: a`, `level: ${level}\n`)).ruleSet.rules[0]?.priority,
    );
    expect(levels).toEqual([0, 1, 2, 3, 4]);
    const { ruleSet } = readSigma(
      sigmaRule(`a:\n  ${EXE}: x\ncondition: a`, "description: what it does\ntags: [attack.t1059, attack.execution]\nstatus: test\nfalsepositives: [none]\n"),
    );
    expect(ruleSet.rules[0]).toMatchObject({
      name: "r",
      desc: "what it does",
      tags: ["attack.t1059", "attack.execution"],
      priority: 0,
      enabled: true,
      types: [],
    });
  });

  test.each([
    ["category: process_creation", ["PE"]],
    ["category: network_connection", ["NF"]],
    ["category: file_event", ["FF", "FE"]],
    ["product: kubernetes", ["KE"]],
  ])("a log source of %s restricts a rule where that is asked for", (logsource, types) => {
    const text = sigmaRule(`a:\n  ${EXE}: x\ncondition: a`, `logsource:\n  ${logsource}\n`);
    expect(readSigma(text).ruleSet.rules[0]?.types).toEqual([]);
    expect(readSigma(text, { strictLogsource: true }).ruleSet.rules[0]?.types).toEqual(types);
  });

  test("a log source that says nothing of record types is a warning", () => {
    expect(readSigma(sigmaRule(`a:\n  ${EXE}: x\ncondition: a`, "logsource:\n  product: windows\n"), { strictLogsource: true }).findings).toContain(
      "no record type belongs to this log source",
    );
  });
});

describe("mapping", () => {
  const text =
    "title: old config\norder: 20\nbackends: [sysflow]\nfieldmappings:\n  Image: sf.proc.exe\n  Any: [sf.proc.exe, sf.proc.args]\n  Gone: sf.proc.cwd\nnonsense: 1\n";
  const mapping = { path: "c.yml", text };
  test("a field stands for an attribute, or for any of several", () => {
    expect(holds("Image", "/bin/x", {}, { mapping })).toBe(true);
    expect(holds("Any|contains", "zz", { args: "zz" }, { mapping })).toBe(true);
    expect(holds("Any|contains|all", "[bin, zz]", { args: "zz" }, { mapping })).toBe(true);
  });

  test("a field without one is a warning, and matches nothing; with strict it is an error", () => {
    const rule = sigmaRule("a:\n  Imag: x\n  Gone: y\ncondition: not a");
    const { findings } = readSigma(rule, { mapping });
    expect(findings).toMatchInlineSnapshot(`
      "c.yml:7:9: warning MILLRACE_POLICY_ATTRIBUTE: "sf.proc.cwd" is no attribute
            Gone: sf.proc.cwd
                  ^~~~~~~~~~~
        hint: did you mean "sf.proc.tid"?
      c.yml:8:1: warning MILLRACE_SIGMA_CONFIG: "nonsense" means nothing in a field mapping
          nonsense: 1
          ^~~~~~~~
      r.yml:5:5: warning MILLRACE_SIGMA_FIELD: no attribute is mapped to the field "Imag", so it matches nothing
              Imag: x
              ^~~~
        hint: did you mean "Image"?
      r.yml:6:5: warning MILLRACE_SIGMA_FIELD: no attribute is mapped to the field "Gone", so it matches nothing
              Gone: y
              ^~~~
        hint: add it to the fieldmappings of the config file
      4 warnings"
    `);
    expect(readSigma(rule, { mapping, strict: true }).engine).toBeUndefined();
    expect(holds("Imag", "x", {}, { mapping })).toBe(false);
  });

  test("a mapping that is none is an error", () => {
    const of = (bad: string): string => readSigma(sigmaRule(`a:\n  ${EXE}: x\ncondition: a`), { mapping: { path: "c.yml", text: bad } }).findings;
    expect(of("- a")).toContain("c.yml:1:1: error MILLRACE_SIGMA_CONFIG: a field mapping is a map");
    expect(of("fieldmappings: [a]")).toContain("expected a map");
    expect(of("fieldmappings:\n  a:\n    b: c")).toContain("expected a text or a list of texts");
    expect(of("a: [")).toContain("MILLRACE_SIGMA_CONFIG");
  });
});

test("whatever can't be honoured is an error with its place, all at once", () => {
  const rules = [
    sigmaRule(
      `a:\n  ${EXE}|contians: x\n  ${EXE}|re: '('\n  sf.net.sip|cidr: 10.0.0.300/8\n  sf.proc.uid|lt: many\n  ${EXE}|base64: 'a*'\n  ${EXE}|exists: maybe\ncondition: a`,
    ),
    sigmaRule(`a:\n  ${EXE}: x\ncondition: a | count() by x > 5`),
    sigmaRule(`a:\n  ${EXE}: x\ncondition: a near b`),
    sigmaRule(`selection:\n  ${EXE}: x\ncondition: selektion and 2 of them`),
    sigmaRule(`a:\n  ${EXE}: x\ncondition: (a or 1 of b*`),
    sigmaRule(`a:\n  ${EXE}: {b: c}\ncondition: a`, "level: hihg\n"),
    "title: c\ncorrelation:\n  type: event_count\n",
    "title: n\n",
    "- 1\n",
    "title: [\n",
  ];
  expect(readSigma(rules.join("---\n")).findings).toMatchInlineSnapshot(`
    "r.yml:5:5: error MILLRACE_SIGMA_VALUE: there is no modifier "contians"
            sf.proc.exe|contians: x
            ^~~~~~~~~~~~~~~~~~~~
      hint: did you mean "contains"?
    r.yml:6:21: error MILLRACE_SIGMA_VALUE: bad regular expression: error parsing regexp: missing closing ): \`(\`
            sf.proc.exe|re: '('
                            ^~~
      hint: the syntax is that of RE2
    r.yml:7:22: error MILLRACE_SIGMA_VALUE: "10.0.0.300/8" is no network
            sf.net.sip|cidr: 10.0.0.300/8
                             ^~~~~~~~~~~~
      hint: write it as "10.0.0.0/8"
    r.yml:8:21: error MILLRACE_SIGMA_VALUE: "many" is no whole number
            sf.proc.uid|lt: many
                            ^~~~
    r.yml:9:25: error MILLRACE_SIGMA_VALUE: a value with wildcards has no form in base64; write "\\*" for the character itself
            sf.proc.exe|base64: 'a*'
                                ^~~~
    r.yml:10:25: error MILLRACE_SIGMA_VALUE: "exists" takes yes or no
            sf.proc.exe|exists: maybe
                                ^~~~~
    r.yml:18:16: error MILLRACE_SIGMA_CONDITION: aggregations are not supported
          condition: a | count() by x > 5
                       ^
      hint: a correlation over time is beyond one event
    r.yml:25:16: error MILLRACE_SIGMA_CONDITION: "near" is not supported
          condition: a near b
                       ^~~~
      hint: a correlation over time is beyond one event
    r.yml:32:14: error MILLRACE_SIGMA_CONDITION: there is no search "selektion"
          condition: selektion and 2 of them
                     ^~~~~~~~~
      hint: did you mean "selection"?
    r.yml:39:25: error MILLRACE_SIGMA_CONDITION: no search matches "b*"
          condition: (a or 1 of b*
                                ^~
    r.yml:43:8: error MILLRACE_SIGMA_SYNTAX: "hihg" is no level
        level: hihg
               ^~~~
      hint: did you mean "high"?
    r.yml:46:18: error MILLRACE_SIGMA_VALUE: the value of a field is a text, a number, a truth, or a list of them
            sf.proc.exe: {b: c}
                         ^~~~~~
    r.yml:51:3: error MILLRACE_SIGMA_SYNTAX: correlations are not supported
          type: event_count
          ^~~~~~~~~~~~~~~~~
      hint: a correlation over time is beyond one event
    r.yml:53:1: error MILLRACE_SIGMA_SYNTAX: a rule needs a detection
        title: n
        ^~~~~~~~
      hint: add "detection:" with searches and a condition
    r.yml:55:1: error MILLRACE_SIGMA_SYNTAX: a Sigma rule is a map
        - 1
        ^~~
    r.yml:58:1: error MILLRACE_SIGMA_SYNTAX: Flow sequence in block collection must be sufficiently indented and end with a ]
        
        ^
    16 errors"
  `);
});

test("a bad rule is left out with a warning where that is asked for", () => {
  const text = `${sigmaRule(`a:\n  ${EXE}|nosuch: x\ncondition: a`)}---\n${sigmaRule(`a:\n  ${EXE}: x\ncondition: a`)}`;
  expect(readSigma(text).engine).toBeUndefined();
  const { ruleSet, engine, diagnostics } = readSigma(text, { skipInvalid: true });
  expect([ruleSet.rules.length, engine === undefined, diagnostics.map(({ severity }) => severity)]).toEqual([1, false, ["warning"]]);
  expect(readSigma("", { skipInvalid: true }).engine).toBeDefined();
});

test("the compiled engine says of Sigma rules what the plain interpreter says", () => {
  const field = fc.constantFrom(
    "sf.proc.exe",
    "sf.proc.args",
    "sf.file.path",
    "sf.proc.aname",
    "sf.net.ip",
    "sf.opflags",
    "sf.container.name",
    "sf.ke.message",
    "nosuch",
  );
  const modifiers = fc.constantFrom(
    "",
    "|contains",
    "|startswith",
    "|endswith",
    "|contains|all",
    "|cased",
    "|re",
    "|re|i",
    "|windash|contains",
    "|fieldref",
    "|exists",
    "|base64offset|contains",
    "|endswith|cased",
  );
  const value = fc.constantFrom("a", "sh", "/bin/*", "*etc*", "b?sh", "", "x,y", "É", "10.*", "EXEC", "root");
  const entry = fc.tuple(field, modifiers, fc.array(value, { minLength: 1, maxLength: 3 })).map(([name, modifier, values]): [string, unknown] => {
    if (modifier === "|exists") return [name + modifier, "yes"];
    if (modifier === "|fieldref") return [name + modifier, "sf.proc.user"];
    return [name + modifier, modifier.startsWith("|re") ? values.map((text) => text.replace(/^[*?]/, "")) : values];
  });
  const map = fc.array(entry, { minLength: 1, maxLength: 3 }).map((entries) => Object.fromEntries(entries));
  const search = fc.oneof(
    map,
    fc.array(map, { minLength: 1, maxLength: 2 }),
    fc.array(
      value.filter((text) => text !== ""),
      { minLength: 1, maxLength: 2 },
    ),
    fc.record({ "|all": fc.array(value, { minLength: 1, maxLength: 2 }) }),
  );
  const condition = fc.constantFrom("a and b", "a or not b", "1 of them", "all of *", "not (a and b) or a");
  fc.assert(
    fc.property(fc.array(fc.record({ a: search, b: search, condition }), { minLength: 1, maxLength: 3 }), flatRows, (rules, batch) => {
      if (batch === undefined) return;
      // JSON is YAML.
      const text = rules.map((detection, index) => JSON.stringify({ title: `r${index}`, id: `r${index}`, detection })).join("\n---\n");
      const { ruleSet, builder, engine } = loadPolicies({ language: "sigma", files: [{ path: "r.yml", text }] });
      const judging = engine ?? new Engine(ruleSet, builder);
      judging.begin();
      for (let index = 0; index < batch.records; index++) {
        const expected = ruleSet.rules.filter((rule) => interpret(rule.condition, batch, index)).map(({ name }) => name);
        expect(judging.judge(batch, index).rules.map(({ name }) => name)).toEqual(expected);
      }
    }),
    { numRuns: 150 },
  );
});
