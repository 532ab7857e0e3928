import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "@millrace/testkit";
import { expect, test } from "vitest";
import { engine, folderOf, rule } from "./support.ts";

const EDITS = 100;
const NAMES: readonly string[] = ["a", "b", "c", "d"];
const BROKEN = "broken";

/** Rules in a folder: by the letter of a file, the number of the edit that wrote it, or that it is broken. */
type Standing = ReadonlyMap<string, number | typeof BROKEN>;

test("while rules are edited a hundred times, each event is judged once, by one set of rules that stood on disk", async () => {
  const folder = folderOf({ "a.yaml": textOf("a", 0), "b.yaml": textOf("b", 0) });
  const h = await engine({ policies: folder, monitor: "local", "monitor.interval": 0.005 }, { clock: "system" });
  const disk = new Disk(
    folder,
    new Map([
      ["a", 0],
      ["b", 0],
    ]),
  );
  let number = 0;
  let editing = true;
  const batch = (): ReturnType<ReturnType<typeof scenario>["flat"]> => {
    const story = scenario().host("h");
    for (let event = 0; event < 5; event++) story.process(`p${number}`, { exe: `/${number++}` }).exec();
    return story.flat();
  };
  const feeding = (async () => {
    while (editing) {
      await h.feed(batch()).settled();
      // Files and timers get their turn, as they do where records come from the world.
      await pause(4);
    }
  })();
  const inForce = (): string | undefined => {
    const events = h.sent.at(-1);
    return events && [...events].at(-1)?.rules.join();
  };
  for (let edit = 1; edit <= EDITS; edit++) {
    const refused = h.metric("policy_reload_failures") ?? 0;
    const broke = disk.edit(edit);
    if (broke) await h.until(`the refusal of edit ${edit}`, () => (h.metric("policy_reload_failures") ?? 0) > refused);
    // Most edits come one upon the other; now and then the rules have time to be taken over.
    if (edit % 5 === 0) disk.repair();
    if (edit % 5 === 0) await h.until(`the rules of edit ${edit}`, () => inForce() === disk.lastGood());
    else if (edit % 3 === 0) await pause(7);
  }
  disk.repair();
  await h.until("the rules of the last edit", () => inForce() === disk.lastGood());
  editing = false;
  await feeding;

  const events = h.sent.flatMap((each) =>
    Array.from(each, ({ record, rules }) => ({ number: Number(record.text("sf.proc.exe").slice(1)), rules: rules.join() })),
  );
  expect(events.map((event) => event.number)).toEqual(Array.from({ length: number }, (_, index) => index));
  // Every set is one that stood on disk, and sets come in the order in which they stood there.
  let at = 0;
  for (const { rules, number: event } of events) {
    while (at < disk.sets.length && disk.sets[at] !== rules) at += 1;
    expect(at, `event ${event} was judged by ${rules}`).toBeLessThan(disk.sets.length);
  }
  expect(new Set(events.map(({ rules }) => rules)).size).toBeGreaterThan(EDITS / 10);
  // What was refused was refused for what was broken on purpose.
  expect(h.metric("policy_reload_failures")).toBeGreaterThan(0);
  expect(h.log("error").filter((line) => !line.includes("MILLRACE_POLICY_SYNTAX"))).toEqual([]);
});

/** A folder that is edited: files are replaced, broken, repaired, added and removed, each in one step, as programs that care do it. */
class Disk {
  /** The rules of each set that stood there, in their order; `undefined` for one with a broken file. */
  readonly sets: (string | undefined)[] = [];
  readonly #folder: string;
  #standing: Standing = new Map();
  #seed = 7;

  constructor(folder: string, standing: Standing) {
    this.#folder = folder;
    this.#became(standing);
  }

  /** Gives whether a file is broken now that was not. */
  edit(edit: number): boolean {
    const name = NAMES[this.#below(NAMES.length)] as string;
    const next = new Map(this.#standing);
    const choice = this.#below(10);
    const breaks = choice === 3 && ![...next.values()].includes(BROKEN);
    if (choice < 3 && next.size > 1 && next.has(name)) {
      rmSync(join(this.#folder, `${name}.yaml`));
      next.delete(name);
    } else {
      this.#put(name, breaks ? rule(name, "sf.type = ") : textOf(name, edit));
      next.set(name, breaks ? BROKEN : edit);
    }
    this.#became(next);
    return breaks;
  }

  repair(): void {
    for (const [name, version] of this.#standing) {
      if (version !== BROKEN) continue;
      this.#put(name, textOf(name, EDITS + this.sets.length));
      this.#became(new Map(this.#standing).set(name, EDITS + this.sets.length));
    }
  }

  lastGood(): string | undefined {
    return this.sets.findLast((set) => set !== undefined);
  }

  #put(name: string, text: string): void {
    const next = join(this.#folder, "next.tmp");
    writeFileSync(next, text);
    renameSync(next, join(this.#folder, `${name}.yaml`));
  }

  #became(standing: Standing): void {
    this.#standing = standing;
    const versions = [...standing].sort(([one], [other]) => (one < other ? -1 : 1));
    const good = versions.every(([, version]) => version !== BROKEN);
    this.sets.push(good ? versions.flatMap(([name, version]) => namesOf(name, version as number)).join() : undefined);
  }

  /** The same numbers in each run (a linear congruential generator); when files are read is another matter. */
  #below(limit: number): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((this.#seed / 2_147_483_648) * limit);
  }
}

/** A file has two rules that say which edit wrote it: half a file would show. */
function textOf(name: string, version: number): string {
  return namesOf(name, version)
    .map((each) => rule(each, "sf.type exists"))
    .join("");
}

function namesOf(name: string, version: number): string[] {
  return [`${name}${version} first`, `${name}${version} second`];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
