import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "@millrace/testkit";
import { expect, test } from "vitest";
import { type EngineHarness, engine, folderOf, rule, sentText } from "./support.ts";

const QUICK = { monitor: "local", "monitor.interval": 0.005 } as const;
const ALL = "sf.type exists";
const one = (): ReturnType<ReturnType<typeof scenario>["flat"]> => scenario().host("h").process("p", { exe: "/p" }).exec().flat();

async function watched(files: Readonly<Record<string, string>>): Promise<{ h: EngineHarness; folder: string; updates: () => string[] }> {
  const folder = folderOf(files);
  const h = await engine({ policies: folder, ...QUICK }, { clock: "system" });
  const updates = (): string[] => h.log("info").filter((line) => line.startsWith("Updated"));
  return { h, folder, updates };
}

async function rulesNow(h: EngineHarness): Promise<string> {
  const before = h.sent.length;
  await h.feed(one()).settled();
  return sentText(h).slice(before).join();
}

test("files that are edited, added, replaced and removed are taken over, and what changed is told", async () => {
  const { h, folder, updates } = await watched({ "a.yaml": rule("a", ALL) + rule("b", ALL) });
  expect(await rulesNow(h)).toBe("PE /p: a, b []");
  writeFileSync(join(folder, "a.yaml"), rule("a", "sf.type = PE and sf.ret = 0") + rule("c", ALL));
  await h.until("an edit", () => updates().length === 1);
  expect(updates()[0]).toBe("Updated policy interpreter in main policy engine thread. rules added: c; rules removed: b; rules changed: a");
  expect(await rulesNow(h)).toBe("PE /p: a, c []");
  mkdirSync(join(folder, "more"));
  writeFileSync(join(folder, "more/d.yml"), `${rule("d", ALL)}- drop: f\n  condition: sf.type = KE\n`);
  await h.until("a file in a new folder", () => updates().length === 2);
  expect(updates()[1]).toContain("rules added: d; filters added: f");
  writeFileSync(join(folder, "more/d.yml.new"), rule("e", ALL));
  renameSync(join(folder, "more/d.yml.new"), join(folder, "more/d.yml"));
  await h.until("a file put in the place of another", () => updates().length === 3);
  expect(await rulesNow(h)).toBe("PE /p: a, c, e []");
  rmSync(join(folder, "a.yaml"));
  await h.until("a removal", () => updates().length === 4);
  expect(await rulesNow(h)).toBe("PE /p: e []");
  expect([h.metric("policy_reloads"), h.metric("policy_reload_failures"), h.metric("rules")]).toEqual([4, 0, 1]);
});

test("a broken edit keeps the old rules and says why, once; so does the loss of all files", async () => {
  const { h, folder, updates } = await watched({ "a.yaml": rule("a", ALL) });
  writeFileSync(join(folder, "a.yaml"), rule("a", "sf.type = "));
  await h.until("the complaint", () => h.log("error").length === 1);
  expect(await rulesNow(h)).toBe("PE /p: a []");
  expect(h.log("error").join().replaceAll(folder, "P")).toMatchInlineSnapshot(`
    "Unable to create a new policy interpreter using policy files in directory P. Not using new policy files. 1 error
    P/a.yaml:3:23: error MILLRACE_POLICY_SYNTAX: expected the right side of "=", got the end of the condition
          condition: sf.type =
                              ^"
  `);
  rmSync(join(folder, "a.yaml"));
  await h.until("the second complaint", () => h.log("error").length === 2);
  expect(h.log("error")[1]).toContain("no policy files with extension .yaml or .yml found in path");
  expect(await rulesNow(h)).toBe("PE /p: a []");
  writeFileSync(join(folder, "a.yaml"), rule("z", ALL));
  await h.until("the repair", () => updates().length === 1);
  expect(await rulesNow(h)).toBe("PE /p: z []");
  expect(h.metric("policy_reload_failures")).toBe(2);
});

test("one file alone can be watched, and a touch of it is no change", async () => {
  const folder = folderOf({ "a.yaml": rule("a", ALL) });
  const path = join(folder, "a.yaml");
  const h = await engine({ policies: path, ...QUICK }, { clock: "system" });
  writeFileSync(path, rule("a", ALL));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(h.metric("policy_reloads")).toBe(0);
  writeFileSync(`${path}.new`, rule("b", ALL));
  renameSync(`${path}.new`, path);
  await h.until("the other file", () => h.metric("policy_reloads") === 1);
  expect(await rulesNow(h)).toBe("PE /p: b []");
});

test("files that are never quiet are taken over all the same", async () => {
  const folder = folderOf({ "a.yaml": rule("a", ALL) });
  const h = await engine({ policies: folder, monitor: "local", "monitor.interval": 0.05 }, { clock: "system" });
  let edit = 0;
  await h.until("a reload between two edits", () => {
    writeFileSync(join(folder, "a.yaml"), rule(`a${edit++}`, ALL));
    return h.metric("policy_reloads") > 0;
  });
});

test("changes are taken over once in an interval at the most", async () => {
  const folder = folderOf({ "a.yaml": rule("a0", ALL) });
  const h = await engine({ policies: folder, monitor: "local", "monitor.interval": 0.5 }, { clock: "system" });
  const start = performance.now();
  for (let edit = 1; edit <= 20; edit++) {
    writeFileSync(join(folder, "a.yaml"), rule(`a${edit}`, ALL));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await h.until("the last edit", () => h.lines.some(({ message }) => message.includes("rules added: a20")));
  expect(h.metric("policy_reloads")).toBeLessThanOrEqual(Math.ceil((performance.now() - start) / 500) + 1);
});

test("files that change whenever they are read keep the old rules, until they stand still", async () => {
  const { h, folder } = await watched({ "a.yaml": rule("a", ALL), "b.yaml": rule("b", ALL) });
  let edit = 0;
  let writing = true;
  const write = (): void => {
    if (!writing) return;
    // Each is of another size: clocks of file systems may stand still for some milliseconds.
    writeFileSync(join(folder, "next.tmp"), rule(`a${++edit}`, ALL) + "#".repeat(edit % 1000));
    renameSync(join(folder, "next.tmp"), join(folder, "a.yaml"));
    setImmediate(write);
  };
  write();
  await h.until("the complaint", () => h.log("error").length > 0);
  expect(h.log("error")[0]?.replaceAll(folder, "P")).toBe(
    "Unable to create a new policy interpreter using policy files in directory P. Not using new policy files. the files of P change faster than they can be read",
  );
  expect(await rulesNow(h)).toBe("PE /p: a, b []");
  writing = false;
  await h.until("the last edit", () => h.lines.some(({ message }) => message.includes(`rules added: a${edit}`)));
  expect(await rulesNow(h)).toBe(`PE /p: a${edit}, b []`);
});
