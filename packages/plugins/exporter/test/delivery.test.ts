import { MillraceError } from "@millrace/api";
import { XxHash64 } from "@millrace/sysflow";
import { clientServerScene, harness, podScene, scenario } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { exporterWith } from "../src/exporter.ts";
import { plugin } from "../src/index.ts";
import type { Chunk, Transport, TransportKind } from "../src/transport/transport.ts";
import { encoder, eventsFrom, lines } from "./support/events.ts";

const batch = eventsFrom(podScene().records);
const expected = lines(batch, encoder("json"))
  .map((line) => `${line}\n`)
  .join("");

/** The bit of an execution among the operations. */
const EXEC = 2;

/** A transport that keeps what it takes: `some` bytes at a time, and fails when it is told to. */
class Store implements Transport {
  text = "";
  calls = 0;
  opened = 0;
  closed = 0;
  readonly #some: number;
  readonly #fails: (call: number) => Error | undefined;

  constructor(some: number, fails: (call: number) => Error | undefined) {
    this.#some = some;
    this.#fails = fails;
  }

  open(): void {
    this.opened++;
  }

  async write({ bytes }: Chunk, from: number): Promise<number> {
    const call = this.calls++;
    const part = Buffer.from(bytes.subarray(from, from + this.#some)).toString("latin1");
    // Whoever reads the bytes later, as a system does, must find them as they were.
    await Promise.resolve();
    expect(Buffer.from(bytes.subarray(from, from + this.#some)).toString("latin1")).toBe(part);
    const failure = this.#fails(call);
    if (failure) throw failure;
    this.text += part;
    return Math.min(bytes.length, from + this.#some);
  }

  abandon(): void {
    this.text = this.text.slice(0, this.text.lastIndexOf("\n") + 1);
  }

  close(): void {
    this.closed++;
  }
}

function storing(store: Store, formats?: readonly string[]): TransportKind {
  return { name: "store", options: {}, create: () => store, ...(formats && { formats }) };
}

describe("writing", () => {
  it("goes on where a transport takes a part", async () => {
    const store = new Store(777, () => undefined);
    const h = await harness(exporterWith([storing(store)]), { input: [batch, batch, batch] });
    expect((await h.finished()).state).toBe("finished");
    expect(store).toMatchObject({ text: expected.repeat(3), opened: 1, closed: 1 });
    expect(h.metric("exported_bytes")).toBe(expected.length * 3);
  });

  it("is tried again after an error, with longer and longer waits, and loses and doubles nothing", async () => {
    const store = new Store(1000, (call) => (call % 4 === 3 || call === 4 ? new Error("no space left on device") : undefined));
    const h = await harness(exporterWith([storing(store)]), {});
    const fed = h.feed(batch);
    await h.advance(60_000);
    expect((await fed.settled()).outcome.state).toBe("done");
    expect(store.text).toBe(expected);
    expect(h.metric("write_errors")).toBe(h.metric("write_retries"));
    expect(h.metric("write_errors")).toBeGreaterThan(2);
    expect(h.log("warn").slice(0, 2)).toMatchInlineSnapshot(`
      [
        "no space left on device; attempt 2 of 8 in 100 ms",
        "no space left on device; attempt 3 of 8 in 200 ms",
      ]
    `);
    await h.close();
  });

  it("is given up after eight attempts: the batch is lost with its cause, no half record stays, and the next batch is whole", async () => {
    let full = true;
    const store = new Store(1000, (call) => (full && call >= 2 ? new Error("no space left on device") : undefined));
    const h = await harness(exporterWith([storing(store)]), {});
    const fed = h.feed(batch);
    await h.advance(60_000);
    const { outcome } = await fed.settled();
    expect(outcome).toMatchObject({
      state: "lost",
      cause: { code: "MILLRACE_EXPORTER_LOST", message: "records could not be exported: no space left on device" },
    });
    expect(store.text).toBe(expected.slice(0, expected.lastIndexOf("\n", 2000) + 1));
    expect(h.metric("write_errors")).toBe(8);
    const before = store.text;
    full = false;
    expect((await h.feed(batch).settled()).outcome.state).toBe("done");
    expect(store.text).toBe(before + expected);
    expect(h.metric("exported_records")).toBe(batch.records);
    await h.close();
  });

  it("is not tried again where that is hopeless", async () => {
    const store = new Store(1000, () => new MillraceError("MILLRACE_TEST_GONE", "the reader has gone"));
    const h = await harness(exporterWith([storing(store)]), {});
    expect((await h.feed(batch).settled()).outcome).toMatchObject({ state: "lost", cause: { cause: { code: "MILLRACE_TEST_GONE" } } });
    expect(store.calls).toBe(1);
    await h.close();
  });

  it("ends with the grace period", async () => {
    const store = new Store(1000, () => new Error("stuck"));
    const h = await harness(exporterWith([storing(store)]), {});
    h.feed(batch);
    await h.quiet();
    h.abort();
    expect((await h.finished()).state).not.toBe("finished");
    expect(store.closed).toBe(1);
  });

  it("hands over as many records in one go as buffer says", async () => {
    const sizes: number[] = [];
    const kind: TransportKind = {
      name: "sizes",
      options: {},
      create: () => ({
        write: ({ bytes, ends }) => {
          sizes.push(ends.length);
          return bytes.length;
        },
      }),
    };
    const h = await harness(exporterWith([kind]), { options: { buffer: 5 }, input: batch });
    expect((await h.finished()).state).toBe("finished");
    expect(Math.max(...sizes)).toBe(5);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(batch.records);
    expect(sizes.slice(0, -1).every((size) => size === 5)).toBe(true);
  });
});

describe("chunks that end at pages", () => {
  const many = eventsFrom(Array.from({ length: 6 }, () => podScene().records).flat());
  const text = `${lines(many, encoder("ecs")).join("\n")}\n`;

  it("do so but for the last one of a batch, and tell of each record once, where it ends", async () => {
    const taken: Chunk[] = [];
    let offset = 100;
    const kind: TransportKind = {
      name: "pages",
      options: {},
      create: () => ({
        endsAtPages: true,
        wantsIds: true,
        chunkBytes: 20_000,
        get offset() {
          return offset;
        },
        write: (chunk) => {
          taken.push({ ...chunk, bytes: chunk.bytes.slice() });
          offset += chunk.bytes.length;
          return chunk.bytes.length;
        },
      }),
    };
    const h = await harness(exporterWith([kind]), { options: { format: "ecs" }, input: [many, many] });
    expect((await h.finished()).state).toBe("finished");
    const all = Buffer.concat(taken.map(({ bytes }) => bytes)).toString();
    expect(all).toBe(text.repeat(2));

    const places: number[] = [];
    const ends: number[] = [];
    let place = 0;
    for (const chunk of taken) {
      ends.push(...chunk.ends.map((end) => place + end));
      expect(chunk.ids ?? []).toHaveLength(chunk.ends.length);
      place += chunk.bytes.length;
      places.push(place);
    }
    expect(places.filter((end) => (end + 100) % 4096 !== 0)).toEqual([text.length, text.length * 2]);
    expect(places.length).toBeGreaterThan(8);
    expect(ends).toEqual([...all.matchAll(/\n/g)].map(({ index }) => index + 1));
  });

  it("leave no half record where the next one fails", async () => {
    let written = "";
    let full = true;
    const kind: TransportKind = {
      name: "pages",
      options: {},
      create: () => ({
        endsAtPages: true,
        chunkBytes: 20_000,
        get offset() {
          return written.length;
        },
        write: ({ bytes }) => {
          if (full && written.length > 0) throw new Error("no space left on device");
          written += Buffer.from(bytes).toString();
          return bytes.length;
        },
        abandon: () => {
          written = written.slice(0, written.lastIndexOf("\n") + 1);
        },
      }),
    };
    const h = await harness(exporterWith([kind]), { options: { format: "ecs" } });
    const fed = h.feed(many);
    await h.advance(60_000);
    expect((await fed.settled()).outcome.state).toBe("lost");
    expect(written).toBe(text.slice(0, text.lastIndexOf("\n", 12_287) + 1));
    const before = written;
    full = false;
    expect((await h.feed(many).settled()).outcome.state).toBe("done");
    expect(written).toBe(before + text);
    await h.close();
  });
});

describe("ids", () => {
  const idsOf = async (format: string, wantsIds: boolean, records: Parameters<typeof eventsFrom>[0]): Promise<readonly (readonly string[] | undefined)[]> => {
    const seen: (readonly string[] | undefined)[] = [];
    const create = (): Transport => ({
      wantsIds,
      write: ({ bytes, ids }) => {
        seen.push(ids);
        return bytes.length;
      },
    });
    const h = await harness(exporterWith([{ name: "ids", options: {}, create }]), { options: { format }, input: eventsFrom(records) });
    expect((await h.finished()).state).toBe("finished");
    return seen;
  };
  const scene = [...podScene().records, ...clientServerScene().records];

  it("come with each record where a transport wants them, and are the same each time", async () => {
    const [ids = []] = await idsOf("ecs", true, scene);
    expect(ids).toHaveLength(eventsFrom(scene).records);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
    expect(await idsOf("ecs", true, scene)).toEqual([ids]);
  });

  it("are hashes of what tells a record", async () => {
    const [ids] = await idsOf("ecs", true, scenario().host("node").process("p", { exe: "x", pid: 5 }).exec().records);
    const [event] = eventsFrom(scenario().host("node").process("p", { exe: "x", pid: 5 }).exec().records);
    const numbers = ["sf.ts", "sf.proc.tid", "sf.proc.createts", "sf.opflags"].map((name) => {
      const value = event?.record.get(name);
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(name === "sf.opflags" ? EXEC : (value as bigint)));
      return bytes;
    });
    const bytes = Buffer.concat([Buffer.from("node"), ...numbers]);
    const hash = new XxHash64();
    hash.digest(bytes, bytes.length);
    expect(ids).toEqual([hash.text]);
  });

  it("are not made where nobody wants them, or the format has none", async () => {
    expect(await idsOf("ecs", false, scene)).toEqual([undefined]);
    expect(await idsOf("json", true, scene)).toEqual([undefined]);
  });
});

describe("options", () => {
  const said = async (options: Record<string, unknown>, kinds?: Parameters<typeof exporterWith>[0]): Promise<string> => {
    const result = await (kinds ? exporterWith(kinds) : plugin).options?.["~standard"].validate(options);
    return result?.issues?.map(({ message, path }) => `${path?.join(".")}: ${message}`).join("; ") ?? "fine";
  };

  it("name the transports that are there", async () => {
    expect(await said({ export: "kafka" })).toMatchInlineSnapshot(`"export: there is no transport "kafka"; there are terminal, file, null"`);
    expect(await said({ export: "findings" })).toMatchInlineSnapshot(
      `"export: findings is not supported: the service that it wrote to, IBM Security Advisor, is described in the documentation of SysFlow, and no release of its processor has it any more"`,
    );
    expect(await said({ format: "xml" })).toMatchInlineSnapshot(`"format: Invalid option: expected one of "json"|"ecs""`);
  });

  it("refuse a format that the transport does not take", async () => {
    expect(await said({ format: "json" }, [storing(new Store(1, () => undefined), ["ecs"])])).toMatchInlineSnapshot(
      `"format: the transport store takes the format ecs, not json"`,
    );
    expect(await said({ format: "ecs" }, [storing(new Store(1, () => undefined), ["ecs"])])).toBe("fine");
  });

  it("take text for numbers where a configuration has text only", async () => {
    const h = await harness(plugin, { options: { export: "null", buffer: "10", "vault.secrets": "off" }, style: { textual: true }, input: batch });
    expect((await h.finished()).state).toBe("finished");
    expect(h.metric("exported_records")).toBe(batch.records);
  });
});
