import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describe as inWords } from "../src/machine/command.ts";
import { readConfig } from "../src/machine/config-file.ts";
import { filesMatching } from "../src/machine/glob.ts";
import { startProfiles } from "../src/machine/profiles.ts";
import { stateDirectories } from "../src/machine/state-directory.ts";
import { coloured } from "../src/machine/terminal.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-machine-"));
  mkdirSync(join(folder, "d.d"));
  for (const name of ["b.conf", "a.conf", ".hidden.conf", "a+b.txt", "d.d/x1.conf", "d.d/x22.conf"]) writeFileSync(join(folder, name), name);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("patterns of file names", () => {
  it.each([
    ["*.conf", ["a.conf", "b.conf"]],
    [".*.conf", [".hidden.conf"]],
    ["a+?.txt", ["a+b.txt"]],
    ["*/x?.conf", ["d.d/x1.conf"]],
    ["d.d/*", ["d.d/x1.conf", "d.d/x22.conf"]],
    ["a.conf", ["a.conf"]],
    ["none*", []],
    ["none", []],
    ["a.conf/*", []],
  ])("%s", (pattern, expected) => {
    expect(filesMatching(`${folder}/${pattern}`)).toEqual(expected.map((name) => `${folder}/${name}`));
  });
});

describe("state folders", () => {
  it("lie in MILLRACE_STATE_DIR, one for each instance", async () => {
    const directoryOf = stateDirectories({ MILLRACE_STATE_DIR: join(folder, "state") }, "x.json");
    expect(await directoryOf("a/b")).toBe(join(folder, "state", "a%2Fb"));
    expect(await directoryOf("..")).toBe(join(folder, "state", "%2E%2E"));
    expect(statSync(join(folder, "state", "a%2Fb")).mode & 0o777).toBe(0o700);
  });

  it("are kept apart by configuration file otherwise", async () => {
    const environment = { XDG_STATE_HOME: join(folder, "xdg") };
    const one = await stateDirectories(environment, "one/pipeline.json")("file");
    const two = await stateDirectories(environment, "two/pipeline.json")("file");
    expect(one).not.toBe(two);
    expect(one.slice(folder.length)).toMatch(/^\/xdg\/millrace\/pipeline\.json-[0-9a-f]{8}\/file$/);
    expect(await stateDirectories(environment, "./one/../one/pipeline.json")("file")).toBe(one);
  });
});

describe("configuration files", () => {
  it("says why one can't be read", () => {
    expect(readConfig(join(folder, "none"))).toEqual({ problem: { kind: "missing", reason: "no such file or directory" } });
    expect(readConfig(folder)).toEqual({ problem: { kind: "directory", reason: "is a directory" } });
    expect(readConfig(join(folder, "a.conf", "x"))).toEqual({ problem: { kind: "missing", reason: "not a directory" } });
    expect(readConfig(join(folder, "a.conf"))).toEqual({ source: { file: join(folder, "a.conf"), text: "a.conf" } });
  });
});

describe("profiles", () => {
  it("writes all three kinds, and tells of a file that can't be written", async () => {
    const files = { cpu: join(folder, "run.cpuprofile"), memory: join(folder, "run.heapprofile"), trace: join(folder, "run.trace.json") };
    const profiles = await startProfiles(files);
    let sum = 0;
    for (let round = 0; round < 1e6; round += 1) sum += Math.sqrt(round);
    expect(sum).toBeGreaterThan(0);
    expect(await profiles.finish()).toEqual([]);
    expect(JSON.parse(readFileSync(files.cpu, "utf8"))).toMatchObject({ nodes: expect.arrayContaining([]) });
    expect(JSON.parse(readFileSync(files.memory, "utf8"))).toMatchObject({ head: { children: expect.arrayContaining([]) } });
    expect(JSON.parse(readFileSync(files.trace, "utf8")).traceEvents.length).toBeGreaterThan(0);

    const failing = await startProfiles({ cpu: join(folder, "none", "x") });
    expect((await failing.finish())[0]).toContain("ENOENT");
  });
});

describe("people", () => {
  it("get colours on a terminal only, and not against their will", () => {
    const { NO_COLOR, TERM } = process.env;
    delete process.env.NO_COLOR;
    process.env.TERM = "xterm";
    expect(coloured({ isTTY: true })).toBe(true);
    expect(coloured({})).toBe(false);
    process.env.NO_COLOR = "1";
    expect(coloured({ isTTY: true })).toBe(false);
    restore("NO_COLOR", NO_COLOR);
    restore("TERM", TERM);
  });

  it("read an error with its causes", () => {
    expect(inWords(new Error("it broke", { cause: new Error("the disk is full") }))).toBe("it broke: the disk is full");
    expect(inWords(new Error("it broke: full", { cause: new Error("full") }))).toBe("it broke: full");
    expect(inWords("text")).toBe("text");
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
