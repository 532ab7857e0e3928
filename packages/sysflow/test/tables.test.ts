import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_CONTAINER, NO_POD, NO_PROCESS, WordTable } from "../src/index.ts";
import { file, header, process, Scene } from "./support/scene.ts";

const container = (id: string, podId?: string) =>
  ({ type: "C", value: { id, name: ` ${id} `, image: "i", imageId: "x", type: "CT_CRI", privileged: false, podId } }) as const;
const pod = (id: string) =>
  ({
    type: "PD",
    value: { ts: 1n, id, name: id, nodeName: "n", hostIp: [], internalIp: [], namespace: "d", restartCount: 0n, labels: {}, selectors: {}, services: [] },
  }) as const;

describe("a process", () => {
  it("is its modified version before its first one before its repeated one, in whatever order they come", () => {
    const version = (state: "CREATED" | "MODIFIED" | "REUP") => process(1, { state, exe: state });
    const exe = (...states: ("CREATED" | "MODIFIED" | "REUP")[]) => new Scene().put(...states.map(version)).around(1).process?.exe;
    expect(exe("REUP")).toBe("REUP");
    expect(exe("CREATED", "REUP")).toBe("CREATED");
    expect(exe("REUP", "CREATED")).toBe("CREATED");
    expect(exe("MODIFIED", "CREATED", "REUP")).toBe("MODIFIED");
    const scene = new Scene().put(version("MODIFIED"), process(1, { state: "MODIFIED", exe: "again" }));
    expect(scene.around(1).process?.exe).toBe("again");
  });

  it("keeps what was known of it when somebody looked", () => {
    const scene = new Scene().put(header, process(1));
    const before = scene.around(1);
    scene.put(process(1, { state: "MODIFIED", exe: "/bin/new" }));
    expect(before.process?.exe).toBe("/bin/p1");
    expect(scene.around(1).process?.exe).toBe("/bin/new");
    expect(before.header?.exporter).toBe("host1");
  });

  it("has white space around its program and arguments taken off", () => {
    expect(new Scene().put(process(1, { exe: " /bin/a\u0085", exeArgs: "\t-x \n" })).around(1).process).toMatchObject({ exe: "/bin/a", exeArgs: "-x" });
  });

  it("that is not known has surroundings that say so", () => {
    const around = new Scene().put(header).around(9);
    expect(around).toMatchObject({ process: undefined, ancestors: [], container: undefined, missing: NO_PROCESS });
    expect(around.header?.exporter).toBe("host1");
  });
});

describe("ancestors", () => {
  it("go up to the root, or as far as they are known", () => {
    const scene = new Scene().put(process(1), process(2, { parent: 1 }), process(3, { parent: 2 }), process(8, { parent: 7 }));
    expect(scene.chain(3)).toEqual(["/bin/p3", "/bin/p2", "/bin/p1"]);
    expect(scene.chain(8)).toEqual(["/bin/p8"]);
  });

  it("are always current: a late parent appears, a changed one is seen changed", () => {
    const scene = new Scene().put(process(3, { parent: 2 }));
    expect(scene.chain(3)).toEqual(["/bin/p3"]);
    scene.put(process(2, { parent: 1 }));
    expect(scene.chain(3)).toEqual(["/bin/p3", "/bin/p2"]);
    scene.put(process(1));
    expect(scene.chain(3)).toEqual(["/bin/p3", "/bin/p2", "/bin/p1"]);
    scene.put(process(2, { parent: 1, state: "MODIFIED", exe: "/bin/exec" }));
    expect(scene.chain(3)).toEqual(["/bin/p3", "/bin/exec", "/bin/p1"]);
    scene.put(process(2, { parent: 9, state: "MODIFIED", exe: "/bin/moved" }));
    expect(scene.chain(3)).toEqual(["/bin/p3", "/bin/moved"]);
  });

  it("stay the same object as long as nothing of them changes", () => {
    const scene = new Scene().put(process(1), process(2, { parent: 1 }));
    const before = scene.around(2);
    scene.put(process(5), file(1));
    expect(scene.around(2)).toBe(before);
  });

  it("end where they would come round again", () => {
    expect(new Scene().put(process(1, { parent: 1 })).chain(1)).toEqual(["/bin/p1"]);
    const scene = new Scene().put(process(1, { parent: 3 }), process(2, { parent: 1 }), process(3, { parent: 2 }));
    expect(scene.chain(1)).toEqual(["/bin/p1", "/bin/p3", "/bin/p2"]);
    expect(scene.chain(2)).toEqual(["/bin/p2", "/bin/p1", "/bin/p3"]);
  });

  it("are followed no further than a thousand", () => {
    const scene = new Scene();
    for (let pid = 1; pid <= 1500; pid++) scene.put(process(pid, { parent: pid + 1 }));
    scene.put(process(1501));
    expect(scene.chain(1)).toHaveLength(1024);
  });
});

