import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allFences, type Fence, isRun, placeOf, root } from "./support/pages.ts";
import { put, scratchFor } from "./support/scratch.ts";
import { shell } from "./support/shell.ts";

const blocks = allFences("sh");
const run = blocks.filter(isRun);
const lines = run.flatMap((fence) => linesOf(fence).map((line) => [placeOf(fence), line, fence] as const));

it("there are commands", () => expect(lines.length).toBeGreaterThan(20));

describe("commands", () => {
  it.concurrent.each(lines)("%s: %s", async (_place, line, fence) => {
    const folder = scratchFor(fence.page);
    chmodSync(put(folder, "bin/dot", '#!/bin/sh\ngrep -q "^digraph" && echo "<svg/>"\n'), 0o755);
    const { code, output } = await shell(`PATH="$PWD/bin:$PATH"\n${withFreePorts(line)}`, folder, { service: runsOn(line) });
    expect(code, output).toBe(0);
  });
});

describe("commands that are shown with what they print", () => {
  const shown = allFences("console")
    .filter(isRun)
    .map((fence) => [placeOf(fence), fence] as const);
  it.concurrent.each(shown)("%s", async (_place, fence) => {
    const folder = scratchFor(fence.page);
    const commands = fence.text.split("\n").filter((line) => line.startsWith("$ "));
    let printed = "";
    for (const command of commands) printed += `${command}\n${(await shell(command.slice(2), folder)).output}`;
    expect(timeless(printed)).toBe(timeless(fence.text));
  });
});

describe("scripts of the workspace", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
  const own = ["start", "test"];
  it.each(blocks.map((fence) => [placeOf(fence), fence] as const))("%s names none that is not there", (_place, fence) => {
    const named = linesOf(fence).flatMap((line) => /^(?:npm run|npm|pnpm) ([a-z][\w:-]*)/.exec(line)?.slice(1) ?? []);
    const foreign = ["install", "exec", "dlx", "changeset", "init"];
    expect(named.filter((name) => !(name in scripts) && !own.includes(name) && !foreign.includes(name))).toEqual([]);
  });
});

/** The commands of a block, one a line; a backslash at the end joins lines, and what follows ` #` is for people. */
function linesOf({ text }: Fence): readonly string[] {
  return text
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#\s.*$/, "").trim())
    .filter((line) => line !== "");
}

/** Lines of a log begin with the time. */
function timeless(text: string): string {
  return text.replace(/\b\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\b/g, "TIME");
}

/** Services run until they are stopped. */
function runsOn(line: string): boolean {
  return /\b(flowd|fluent-bit)\b/.test(line) && !/--dry-run|--help|-version/.test(line);
}

/** Ports are chosen by the system, and are those of this machine alone. */
function withFreePorts(line: string): string {
  return line.replace(/tcp:\/\/[\w.]*:\d+/g, "tcp://127.0.0.1:0");
}
