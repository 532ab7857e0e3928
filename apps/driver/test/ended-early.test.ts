import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand } from "./support/command.ts";
import { root } from "./support/places.ts";
import { writeBundledPlugin } from "./support/plugins.ts";
import { scratchFolder } from "./support/scratch.ts";

const scratch = scratchFolder();
const trace = join(root, "examples/traces/client-server.sf");

describe("a plugin that ends the process", () => {
  it("as it is imported is named, and does not look like a run that went well", async () => {
    const cwd = pipelineOf("import");
    writeFileSync(join(cwd, "leaver.mjs"), "process.exit(0);\n");
    const { code, stderr } = await runCommand("millrace", ["run", "pipeline.json", trace, "-p", "leaver.mjs"], { cwd });
    expect(stderr.replaceAll(`${cwd}/`, "")).toBe("millrace: ended before it was done: process.exit(0) was called at file://leaver.mjs:1:9\n");
    expect(code).toBe(1);
  });

  it("as it runs is named too, and its exit code is kept where it tells of a failure", async () => {
    const cwd = pipelineOf("run");
    writeBundledPlugin(
      join(cwd, "leaver.mjs"),
      `import { defineProcessor } from "@millrace/api/sysflow";
      export const plugin = defineProcessor({ name: "leaver", description: "Leaves", in: "flat", create: () => ({ process() { process.exit(3); } }) });`,
    );
    const { code, stderr } = await runCommand("sfprocessor", ["-config=pipeline.json", "-plugdir=.", trace], { cwd });
    expect(stderr).toMatch(/^sfprocessor: ended before it was done: process\.exit\(3\) was called at Object\.process \(file:\S+leaver\.mjs:\d+:\d+\)$/m);
    expect(code).toBe(3);
  });
});

describe("a place for plugins that is not there", () => {
  it.each([
    ["gone.mjs", "plugin file gone.mjs does not exist"],
    ["./gone", "plugin file ./gone does not exist"],
    ["gone/too", "package gone/too is not installed, or has no entry to import\n  hint: npm install gone, or write ./gone/too if a file or folder is meant"],
    ["link.mjs", "plugin file link.mjs can't be read\n  cause: it is a symbolic link that leads nowhere"],
  ])("%s is told as what it looks like", async (path, sentence) => {
    const cwd = join(scratch, "places");
    mkdirSync(cwd, { recursive: true });
    if (path === "link.mjs") symlinkSync("nowhere.mjs", join(cwd, path));
    const { code, stderr } = await runCommand("millrace", ["plugins", "-p", path], { cwd });
    expect(stderr).toBe(`error MILLRACE_REGISTRY_SOURCE: ${sentence}\n1 error\n`);
    expect(code).toBe(1);
  });
});

/** A folder with a pipeline whose last stage is the processor `leaver`. */
function pipelineOf(name: string): string {
  const cwd = join(scratch, name);
  mkdirSync(cwd, { recursive: true });
  const pipeline = [
    { processor: "sysflowreader", handler: "flattener", in: "sf sysflowchan", out: "flat flattenerchan" },
    { processor: "leaver", in: "flat flattenerchan" },
  ];
  writeFileSync(join(cwd, "pipeline.json"), JSON.stringify({ pipeline }));
  return cwd;
}