describe("containers and pods", () => {
  it("are found through the process, late ones too, and missing ones are named", () => {
    const scene = new Scene().put(process(1, { containerId: "c1" }));
    expect(scene.around(1).missing).toBe(NO_CONTAINER);
    scene.put(container("c1", "p1"));
    expect(scene.around(1)).toMatchObject({ container: { id: "c1" }, pod: undefined, missing: NO_POD });
    scene.put(pod("p1"));
    expect(scene.around(1)).toMatchObject({ container: { id: "c1" }, pod: { id: "p1" }, missing: 0 });
  });
});

describe("a header", () => {
  it("empties the tables", () => {
    const scene = new Scene().put(process(1, { containerId: "c1" }), file(1), container("c1"));
    expect(scene.tables.size).toBe(3);
    scene.put(header);
    expect(scene.tables.size).toBe(0);
    expect([scene.chain(1), scene.path(1), scene.tables.container("c1")]).toEqual([[], undefined, undefined]);
  });
});

describe("full tables", () => {
  it("let go what was not used for the longest time, at the end of a batch, and count it", () => {
    const scene = new Scene({ files: 3, processes: 2, containers: 2 }).put(file(1), file(2), file(3));
    scene.tables.endBatch();
    scene.path(1);
    scene.put(file(4), file(5));
    expect(scene.path(2)).toBe("/files/2");
    scene.tables.endBatch();
    expect([1, 2, 3, 4, 5].map((number) => scene.path(number) !== undefined)).toEqual([false, true, false, true, true]);
    expect(scene.tables.evictions).toBe(2);
    scene.put(container("a"), container("b"), container("c"));
    scene.tables.endBatch();
    expect([scene.tables.container("a"), scene.tables.evictions]).toEqual([undefined, 3]);
  });

  it("keep a parent for as long as its child is there", () => {
    const scene = new Scene({ processes: 3 }).put(process(1), process(2, { parent: 1 }));
    scene.tables.endBatch();
    for (let pid = 10; pid < 30; pid++) {
      scene.put(process(pid));
      scene.around(2);
      scene.tables.endBatch();
      expect(scene.chain(2)).toEqual(["/bin/p2", "/bin/p1"]);
      scene.tables.endBatch();
    }
    expect(scene.tables.size).toBe(3);
  });

  it("never show a chain with a gap, whatever is used and lost", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom("put", "look", "end"), fc.integer({ min: 1, max: 12 })), { maxLength: 80 }), (steps) => {
        const scene = new Scene({ processes: 4 });
        const parents = new Map<string, string | undefined>();
        for (const [step, pid] of steps) {
          const parent = pid > 2 ? Math.floor(pid / 2) : undefined;
          if (step === "put") {
            scene.put(process(pid, parent === undefined ? {} : { parent }));
            parents.set(`/bin/p${pid}`, parent === undefined ? undefined : `/bin/p${parent}`);
          } else if (step === "look") {
            const chain = scene.chain(pid);
            for (let i = 1; i < chain.length; i++) expect(parents.get(chain[i - 1] as string)).toBe(chain[i]);
          } else {
            scene.tables.endBatch();
            expect(scene.tables.size).toBeLessThanOrEqual(4);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("a word table", () => {
  it("holds what a map holds, in the order of use", () => {
    const step = fc.tuple(fc.constantFrom("add", "touch", "remove", "oldest", "clear"), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.integer(), (steps, seed) => {
        const table = new WordTable<number>(2, seed);
        const model = new Map<string, number>();
        for (const [what, low, high] of steps) {
          const words = Int32Array.of(0, low * 65_536, high);
          const key = `${low} ${high}`;
          const found = table.find(words, 1);
          expect(found >= 0 ? table.values[found] : undefined).toBe(model.get(key));
          if (what === "clear" && low === 0) {
            table.clear();
            model.clear();
          } else if (what === "add" && found < 0) {
            table.add(words, 1, low);
            model.set(key, low);
          } else if (what === "touch" && found >= 0) {
            table.touch(found);
            model.delete(key);
            model.set(key, low);
          } else if (what === "remove" && found >= 0) {
            table.remove(found);
            model.delete(key);
          } else if (what === "oldest" && model.size > 0) {
            const [oldest] = model.keys();
            expect(table.values[table.oldest]).toBe(model.get(oldest as string));
            table.remove(table.oldest);
            model.delete(oldest as string);
          }
          expect(table.size).toBe(model.size);
        }
      }),
    );
  });
});
