import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { build } from "../src/build/build.ts";
import { Running, run } from "./support/run.ts";
import { root, scratchFolder, writeFiles } from "./support/scratch.ts";

const scratch = scratchFolder();
const trace = join(root, "examples/traces/client-server.sf");

/**
 * Builds a plugin of the workspace under another name, because the driver has one of its own name built in: a copy of its
 * package, with the same packages installed. Gives the folder of what was built.
 */
async function built(name: string, ...names: readonly string[]): Promise<string> {
  const original = join(root, "packages/plugins", name);
  const folder = join(scratch, name);
  cpSync(join(original, "src"), join(folder, "src"), { recursive: true });
  cpSync(join(original, "package.json"), join(folder, "package.json"));
  symlinkSync(join(original, "node_modules"), join(folder, "node_modules"));
  for (const plugin of names) {
    const file = join(folder, "src", "index.ts");
    writeFileSync(file, readFileSync(file, "utf8").replace(`name: "${plugin}"`, `name: "own-${plugin}"`));
  }
  const out = join(scratch, "built", name);
  // Their own packages check their types.
  await build({ folder, tag: "dev", out, types: false });
  return out;
}

describe("what was built is loaded and run by the driver", () => {
  const reader = { processor: "sysflowreader", handler: "flattener", in: "sysflow sysflowchan", out: "flat flattenerchan" };

  it("a processor", async () => {
    const plugins = await built("processor-example", "example");
    writeFiles(scratch, { "processor.json": { pipeline: [reader, { processor: "own-example", in: "flat flattenerchan" }] } });
    const { code, output } = await run(`sfprocessor -plugdir ${plugins} -config processor.json ${trace}`, scratch);
    expect(code, output).toBe(0);
    expect(output.match(/own-example: Process Event: .*/g)).toEqual(
      ["./server, 13823", "./client, 13824", "./client, 13824", "./server, 13823"].map((line) => `own-example: Process Event: ${line}`),
    );
  });

  it("a handler", async () => {
    const plugins = await built("handler-printer", "printer");
    const stage = { processor: "sysflowreader", handler: "own-printer", handlerlibpath: plugins, in: "sysflow sysflowchan" };
    writeFiles(scratch, { "handler.json": { pipeline: [stage] } });
    const { code, output } = await run(`sfprocessor -config handler.json ${trace}`, scratch);
    expect(code, output).toBe(0);
    expect(output).toContain("ProcEvt ./server, 13823\n");
  });

  it("an action", async () => {
    const plugins = await built("action-example", "now");
    const engine = { processor: "policyengine", in: "flat flattenerchan", out: "events eventchan", policies: "rules.yaml", mode: "alert", actiondir: plugins };
    writeFiles(scratch, {
      "rules.yaml": "- rule: any\n  desc: any\n  condition: sf.type = PE\n  actions: [own-now]\n  priority: low\n",
      "action.json": { pipeline: [reader, engine, { processor: "exporter", in: "events eventchan", export: "terminal", format: "json" }] },
    });
    const { code, output } = await run(`sfprocessor -log=error -config action.json ${trace}`, scratch);
    expect(code, output).toBe(0);
    expect(output).toMatch(/"now_in_nanos:\d{19}"/);
  });

  it("a link", async () => {
    const plugins = await built("stdout", "stdout");
    const nodes = {
      trace: { plugin: "driver/file", options: { path: trace } },
      events: { plugin: "processor/sysflowreader", handler: "flattener", from: "trace" },
      print: { plugin: "link/own-stdout", from: "events" },
    };
    writeFiles(scratch, { "link.yaml": { nodes } });
    const { code, output } = await run(`millrace run link.yaml -p ${plugins}`, scratch);
    expect(code, output).toBe(0);
    expect(output).toContain('"./server"');
  });

  it("an input and an output", async () => {
    const plugins = await built("fluent-example");
    const command = new Running(`fluent-bit -q -e ${join(plugins, "fluent-example.mjs")} -i gdummy -o gstdout -m * -f 0.2`, scratch);
    await command.sees(() => command.output, /\[0\] gdummy\.0: .*"message"/);
    expect(await command.stopped(), command.output).toBe(0);
  });
});
