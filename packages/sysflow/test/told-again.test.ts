import type { SysflowRecord } from "@millrace/api/sysflow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EntityTables, type FileVersion, readTrace, rowsFrom, type Surroundings, type SysflowRows, walk, writeTrace } from "../src/index.ts";
import { bytesReader } from "./support/reading.ts";
import { file, fileFlow, header, process } from "./support/scene.ts";

interface Seen {
  readonly around: Surroundings;
  readonly file: FileVersion | undefined;
}

function look(rows: SysflowRows, tables: EntityTables): Seen[] {
  const seen: Seen[] = [];
  walk(rows, tables, { begin() {}, missing() {}, event: (_base, _type, around, what) => void seen.push({ around, file: what }) });
  return seen;
}

/** As a trace is read: from bytes. */
async function fromBytes(records: readonly SysflowRecord[]): Promise<Seen[]> {
  const bytes = await writeTrace(records, { sync: Buffer.alloc(16, 1), blockBytes: 600 });
  const tables = new EntityTables();
  const seen: Seen[] = [];
  for await (const { rows } of readTrace(bytesReader(bytes), { file: "told.sf" })) seen.push(...look(rows, tables));
  return seen;
}

/** Rows that were made from records have no bytes by which anything could be found again. */
function fromRecords(records: readonly SysflowRecord[]): Seen[] {
  return look(rowsFrom(records), new EntityTables());
}

const plain = ({ around, file: what }: Seen): unknown => ({
  exporter: around.header?.exporter,
  chain: around.ancestors.map(({ exe, exeArgs, uid, stateCode, cwd, env, tsLo }) => ({ exe, exeArgs, uid, stateCode, cwd, env, tsLo })),
  container: around.container?.id,
  missing: around.missing,
  file: what && { path: what.path, oid: what.oid, state: what.stateCode, tsLo: what.tsLo },
});

describe("an entity that is told again in the same bytes", () => {
  const scene = [header, process(1), process(2, { parent: 1 }), file(1), fileFlow(2, 1)];

  it("is the same version, with the same surroundings, from the second time on", async () => {
    const [first, second, third, fourth] = await fromBytes([...scene, ...scene, ...scene, ...scene]);
    expect(second?.around.process).not.toBe(first?.around.process);
    expect(third?.around).toBe(second?.around);
    expect(third?.file).toBe(second?.file);
    expect(fourth?.around).toBe(second?.around);
  });

  it("has other surroundings where its parent is another version", async () => {
    const changed = [header, process(1, { exe: "/bin/other" }), process(2, { parent: 1 }), file(1), fileFlow(2, 1)];
    const seen = await fromBytes([...scene, ...scene, ...scene, ...changed, ...scene]);
    expect(seen[3]?.around.process).toBe(seen[2]?.around.process);
    expect(seen[3]?.around.ancestors.map(({ exe }) => exe)).toEqual(["/bin/p2", "/bin/other"]);
    expect(seen[4]?.around).toBe(seen[2]?.around);
  });
});

it("whatever is told again, and in whatever order, is what it is without anything being remembered", async () => {
  const someone = fc.integer({ min: 1, max: 4 });
  const record = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(header, { type: "H", value: { version: 1, exporter: "host2", ip: "", filename: "" } } as SysflowRecord) },
    {
      weight: 4,
      arbitrary: fc
        .record({
          hpid: someone,
          parent: someone,
          state: fc.constantFrom("CREATED", "MODIFIED", "REUP"),
          exe: fc.constantFrom("/bin/a", "/bin/b", "x".repeat(3000)),
        })
        .map(({ hpid, ...rest }) => process(hpid, rest as Parameters<typeof process>[1])),
    },
    { weight: 2, arbitrary: someone.map((n) => file(n)) },
    { weight: 4, arbitrary: fc.tuple(someone, someone).map(([hpid, path]) => fileFlow(hpid, path)) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 40 }), fc.integer({ min: 2, max: 4 }), async (records, times) => {
      const again = Array.from({ length: times }, () => records).flat();
      expect((await fromBytes(again)).map(plain)).toEqual(fromRecords(again).map(plain));
    }),
    { numRuns: 150 },
  );
});
