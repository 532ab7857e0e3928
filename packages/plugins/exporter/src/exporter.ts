import { stat } from "node:fs/promises";
import { type Counter, type Input, MillraceError, type Plugin, type PluginContext } from "@millrace/api";
import { defineProcessor, type EventBatch, type Processor } from "@millrace/api/sysflow";
import { type EventRows, eventRowsOf } from "@millrace/sysflow";
import { JsonWriter } from "./bytes/json-writer.ts";
import { Delivery } from "./delivery.ts";
import { EcsEncoder } from "./ecs/ecs-encoder.ts";
import type { Encoder } from "./encoder.ts";
import { JsonEncoder } from "./json/json-encoder.ts";
import { type CommonOptions, optionsFor } from "./options.ts";
import type { Transport, TransportKind } from "./transport/transport.ts";

/** The version of this package. */
const VERSION = "0.1.0";
const SCHEMA_VERSION = 5;
const ECS_VERSION = "8.2";

/** How many bytes of texts of entities are kept for use again. */
const KEPT_BYTES = 4 << 20;
/** How many bytes have room on a page, and how many of them are written at once, unless a transport wants more. */
const PAGE_BYTES = 1 << 20;
const CHUNK_BYTES = 1 << 17;

/** The processor `exporter` with these transports; the first one is the default. */
export function exporterWith(kinds: readonly [TransportKind, ...TransportKind[]]): Plugin {
  return defineProcessor({
    name: "exporter",
    version: VERSION,
    description: "Writes events as JSON or ECS to a file, the terminal, or nowhere",
    stability: "stable",
    options: optionsFor(kinds),
    in: "event",
    create: (values: CommonOptions, ctx) => {
      const kind = kinds.find(({ name }) => name === values.export) as TransportKind;
      return new Exporter(values, ctx, kind.create({ ...values }, ctx));
    },
  });
}

class Exporter implements Processor<EventBatch> {
  readonly #options: CommonOptions;
  readonly #transport: Transport | undefined;
  readonly #delivery: Delivery | undefined;
  readonly #encoder: Encoder | undefined;
  readonly #records: Counter;
  readonly #mostRecords: number;
  /** Where the records on the page end. */
  #ends: number[] = [];
  /** Their ids, where the transport wants some. */
  #ids: string[] = [];
  /** The write that is under way. It reads the page that is not being filled. */
  #writing: Promise<void> | undefined;
  #opened = false;

  constructor(options: CommonOptions, ctx: PluginContext, transport: Transport | undefined) {
    this.#options = options;
    this.#transport = transport;
    this.#delivery = transport && new Delivery(transport, ctx);
    this.#encoder = transport && encoderOf(options, ctx.service);
    this.#records = ctx.metrics.counter("exported_records", "Events that were exported");
    this.#mostRecords = options.buffer > 1 ? options.buffer : Number.POSITIVE_INFINITY;
  }

  async test(): Promise<void> {
    if (this.#options["vault.secrets"]) await testVault(this.#options["vault.path"]);
    await this.#transport?.test?.();
  }

  async process(input: Input<EventBatch>): Promise<void> {
    await this.#transport?.open?.();
    this.#opened = true;
    for (;;) {
      const next = input.next();
      const batch = next instanceof Promise ? await next : next;
      if (batch === undefined) break;
      try {
        if (this.#encoder) await this.#export(eventRowsOf(batch.data), this.#encoder);
        this.#records.add(batch.data.records);
      } catch (cause) {
        batch.fail(cause);
      }
    }
  }

  async cleanup(): Promise<void> {
    if (this.#opened) await this.#transport?.close?.();
  }

  /** Encodes a batch and writes it. While a page is written, the next one is filled. */
  async #export(batch: EventRows, encoder: Encoder): Promise<void> {
    const { out } = encoder;
    const transport = this.#transport as Transport;
    out.beginAt(transport.offset ?? 0);
    let most = roomOn(transport);
    try {
      for (let event = 0; event < batch.records; event++) {
        encoder.encode(batch, event);
        this.#ends.push(out.length);
        if (transport.wantsIds && encoder.id) this.#ids.push(encoder.id(batch, event));
        const isFull = this.#ends.length >= this.#mostRecords;
        if (isFull || out.length >= most) {
          await this.#writePage(encoder, isFull || !transport.endsAtPages);
          most = roomOn(transport);
        }
      }
      if (out.length > 0) await this.#writePage(encoder, true);
      await this.#writing;
    } catch (cause) {
      await this.#writing?.catch(() => undefined);
      await this.#delivery?.abandon();
      throw cause;
    } finally {
      this.#writing = undefined;
      // Of a batch that has failed, nothing is left over for the next one.
      this.#discardPage(encoder);
    }
  }

  /** @param whole - whether all of the page is written; otherwise up to its last boundary */
  async #writePage({ out }: Encoder, whole: boolean): Promise<void> {
    const before = this.#writing;
    if (before) await before;
    const { isAligned } = out;
    const bytes = out.turn(whole);
    const [ends, ids] = [this.#ends, this.#ids];
    const ended = whole ? ends.length : ends.findLastIndex((end) => end <= bytes.length) + 1;
    this.#ends = ends.splice(ended).map((end) => end - bytes.length);
    this.#ids = ids.splice(ended);
    this.#writing = (this.#delivery as Delivery).write({ bytes, ends, isAligned, ...(ids.length > 0 && { ids }) });
    // Whoever waits for it learns of an error then.
    this.#writing.catch(() => undefined);
  }

  #discardPage({ out }: Encoder): void {
    if (this.#ends.length === 0 && out.length === 0) return;
    this.#ends = [];
    this.#ids = [];
    out.turn();
  }
}

/** Room on a page for one more record of usual size. */
const MARGIN = 1 << 13;

/** How many bytes make a page full. */
function roomOn({ chunkBytes = CHUNK_BYTES }: Transport): number {
  return Math.min(PAGE_BYTES, chunkBytes) - MARGIN;
}

function encoderOf(options: CommonOptions, service: Readonly<Record<string, unknown>>): Encoder {
  const out = new JsonWriter(KEPT_BYTES, PAGE_BYTES);
  const injected = (name: string): string | undefined => (service[name] === undefined ? undefined : String(service[name]));
  if (options.format === "ecs")
    return new EcsEncoder(out, options.version ?? injected("version") ?? VERSION, options.ecsversion ?? injected("ecsversion") ?? ECS_VERSION);
  return new JsonEncoder(out, options.jsonschemaversion ?? Number(injected("jsonschemaversion") ?? SCHEMA_VERSION));
}

async function testVault(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new MillraceError("MILLRACE_EXPORTER_VAULT", `path ${path} not found`, { cause });
  });
  if (!found.isDirectory()) throw new MillraceError("MILLRACE_EXPORTER_VAULT", `path ${path} is not a directory`);
}
