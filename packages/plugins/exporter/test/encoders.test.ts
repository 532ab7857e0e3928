import type { SysflowRecord } from "@millrace/api/sysflow";
import { eventRowsOf, type FlatRows, flatten } from "@millrace/sysflow";
import { clientServerScene, podScene, scenario } from "@millrace/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonWriter } from "../src/bytes/json-writer.ts";
import { CommunityId } from "../src/ecs/community-id.ts";
import { encoder, eventsFrom, eventsOf, lines, withoutRows } from "./support/events.ts";
import { records as anyRecords } from "./support/random-records.ts";
import { slowEcs, slowJson } from "./support/slow.ts";

const VERDICT = {
  rules: [
    { name: 'a "rule"', desc: "says <this>", priority: 1, tags: ["one", "two"] },
    { name: "another", desc: "", priority: 3, tags: ["two"] },
  ],
};

describe.each(["json", "ecs"] as const)("%s", (format) => {
  it.each([
    ["pod", podScene()],
    ["client and server", clientServerScene()],
  ])("writes the scene %s as it stands in the repository", async (name, scene) => {
    await expect(`${lines(eventsFrom(scene.records), encoder(format)).join("\n")}\n`).toMatchFileSnapshot(
      `fixtures/${name.replaceAll(" ", "-")}.${format}.jsonl`,
    );
  });

  it("writes the same whether texts are found or made, and whatever room there is", () => {
    const flat = flatten([...podScene().records, ...clientServerScene().records]) as FlatRows;
    const expected = lines(eventsOf(flat), encoder(format));
    const used = encoder(format);
    lines(eventsOf(flat), used);
    expect(lines(eventsOf(flat), used)).toEqual(expected);
    // An arena that takes nothing, and one that is emptied again and again; pages that must grow.
    for (const [arena, page] of [
      [0, 1],
      [4000, 1],
      [16_000, 100],
    ] as const)
      expect(lines(eventsOf(flat), encoder(format, arena, page))).toEqual(expected);
    // Two encoders at a time keep their texts with the same versions.
    const [first, second] = [encoder(format), encoder(format)];
    for (let i = 0; i < 2; i++) for (const one of [first, second]) expect(lines(eventsOf(flat), one)).toEqual(expected);
  });

  it("writes of rules what they say, and the tags of actions first", () => {
    const batch = eventsFrom(podScene().records, VERDICT);
    batch.addTag(0, "first");
    const texts = lines(batch, encoder(format));
    expect(JSON.parse(texts[0] as string)).toMatchObject({ tags: ["first", "one", "two", "two"] });
    expect(JSON.parse(texts[1] as string)).toMatchObject(
      format === "json"
        ? {
            policies: [
              { id: 'a "rule"', desc: "says <this>", priority: 1 },
              { id: "another", desc: "", priority: 3 },
            ],
            tags: ["one", "two", "two"],
          }
        : { event: { reason: 'a "rule", another', severity: 3 }, tags: ["one", "two", "two"] },
    );
  });

  it("writes what the plain serialiser writes, for any record", () => {
    const fast = encoder(format, 1 << 15, 1 << 12);
    fc.assert(
      fc.property(anyRecords, fc.boolean(), (records: readonly SysflowRecord[], judged) => {
        const flat = flatten(records);
        if (!flat) return;
        const batch = eventsOf(flat, judged ? VERDICT : undefined);
        const slow = format === "json" ? slowJson(batch) : slowEcs(batch, "0.1.0");
        const texts = lines(batch, fast);
        expect(texts).toEqual(slow.map(({ text }) => text));
        // Again, when surroundings that are older than what is kept come once more.
        expect(lines(batch, fast)).toEqual(texts);
        expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual(slow.map(({ value }) => value));
      }),
      { numRuns: 150 },
    );
  });

  it("tells in how many ways ever a file was opened", () => {
    const used = encoder(format);
    const ways = [0, 1, 2, 3, 0x42, 0x241, 0x7fffffff, -1];
    const scene = podScene().records.flatMap((record): readonly SysflowRecord[] =>
      record.type === "FF" ? ways.map((openFlags) => ({ ...record, value: { ...record.value, openFlags } })) : [record],
    );
    for (const records of [scene, [...scene, ...podScene().records]]) {
      const batch = eventsFrom(records);
      const slow = format === "json" ? slowJson(batch) : slowEcs(batch, "0.1.0");
      for (let i = 0; i < 2; i++) expect(lines(batch, used)).toEqual(slow.map(({ text }) => text));
    }
  });

  it("writes events that have no rows as it writes those that have, but for descriptions and priorities", () => {
    const batch = eventsFrom([...podScene().records, ...clientServerScene().records]);
    expect(lines(eventRowsOf(withoutRows(batch)), encoder(format))).toEqual(lines(batch, encoder(format)));
  });
});

describe("long texts", () => {
  it.each([0, 1, 2, 3])("are written by parts, none of which divides a character (%d before them)", (before) => {
    const text = `${"x".repeat(before)}${"😀\ud800é<".repeat(3000)}`;
    const process = { exe: text, args: text, pid: 5 };
    for (const format of ["json", "ecs"] as const) {
      const [line] = lines(eventsFrom(scenario().host("h").process("p", process).exec().records), encoder(format, 1 << 20, 1 << 8));
      const { proc, process: ecs } = JSON.parse(line as string) as { proc?: { exe: string }; process?: { executable: string } };
      expect(proc?.exe ?? ecs?.executable).toBe(text.toWellFormed());
    }
  });
});

describe("community id", () => {
  const ip = (text: string): number => Buffer.from(text.split(".").map(Number)).readInt32LE();
  it.each([
    ["127.0.0.1", 1000, "10.0.0.2", 443, 6, "1:G1/Tue7Tu+m6FVTXAneYsOAt/vw="],
    ["127.0.0.1", 40_556, "127.0.0.1", 8080, 6, "1:n6PUx/cWKt2XUB9aMcXLTdGmiOQ="],
    // The base lines of the specification.
    ["128.232.110.120", 34_855, "66.35.250.204", 80, 6, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="],
    ["66.35.250.204", 80, "128.232.110.120", 34_855, 6, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="],
    ["192.168.1.52", 54_585, "8.8.8.8", 53, 17, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="],
    ["192.168.0.89", 8, "192.168.0.1", 0, 1, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="],
    ["192.168.0.1", 0, "192.168.0.89", 8, 1, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="],
  ])("of %s:%d and %s:%d, protocol %d", (sip, sport, dip, dport, proto, id) => {
    const out = new JsonWriter(0, 100);
    new CommunityId().write(out, ip(sip), ip(dip), proto, sport, dport);
    expect(Buffer.from(out.turn()).toString()).toBe(id);
  });
});
