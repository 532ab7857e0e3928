import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { release } from "@millrace/release";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS, type NewKind, newPlugin } from "../src/new/index.ts";
import { Running, run } from "./support/run.ts";

const own = join(import.meta.dirname, "..");
const TIMEOUT_MS = 120_000;

// Below this package, where all that a new plugin needs is installed; git does not see it.
mkdirSync(join(own, ".millrace"), { recursive: true });
const scratch = mkdtempSync(join(own, ".millrace", "new-"));
const kinds = Object.keys(KINDS) as NewKind[];
const folderOf = (kind: NewKind): string => join(scratch, `own-${kind}`);

beforeAll(async () => {
  for (const kind of kinds) await newPlugin({ kind, name: `own-${kind}`, dir: folderOf(kind), release: () => release });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("new plugins of every kind", () => {
  it("type-check", { timeout: TIMEOUT_MS }, async () => {
    const settings = { extends: "./own-link/tsconfig.json", compilerOptions: { customConditions: ["@millrace/source"] }, include: ["*/src", "*/test"] };
    writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify(settings));
    expect(await run(`node ${join(own, "node_modules/typescript/bin/tsc")} -p .`, scratch)).toEqual({ code: 0, output: "" });
  });

  it("pass their own tests", { timeout: TIMEOUT_MS }, async () => {
    const base = JSON.stringify(join(own, "../../tooling/vitest/config.ts"));
    const settings = [
      'import { mergeConfig } from "vitest/config";',
      `import base from ${base};`,
      'export default mergeConfig(base, { test: { include: ["*/test/*.test.ts"] } });',
    ];
    writeFileSync(join(scratch, "vitest.config.ts"), settings.join("\n"));
    const { code, output } = await run(`node ${join(own, "node_modules/vitest/vitest.mjs")} run --no-isolate`, scratch);
    expect(code, output).toBe(0);
    expect(output).toMatch(new RegExp(`Test Files +${2 * kinds.length} passed`));
  });
});

describe.each(kinds)("a new %s", (kind) => {
  it("is built, loaded and run unchanged", { timeout: TIMEOUT_MS }, async () => {
    const folder = folderOf(kind);
    const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly scripts: Readonly<Record<"build" | "start", string>> };
    // Their types were checked above, all at once; one is built to the letter of its script.
    const { code, output } = await run(kind === "processor" ? scripts.build : `${scripts.build} --no-types`, folder);
    expect(code, output).toBe(0);
    expect(output).toContain(`${kind} own-${kind}`);
    expect(readdirSync(join(folder, "dist")).sort()).toEqual([`own-${kind}.manifest.json`, `own-${kind}.mjs`, `own-${kind}.mjs.map`]);

    const [build, start] = scripts.start.split(" && ");
    expect(build).toBe("npm run build --silent");
    await SHOWS[kind](start as string, folder);
  });
});

/** What the example of each kind shows, as its README says. */
const SHOWS: Readonly<Record<NewKind, (start: string, folder: string) => Promise<void>>> = {
  processor: (start, folder) => showsAndEnds(start, folder, /own-processor: \.\/server: 5, \.\/client: 5\n/),
  handler: (start, folder) => showsAndEnds(start, folder, /own-handler: \.\/client 127\.0\.0\.1:40556 > 127\.0\.0\.1:8080\n/),
  action: (start, folder) => showsAndEnds(start, folder, /"user:dev"/),
  driver: (start, folder) => showsAndEnds(start, folder, /(?:ProcEvt \/bin\/own-driver, \d+\n[\s\S]*){3}finished/),
  input: (start, folder) => showsUntilStopped(start, folder, /^\[0\] machine: \[\[[\d.]+, \{\}\], \{"total"=>\d+, "free"=>\d+\}\]$/m),
  filter: (start, folder) => showsUntilStopped(start, folder, /^\[0\] app: \[\[[\d.]+, \{\}\], \{"user"=>"ada", "password"=>"\*\*\*"\}\]$/m),

  async output(start, folder) {
    const pipeline = new Running(start, folder);
    const file = join(folder, "example/out.jsonl");
    await pipeline.sees(() => (existsSync(file) ? readFileSync(file, "utf8") : ""), /^\{"tag":"app","time":\d+,"user":"ada","answer":42\}\n/);
    expect(await pipeline.stopped()).toBe(0);
  },

  async link(start, folder) {
    // The system chooses the port, and the log says which it is.
    const flow = join(folder, "example/flow.yaml");
    writeFileSync(flow, readFileSync(flow, "utf8").replace(":3101", ":0"));
    const pipeline = new Running(start, folder);
    const [, port] = await pipeline.sees(() => pipeline.output, /listener at 127\.0\.0\.1:([1-9]\d*)/);
    const { output } = await run(`node example/send.mjs ${port}`, folder);
    expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`\`\`\`text\n${output}\`\`\``);
    expect(pipeline.output).toMatch(/^hello\r?\ngood bye\r?$/m);
    expect(await pipeline.stopped()).toBe(0);
    expect(await run(`node example/send.mjs ${port}`, folder)).toEqual({
      code: 1,
      output: `connect ECONNREFUSED 127.0.0.1:${port}: does the pipeline run? npm start\n`,
    });
  },
};

async function showsAndEnds(start: string, folder: string, pattern: RegExp): Promise<void> {
  const { code, output } = await run(start, folder);
  expect(output).toMatch(pattern);
  expect(code, output).toBe(0);
}

async function showsUntilStopped(start: string, folder: string, pattern: RegExp): Promise<void> {
  const pipeline = new Running(start, folder);
  await pipeline.sees(() => pipeline.output, pattern);
  expect(await pipeline.stopped(), pipeline.output).toBe(0);
}
