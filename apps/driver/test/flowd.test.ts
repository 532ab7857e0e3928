import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, it } from "vitest";
import { Command, runCommand } from "./support/command.ts";
import { withoutTime } from "./support/lines.ts";
import { root } from "./support/places.ts";
import { writeBundledPlugin } from "./support/plugins.ts";
import { scratchFolder } from "./support/scratch.ts";

const scratch = scratchFolder();

/** The examples of both generations, and what makes them listen wherever there is room. */
const actors = join(root, "examples/pipelines/flow.yaml");
const components = join(root, "examples/pipelines/flow.components.yaml");
const ANY_PORT = ["-o", "actors.tcp.params.bind=tcp://127.0.0.1:0", "-o", "actors.http.params.bind=http://127.0.0.1:0"];
const ANY_PORT_COMPONENTS = ["-o", "components.tcp.params.bind_addr=127.0.0.1:0", "-o", "components.http.params.bind_addr=127.0.0.1:0"];
const ACTORS = readFileSync(actors, "utf8");
const COMPONENTS = readFileSync(components, "utf8");

describe.concurrent("the command line of flowd", () => {
  it("helps", async ({ expect }) => {
    const { code, stdout, stderr } = await runCommand("flowd", ["-h"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatchInlineSnapshot(`
      "Usage of flowd:
        -config string
          	Config file path, as the components: generation names it
        -config.path string
          	Config file path
        -flow-plugin-path string
          	Plugin folder path, as the components: generation names it
        -o value
          	Extra options
        -plugin.path string
          	Plugin folder path
        -version
          	Print the version
      "
    `);
  });

  it("refuses an option with two equals signs", async ({ expect }) => {
    const { code, stderr } = await runCommand("flowd", ["-o", "a=b=c"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^invalid value "a=b=c" for flag -o: Possibly malformed flag \(way too many `=`\): "a=b=c"\nUsage of flowd:\n/);
  });

  it("says which file it can't read, in the words of the generation that named it", async ({ expect }) => {
    const one = await runCommand("flowd", ["-config.path", "/nonexistent.yml"]);
    expect(one).toMatchObject({ code: 1, stderr: "" });
    expect(withoutTime(one.stdout)).toBe(
      'FATAL\tfailed to start context: failed to read yaml config file "/nonexistent.yml": open /nonexistent.yml: no such file or directory\n',
    );
    const other = await runCommand("flowd", ["-config", "/nonexistent.yml"]);
    expect(other).toMatchObject({ code: 1, stdout: "" });
    expect(withoutTime(other.stderr)).toMatch(/^level=fatal msg="failed to start context: /);
  });
});

describe.concurrent("flowd with actors", () => {
  it("answers over TCP and HTTP, prints, and drains on SIGTERM", async ({ expect }) => {
    const flowd = new Command("flowd", ["-config.path", actors, ...ANY_PORT]);
    const tcp = await portOf(flowd, "stdout", "tcp");
    const http = await portOf(flowd, "stdout", "http");
    expect(await talk(tcp, "hello\r\nagain\r\n", "OK\r\nOK\r\n")).toBe("OK\r\nOK\r\n");
    expect(await post(`http://127.0.0.1:${http}/v1alpha1?from=test`, "by http")).toEqual([200, "OK"]);
    expect(await post(`http://127.0.0.1:${http}/send`, "lost")).toEqual([404, "404 page not found\n"]);
    flowd.signal("SIGTERM");
    const { code, stdout, stderr } = await flowd.ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = withoutTime(stdout).split("\n");
    expect(lines).toEqual(expect.arrayContaining(["hello\r", "again\r", "by http\r"]));
    const own = lines.filter((line) => /^(INFO|TRACE)\t(initializing|pipeline|starting [a-z]+$|starting the|terminating|stopping)/.test(line));
    expect(own.slice(0, 4)).toEqual([
      "INFO\tinitializing the pipeline",
      "INFO\tpipeline was initialized",
      "INFO\tstarting the pipeline",
      "TRACE\tstarting print",
    ]);
    expect(own).toContain("INFO\tpipeline is active");
    expect(own).toContain("INFO\tterminating");
    expect(own.at(-1)).toBe("TRACE\tstopping print");
  });

  it("takes its configuration from FLOW_CONFIG_PATH, and single values from -o", async ({ expect }) => {
    const out = join(scratch, "out.txt");
    const flowd = new Command("flowd", [...ANY_PORT, "-o", `actors.print.params.bind=file://${out}`], { env: { FLOW_CONFIG_PATH: actors } });
    const tcp = await portOf(flowd, "stdout", "tcp");
    expect(await talk(tcp, "kept\r\n", "OK\r\n")).toBe("OK\r\n");
    flowd.signal("SIGINT");
    const { code, stdout } = await flowd.ended();
    expect(code).toBe(0);
    expect(stdout).not.toContain("kept");
  });

  it("says everything that is wrong, and the first of it as its peer does", async ({ expect }) => {
    const wrong = join(scratch, "wrong.yaml");
    writeFileSync(wrong, ACTORS.replace("core.mux", "core.mucks").replace("connect: print", "connect: ghost"));
    const { code, stdout, stderr } = await runCommand("flowd", ["-config.path", "wrong.yaml"], { cwd: scratch });
    expect(code).toBe(1);
    expect(withoutTime(stdout)).toMatchInlineSnapshot(`
      "INFO	initializing the pipeline
      FATAL	failed to init pipeline: no link is called "core.mucks" (and 1 more error)
      "
    `);
    expect(stderr).toMatchInlineSnapshot(`
      "wrong.yaml:17:13: error MILLRACE_REGISTRY_NOT_FOUND: no link is called "core.mucks"
              module: core.mucks
                      ^~~~~~~~~~
        hint: did you mean "core.mux"?
              looked for in the built-in plugins
      wrong.yaml:19:13: warning MILLRACE_PLAN_NO_INPUT: "print" has no input: it reads message, and no edge leads to it
              module: core.sink
                      ^~~~~~~~~
      wrong.yaml:29:14: error MILLRACE_CONFIG_REFERENCE: failed to connect "mux" to "ghost": "ghost" is undefined
              connect: ghost
                       ^~~~~
        hint: there are "tcp", "http", "mux", "print"
      2 errors, 1 warning
      "
    `);
  });

  it("ends with the name of a receiver whose address is taken", async ({ expect }) => {
    const flowd = new Command("flowd", ["-config.path", actors, ...ANY_PORT]);
    const port = await portOf(flowd, "stdout", "tcp");
    const second = await runCommand("flowd", ["-config.path", actors, ...ANY_PORT, "-o", `actors.tcp.params.bind=tcp://127.0.0.1:${port}`]);
    expect(second.code).toBe(1);
    expect(withoutTime(second.stdout)).toMatch(/^FATAL\tfailed to start pipeline: .*tcp.*in use/m);
    flowd.signal("SIGTERM");
    expect((await flowd.ended()).code).toBe(0);
  });
});

describe.concurrent("flowd with components", () => {
  it("answers over TCP and HTTP, draws its graph, and drains on SIGINT", async ({ expect }) => {
    const flowd = new Command("flowd", ANY_PORT_COMPONENTS, { env: { CONFIG_FILE: components } });
    const tcp = await portOf(flowd, "stderr", "tcp");
    const http = await portOf(flowd, "stderr", "http");
    expect(await talk(tcp, "hello\n", "ACCEPTED")).toBe("ACCEPTED");
    expect(await post(`http://127.0.0.1:${http}/send?sync=1&b=2&a=1`, "by http")).toEqual([200, "OK"]);
    flowd.signal("SIGINT");
    const { code, stdout, stderr } = await flowd.ended();
    expect(code).toBe(0);
    expect(stdout.startsWith("digraph G{\n")).toBe(true);
    expect(stdout).toContain("mux -> print\n");
    expect(stdout).toContain("Message:\n    meta: map[]\n    payload: hello\n");
    expect(stdout).toContain("Message:\n    meta: map[a:1 b:2 sync:1]\n    payload: by http\n");
    const lines = withoutTime(stderr);
    expect(lines).toMatch(/^level=info msg="Starting flowd version \S+, process ID: \d+"\nlevel=info msg="Initializing the pipeline"\n/);
    expect(lines).toContain('level=info msg="Pipeline initalization is complete"\n');
  });

  it("fails with a fatal line", async ({ expect }) => {
    const wrong = join(scratch, "wrong-components.yaml");
    writeFileSync(wrong, COMPONENTS.replace("link.mux", "link.mucks"));
    const { code, stdout, stderr } = await runCommand("flowd", ["-config", wrong]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(withoutTime(stderr)).toMatch(/^level=fatal msg="Failed to initialize the pipeline: .*link\.mucks/m);
  });
});

describe.concurrent("a plugin of one's own", () => {
  it("is found by FLOW_PLUGIN_PATH", async ({ expect }) => {
    const plugins = join(scratch, "plugins");
    writeBundledPlugin(
      join(plugins, "shout", "shout.mjs"),
      `
      import { defineLink } from "@millrace/api/flow";
      export const plugin = defineLink({
        name: "shout", role: "sink", description: "Shouts",
        create: () => ({ recv(message) { process.stdout.write("SHOUT " + Buffer.from(message.payload).toString().toUpperCase() + "\\n"); return "done"; } }),
      });
    `,
    );
    const config = join(scratch, "own.yaml");
    writeFileSync(config, ACTORS.replace("module: core.sink", "module: plugin.shout").replace("params:\n      bind: file://STDOUT", "builder: New"));
    mkdirSync(join(scratch, "empty"));
    const missing = await runCommand("flowd", ["-config.path", config, "-plugin.path", join(scratch, "empty")]);
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain("shout");

    const flowd = new Command("flowd", ["-config.path", config, ...ANY_PORT], { env: { FLOW_PLUGIN_PATH: plugins } });
    const tcp = await portOf(flowd, "stdout", "tcp");
    expect(await talk(tcp, "hey\r\n", "OK\r\n")).toBe("OK\r\n");
    await flowd.sees("stdout", /^SHOUT HEY$/m);
    flowd.signal("SIGTERM");
    expect((await flowd.ended()).code).toBe(0);
  });
});

/** The port that a receiver says it listens at. */
async function portOf(flowd: Command, stream: "stdout" | "stderr", scheme: "tcp" | "http"): Promise<number> {
  const [, port] = await flowd.sees(stream, new RegExp(`starting ${scheme} listener at 127\\.0\\.0\\.1:(\\d+)`));
  return Number(port);
}

/** Sends text, and gives what has come back when it is what was hoped for, or when nothing more comes. */
function talk(port: number, text: string, hoped: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    const end = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(5000, end);
    socket.on("data", (chunk) => {
      answer += chunk.toString();
      if (answer.length >= hoped.length) end();
    });
    socket.on("end", end);
    socket.on("error", reject);
  });
}

async function post(url: string, body: string): Promise<readonly [number, string]> {
  const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(5000) });
  return [response.status, await response.text()];
}
