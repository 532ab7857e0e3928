import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { Command, runCommand } from "./support/command.ts";
import { root } from "./support/places.ts";
import { writeBundledPlugin } from "./support/plugins.ts";
import { scratchFolder } from "./support/scratch.ts";

const scratch = scratchFolder();
const pipelines = join(root, "examples/pipelines");
const families = join(pipelines, "families.yaml");

describe.concurrent("the command line of millrace", () => {
  it("helps", async ({ expect }) => {
    const { code, stdout } = await runCommand("millrace", ["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: millrace [options] [command]

      Runs telemetry pipelines of SysFlow, Flow, Fluent Bit, and its own.

      Options:
        -V, --version                 output the version number
        -h, --help                    display help for command

      Commands:
        run [options] <file> [input]  run a pipeline to its end, or until a signal
        check [options] <file>        say all that is wrong with a pipeline, without
                                      running it
        graph [options] <file>        draw a pipeline, with the conversions that
                                      planning adds
        plugins [options] [name]      list the plugins there are, or show one with its
                                      options
        policy                        check, list, explain and test rules
        trace                         look into SysFlow traces, cut them, and make
                                      some
        help [command]                display help for command
      "
    `);
  });

  it("refuses what it does not know", async ({ expect }) => {
    const { code, stderr } = await runCommand("millrace", ["rum"]);
    expect(code).toBe(2);
    expect(stderr).toContain("unknown command 'rum'");
    expect(stderr).toContain("run");
  });

  it("lists plugins, for people and for programs", async ({ expect }) => {
    const text = await runCommand("millrace", ["plugins"]);
    expect(text.stdout).toMatch(/^handlers\n {2}flattener +\d\S* {2}stable {2}Turns .*\n(?: {10,}.*\n)* {2}printer +\d/m);
    const json = await runCommand("millrace", ["plugins", "--json"]);
    const plugins: { kind: string; name: string; options?: { properties?: object } }[] = JSON.parse(json.stdout);
    const dummy = plugins.find(({ kind, name }) => kind === "input" && name === "dummy");
    expect(Object.keys(dummy?.options?.properties ?? {})).toContain("rate");
    expect({ text: text.code, json: json.code }).toEqual({ text: 0, json: 0 });
  });
});

describe.concurrent("the pipeline that joins the families", () => {
  it("prints SysFlow events by a Fluent Bit output, behind a Flow link", async ({ expect }) => {
    const { code, stdout, stderr } = await runCommand("millrace", ["run", families], { cwd: root });
    expect(stderr).toMatch(/finished done=\d+ refused=0 lost=0\n$/);
    expect(code).toBe(0);
    const records: Record<string, unknown>[] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const starts = records.filter((record) => record["sf.type"] === "PE").map((record) => [record["sf.proc.exe"], record["sf.proc.tid"]]);
    expect(starts).toContainEqual(["./server", expect.any(Number)]);
    expect(starts).toContainEqual(["./client", expect.any(Number)]);
  });

  it("shows its conversions", async ({ expect }) => {
    const { code, stdout } = await runCommand("millrace", ["graph", families, "-f", "json"], { cwd: root });
    expect(code).toBe(0);
    const graph: { nodes: { id: string; plugin: string }[]; edges: { from: string; to: string; channel: string }[] } = JSON.parse(stdout);
    expect(graph.nodes.map(({ plugin }) => plugin)).toEqual(["file", "sysflowreader", "flat-message", "core.mux", "message-record", "stdout"]);
    expect(graph.edges.map(({ channel }) => channel)).toEqual(expect.arrayContaining(["sysflow", "flat", "message", "record"]));
  });

  it("is drawn for GraphViz and for Mermaid", async ({ expect }) => {
    const dot = await runCommand("millrace", ["graph", families], { cwd: root });
    expect(dot.stdout).toMatchInlineSnapshot(`
      "digraph pipeline {
        rankdir=LR;
        node [shape=box];
        "trace" [label="trace\\nfile"];
        "events" [label="events\\nsysflowreader (flattener)"];
        "events→mux:flat-message" [label="events→mux:flat-message\\nflat-message"];
        "mux" [label="mux\\ncore.mux"];
        "mux→print:message-record" [label="mux→print:message-record\\nmessage-record"];
        "print" [label="print\\nstdout"];
        "trace" -> "events" [label="sysflow"];
        "events" -> "events→mux:flat-message" [label="flat"];
        "events→mux:flat-message" -> "mux" [label="message"];
        "mux" -> "mux→print:message-record" [label="message"];
        "mux→print:message-record" -> "print" [label="record"];
      }
      "
    `);
    const mermaid = await runCommand("millrace", ["graph", families, "--format", "mermaid"], { cwd: root });
    expect(mermaid.stdout).toMatchInlineSnapshot(`
      "flowchart LR
        n0["trace<br/>file"]
        n1["events<br/>sysflowreader (flattener)"]
        n2["events→mux:flat-message<br/>flat-message"]
        n3["mux<br/>core.mux"]
        n4["mux→print:message-record<br/>message-record"]
        n5["print<br/>stdout"]
        n0 -->|"sysflow"| n1
        n1 -->|"flat"| n2
        n2 -->|"message"| n3
        n3 -->|"message"| n4
        n4 -->|"record"| n5
      "
    `);
  });

  it("writes its log as JSON", async ({ expect }) => {
    const { stderr } = await runCommand("millrace", ["run", families, "--log-format", "json"], { cwd: root });
    const lines = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ msg: "finished" });
  });
});

describe.concurrent("pipelines of the other dialects", () => {
  it.for(["pipeline.example.json", "pipeline.printer.json", "flow.yaml", "flow.components.yaml", "families.yaml"])(
    "%s of the examples is right",
    async (name, { expect }) => {
      const { code, stdout, stderr } = await runCommand("millrace", ["check", join(pipelines, name)], { cwd: pipelines });
      expect(stderr).toBe("");
      expect(stdout).toMatch(/: \d+ nodes, \d+ edges?, no errors\n$/);
      expect(code).toBe(0);
    },
  );

  it("judges a trace by the rules of the examples", async ({ expect }) => {
    const { code, stdout } = await runCommand("sfprocessor", ["-log=quiet", "-config=examples/pipelines/pipeline.policy.json", "examples/traces/pod.sf"], {
      cwd: root,
    });
    expect(code).toBe(0);
    const events = stdout.split("\n").filter((line) => line.startsWith("{"));
    expect(events.map((line) => JSON.parse(line)).map(({ type, policies }) => [type, policies.map(({ id }: { id: string }) => id)])).toMatchInlineSnapshot(`
      [
        [
          "PE",
          [
            "Shell in a container",
          ],
        ],
        [
          "PE",
          [
            "Download by a shell",
          ],
        ],
        [
          "FE",
          [
            "Hidden file",
          ],
        ],
        [
          "FE",
          [
            "Log removed",
          ],
        ],
      ]
    `);
  });

  it("runs a SysFlow pipeline on a trace", async ({ expect }) => {
    const { code, stderr } = await runCommand("millrace", ["run", join(pipelines, "pipeline.example.json"), join(root, "examples/traces/client-server.sf")]);
    expect(code).toBe(0);
    expect(stderr).toContain("example: Process Event: ./server, ");
  });

  it("runs a Fluent Bit pipeline until a signal", async ({ expect }) => {
    const config = join(scratch, "fb.conf");
    writeFileSync(config, "[SERVICE]\n flush 0.2\n[INPUT]\n name dummy\n[OUTPUT]\n name stdout\n match *\n");
    const command = new Command("millrace", ["run", config]);
    await command.sees("stdout", /\[0\] dummy\.0: /);
    command.signal("SIGTERM");
    expect(await command.ended()).toMatchObject({ code: 0, stderr: expect.stringContaining("SIGTERM: draining") });
  });

  it("asks for the dialect where nothing tells", async ({ expect }) => {
    const file = join(scratch, "what.yaml");
    writeFileSync(file, "a: 1\n");
    const { code, stderr } = await runCommand("millrace", ["check", file]);
    expect(code).toBe(1);
    expect(stderr).toContain("MILLRACE_DRIVER_DIALECT");
  });
});

describe.concurrent("what a run leaves behind", () => {
  it("stands in MILLRACE_STATE_DIR: dead letters, for instance", async ({ expect }) => {
    writeBundledPlugin(
      join(scratch, "losing.mjs"),
      `
        import { defineNode, bytesBatch } from "@millrace/api";
        export const source = defineNode({
          name: "source", description: "Sends one chunk", channels: { in: [], out: ["bytes"] },
          create: () => ({ run: (_input, outputs) => outputs.stream("only").send(bytesBatch([Buffer.from("lost")]), 4) }),
        });
        export const loser = defineNode({
          name: "loser", description: "Loses everything", channels: { in: ["bytes"], out: [] },
          create: () => ({ async run(input) { for await (const batch of input) batch.fail(new Error("the disk is full")); } }),
        });
      `,
    );
    const file = join(scratch, "losing.yaml");
    writeFileSync(
      file,
      "plugins: [{ file: losing.mjs }]\nnodes:\n  source: { plugin: node/source, on_lost: dead-letter }\n  loser: { plugin: node/loser, from: source }\n",
    );
    const state = join(scratch, "state");
    const { code, stderr } = await runCommand("millrace", ["run", file], { env: { MILLRACE_STATE_DIR: state } });
    expect(stderr).toContain("set aside as a dead letter");
    expect(code).toBe(0);
    const [letter] = readFileSync(join(state, "source", "dead-letters.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(letter).toMatchObject({ source: "source", records: 1 });
  });
});

describe.concurrent("check", () => {
  it("says all that is wrong at once", async ({ expect }) => {
    writeFileSync(
      join(scratch, "wrong.yaml"),
      `nodes:
  beat:
    plugin: input/dummi
    options: { rate: 5 }
  print:
    plugin: output/stdout
    options: { formt: json }
    from: [beat, mux]
`,
    );
    const { code, stdout, stderr } = await runCommand("millrace", ["check", "wrong.yaml"], { cwd: scratch });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatchInlineSnapshot(`
      "wrong.yaml:3:13: error MILLRACE_REGISTRY_NOT_FOUND: no input is called "dummi"
              plugin: input/dummi
                      ^~~~~~~~~~~
        hint: did you mean "dummy"?
              looked for in the built-in plugins
      wrong.yaml:7:16: error MILLRACE_PLAN_OPTION_UNKNOWN: output "stdout" has no option "formt"
              options: { formt: json }
                         ^~~~~
        hint: did you mean "format"?
      wrong.yaml:8:18: error MILLRACE_CONFIG_REFERENCE: there is no node "mux"
              from: [beat, mux]
                           ^~~
      3 errors
      "
    `);
  });

  it("says that there is no such file", async ({ expect }) => {
    const { code, stderr } = await runCommand("millrace", ["check", "none.yaml"], { cwd: scratch });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "error MILLRACE_DRIVER_CONFIG: can't read none.yaml: no such file or directory\n1 error\n" });
  });

  it("makes warnings errors where it is strict", async ({ expect }) => {
    const file = join(scratch, "odd.json");
    writeFileSync(file, '{"odd": 1, "pipeline": [{"processor": "sysflowreader", "handler": "printer", "in": "a sysflowchan"}]}\n');
    expect((await runCommand("millrace", ["check", file])).code).toBe(0);
    expect((await runCommand("millrace", ["check", file, "--strict"])).code).toBe(1);
  });

  it("knows plugins from files that the command line names", async ({ expect }) => {
    writeBundledPlugin(
      join(scratch, "void.mjs"),
      `
      import { defineNode } from "@millrace/api";
      export const plugin = defineNode({ name: "void", description: "Keeps nothing", channels: { in: "any", out: [] }, create: () => ({ async run(input) { for await (const _ of input); } }) });
    `,
    );
    const file = join(scratch, "millrace.yaml");
    writeFileSync(file, "nodes:\n  beat: { plugin: dummy }\n  end: { plugin: void, from: beat }\n");
    expect((await runCommand("millrace", ["check", file])).code).toBe(1);
    expect(await runCommand("millrace", ["check", file, "--plugins", join(scratch, "void.mjs")])).toMatchObject({ code: 0, stderr: "" });
    expect((await runCommand("millrace", ["plugins", "-p", join(scratch, "void.mjs")])).stdout).toContain("void");
  });
});
