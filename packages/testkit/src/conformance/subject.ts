import { type BatchData, MillraceError, type OptionsStyle, type Plugin } from "@millrace/api";
import type { FluentRecord } from "@millrace/api/fluent";
import { eventBatch, type FlatSketch, flat, sysflowEvent } from "../data/flat.ts";
import { chunks, messages } from "../data/messages.ts";
import { records } from "../data/records.ts";
import { Harness } from "../harness/harness.ts";
import type { HarnessOptions } from "../harness/options.ts";
import { podScene } from "../scenario/scenes.ts";

/** What the suites have to know about a plugin. For most, its options are enough. */
export interface ConformanceOptions {
  /** Options with which an instance works; a function, where each instance needs its own (a file, a folder). */
  readonly options?: Readonly<Record<string, unknown>> | (() => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>);
  readonly style?: OptionsStyle;
  readonly instance?: HarnessOptions["instance"];
  readonly service?: HarnessOptions["service"];
  readonly hosted?: HarnessOptions["hosted"];
  readonly host?: HarnessOptions["host"];
  readonly kinds?: HarnessOptions["kinds"];
  /** The kind it is fed with; the first that it reads, if absent. */
  readonly inputKind?: string;
  /** The batch number `n` that it is fed, from 0: one that it can work with. One of the kind that it reads, if absent. */
  readonly input?: (n: number) => BatchData;
  /** `system` for a plugin that waits for sockets or files. Default `virtual`. */
  readonly clock?: "virtual" | "system";
  /** For a source: what makes it send something. Time that goes on, if absent. */
  readonly stimulate?: (h: Harness) => void | Promise<void>;
  /** Checks that do not fit, by name, each with the reason, which is shown. */
  readonly skip?: Readonly<Record<string, string>>;
  readonly expire?: HarnessOptions["expire"];
}

/** A plugin that is checked, with all that the checks need to run it. */
export class Subject {
  readonly plugin: Plugin;
  readonly given: ConformanceOptions;

  constructor(plugin: Plugin, given: ConformanceOptions) {
    this.plugin = plugin;
    this.given = given;
  }

  get isHosted(): boolean {
    return this.plugin.node === undefined;
  }

  /** Whether it is fed: all but sources. */
  get isFed(): boolean {
    return this.isHosted || this.plugin.channels.in === "any" || this.plugin.channels.in.length > 0;
  }

  /** Whether anything comes out of it. */
  get sends(): boolean {
    if (this.plugin.kind === "action") return true;
    const { out } = this.plugin.channels;
    return typeof out === "string" || "hosted" in out || out.length > 0;
  }

  input(n: number): BatchData {
    return this.given.input?.(n) ?? defaultInput(this.inputKind(), n);
  }

  /** A batch with many records, to fill channels with: the first batch that it is fed, over and over, where a test brings its own. */
  bulk(): BatchData {
    return this.given.input?.(0) ?? defaultInput(this.inputKind(), 0, BULK);
  }

  private inputKind(): string {
    if (this.given.inputKind !== undefined) return this.given.inputKind;
    if (this.plugin.kind === "handler") return "sysflow";
    if (this.plugin.kind === "action") return "flat";
    const reads = this.plugin.channels.in;
    return reads === "any" ? "message" : (reads[0] as string);
  }

  async options(): Promise<Readonly<Record<string, unknown>>> {
    const { options } = this.given;
    return typeof options === "function" ? options() : (options ?? {});
  }

  /** Prepares a run around it. */
  async prepare(more: HarnessOptions = {}): Promise<Harness> {
    return Harness.prepare(this.plugin, { ...(await this.harnessOptions()), ...more });
  }

  async start(more: HarnessOptions = {}): Promise<Harness> {
    const h = await this.prepare(more);
    await h.start();
    return h;
  }

  async harnessOptions(): Promise<HarnessOptions> {
    const { style, service, hosted, host, kinds, instance, clock, expire } = this.given;
    const inputKind = this.isFed && !this.isHosted ? { inputKind: this.inputKind() } : {};
    return {
      options: await this.options(),
      instance: instance ?? { tag: "test", match: "*" },
      clock: clock ?? "virtual",
      ...inputKind,
      ...(style !== undefined && { style }),
      ...(service !== undefined && { service }),
      ...(hosted !== undefined && { hosted }),
      ...(host !== undefined && { host }),
      ...(kinds !== undefined && { kinds }),
      ...(expire !== undefined && { expire }),
    };
  }

  /** Lets a source send something, or time pass for whatever waits for it. */
  async stimulate(h: Harness): Promise<void> {
    if (this.given.stimulate !== undefined) await this.given.stimulate(h);
    else await this.pass(h, STIMULUS_MS);
  }

  /** Lets time pass: virtual time, or a little of the real one. */
  async pass(h: Harness, ms: number): Promise<void> {
    if (this.given.clock === "system") await new Promise((resolve) => setTimeout(resolve, REAL_PAUSE_MS));
    else await h.advance(ms);
    await h.quiet();
  }
}

/** Virtual time in which a source should have sent something. */
const STIMULUS_MS = 3000;
const REAL_PAUSE_MS = 20;

/** How often the records of a sample are repeated in a batch that is to fill a channel. */
const BULK = 60;

function defaultInput(kind: string, n: number, times = 1): BatchData {
  const repeated = <T>(items: readonly T[]): readonly T[] => Array.from({ length: times }, () => items).flat();
  switch (kind) {
    case "message":
      return messages(...repeated([`message ${n}`, `another ${n}`]));
    case "record":
      return records("test", ...repeated<FluentRecord>([{ message: `record ${n}` }, { message: `another ${n}`, number: n }]));
    case "bytes":
      return chunks(...repeated([`chunk ${n}`]));
    case "sysflow":
      return podScene().batch();
    case "flat":
      return flat(...repeated(flatSample(n)));
    case "event":
      return eventBatch(Array.from(flat(...repeated(flatSample(n))), (record) => sysflowEvent(record.retain(), ["a rule"], ["a tag"])));
    default:
      throw new MillraceError("MILLRACE_TESTKIT_KIND", `no sample of the channel kind ${kind} is known`, { hint: "give one by the option input" });
  }
}

function flatSample(n: number): FlatSketch[] {
  const process = { "sf.proc.exe": "/usr/bin/tool", "sf.proc.pid": BigInt(100 + n), "sf.proc.tid": BigInt(100 + n), "sf.proc.user": "dev" };
  return [
    { type: "PE", ...process },
    { type: "FF", ...process, "sf.file.path": `/tmp/${n}` },
    { type: "NF", ...process, "sf.net.dport": 443n },
  ];
}
