import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SysflowRecord } from "@millrace/api/sysflow";
import { ATTRIBUTES, type FlatRows, flatten, readTrace, type Surroundings, writeTrace } from "@millrace/sysflow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CutOptions, cutTrace } from "../src/trace/cut.ts";
import { NeededEntities } from "../src/trace/needed-entities.ts";
import { SeededRandom } from "../src/trace/random.ts";
import { syntheticRecords } from "../src/trace/synthetic.ts";
import { scratchFolder } from "./support/scratch.ts";

const scratch = scratchFolder();

/** Every attribute of every flat record, as text. */
function attributesOf(flat: FlatRows | undefined): string[][] {
  const attributes = [...ATTRIBUTES.values()];
  return Array.from({ length: flat?.records ?? 0 }, (_, index) =>
    attributes.map((attribute) => `${attribute.name}=${String(attribute.get(flat as FlatRows, index))}`),
  );
}

async function recordsOf(file: string): Promise<SysflowRecord[]> {
  const bytes = readFileSync(file);
  let at = 0;
  const records: SysflowRecord[] = [];
  for await (const { rows } of readTrace(
    (into) => {
      const read = bytes.copy(into, 0, at);
      at += read;
      return read;
    },
    { file },
  )) {
    records.push(...rows);
  }
  return records;
}

/** A trace in which things are missing, come late, come twice, and come again in other states; and a second host follows. */
function disturbed(seed: number): SysflowRecord[] {
  const random = new SeededRandom(seed);
  const told = (host: string): SysflowRecord[] => [
    ...syntheticRecords({ events: 60, seed: random.below(1 << 30), processes: 6, containers: 2, files: 8, host, salt: "" }),
  ];
  const records: SysflowRecord[] = [];
  const late: SysflowRecord[] = [];
  for (const record of [...told("one"), ...told("two")]) {
    const choice = random.next();
    if (record.type === "P" && choice < 0.1) late.push(record);
    else if (record.type === "P" && choice < 0.3) {
      records.push(record, { type: "P", value: { ...record.value, state: "REUP", exe: `${record.value.exe}-again` } });
    } else if (record.type === "P" && choice < 0.35) records.push({ type: "P", value: { ...record.value, state: "CREATED", exeArgs: "  created  anew " } });
    else if ((record.type === "F" || record.type === "C") && choice < 0.1) late.push(record);
    else if (record.type === "F" && choice < 0.3)
      records.push(record, { type: "F", value: { ...record.value, path: ` ${record.value.path} 1f->2e /run/socket` } });
    else records.push(record);
    if (late.length > 0 && random.next() < 0.05) records.push(late.shift() as SysflowRecord);
  }
  return records;
}

const choices: fc.Arbitrary<{ options: Partial<CutOptions>; keeps: (flat: FlatRows, index: number, first: bigint) => boolean }> = fc.oneof(
  fc.constant({ options: {}, keeps: () => true }),
  fc.constantFrom("PE", "FF", "NF", "FE").map((type) => ({
    options: { where: `sf.type = ${type}` },
    keeps: (flat: FlatRows, index: number) => attributeOf("sf.type", flat, index) === type,
  })),
  fc.integer({ min: 1, max: 12 }).map((pid) => ({
    options: { processTree: String(pid) },
    keeps: (flat: FlatRows, index: number) => (attributeOf("sf.proc.apid", flat, index) as readonly unknown[]).map(String).includes(String(pid)),
  })),
  fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 })).map(([from, length]) => ({
    options: { from: `+${from}ms`, to: `+${from + length}ms` },
    keeps: (flat: FlatRows, index: number, first: bigint) => {
      const ts = attributeOf("sf.ts", flat, index) as bigint;
      return ts >= first + BigInt(from) * 1_000_000n && ts < first + BigInt(from + length) * 1_000_000n;
    },
  })),
);

describe("cutting a trace", () => {
  it("leaves the flat records of the kept events as they were", async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1 << 30 }), choices, async (seed, { options, keeps }) => {
        const records = disturbed(seed);
        const file = join(scratch, "whole.sf");
        const output = join(scratch, "cut.sf");
        writeFileSync(file, await writeTrace(records, { blockBytes: 2000 }));
        expect(await cutTrace(file, { output, onCorrupt: "stop", quiet: true, ...options })).toBe(0);
        const flat = flatten(records) as FlatRows;
        const first = (records.find(({ type }) => !["H", "C", "P", "F"].includes(type)) as Extract<SysflowRecord, { type: "PE" }>).value.ts;
        const expected = attributesOf(flat).filter((_, index) => keeps(flat, index, first));
        kept += expected.length;
        expect(attributesOf(flatten(await recordsOf(output)))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
    // It would be easy to keep nothing.
    expect(kept).toBeGreaterThan(300);
  });

  it("keeps events that have no flat form", async () => {
    const records = [...syntheticRecords({ events: 200, seed: 3, processes: 4, containers: 1, files: 4, host: "h", salt: "" })];
    const file = join(scratch, "formless.sf");
    const output = join(scratch, "formless-cut.sf");
    writeFileSync(file, await writeTrace(records));
    await cutTrace(file, { output, onCorrupt: "stop", quiet: true });
    const formless = records.filter(({ type }) => ["NE", "PF"].includes(type));
    expect(formless.length).toBeGreaterThan(0);
    expect((await recordsOf(output)).filter(({ type }) => ["NE", "PF"].includes(type))).toEqual(formless);
  });

  it("tells a version of a lower rank as a modification, since readers would pass it over", () => {
    const states: string[] = [];
    const needed = new NeededEntities();
    for (const state of ["CREATED", "MODIFIED", "REUP"] as const) {
      const process: SysflowRecord = {
        type: "P",
        value: {
          state,
          oid: { createTs: 1n, hpid: 7n },
          poid: undefined,
          ts: 1n,
          exe: `/bin/${state}`,
          exeArgs: "",
          uid: 0,
          userName: "",
          gid: 0,
          groupName: "",
          tty: false,
          containerId: undefined,
          entry: false,
          cwd: "",
          env: [],
        },
      };
      const event: SysflowRecord = { type: "PE", value: { procOid: { createTs: 1n, hpid: 7n }, ts: 2n, tid: 7n, opFlags: 2, args: [], ret: 0 } };
      const around = flatten([process, event])?.around[0];
      for (const record of needed.before(around as Surroundings, [])) if (record.type === "P") states.push(`${record.value.state} ${record.value.exe}`);
    }
    expect(states).toEqual(["CREATED /bin/CREATED", "MODIFIED /bin/MODIFIED", "MODIFIED /bin/REUP"]);
  });
});

function attributeOf(name: string, flat: FlatRows, index: number): unknown {
  return ATTRIBUTES.get(name)?.get(flat, index);
}
