import type { EventRows, EventVerdict, FlatRows, Surroundings } from "@millrace/sysflow";
import * as L from "@millrace/sysflow/layout";
import * as N from "@millrace/sysflow/names";
import type { JsonWriter } from "./bytes/json-writer.ts";
import { type Literal, literal } from "./bytes/literal.ts";
import type { Encoder } from "./encoder.ts";
import { type AroundText, aroundText, ChainText, chainText, KeptText } from "./kept-text.ts";
import { writeTags } from "./rule-texts.ts";

const LINE_END: Literal = literal("}\n");

/**
 * What encoders of all formats have in common: a record is written by its type, and what depends on versions of entities
 * alone is written once, kept as bytes, and copied. An encoder has two such texts for each record: one of what is around it
 * (the trace, the container, the pod), and one of the process and its ancestors, amid which the number of the thread stands.
 */
export abstract class RecordEncoder implements Encoder {
  readonly out: JsonWriter;
  /** Under which the texts of chains are kept with the same versions as those of single processes. */
  readonly #chains: object = {};
  /** The text of no process. */
  readonly #nobody: ChainText = new ChainText(this, undefined);
  /** Texts of containers and pods, which many surroundings share. */
  readonly #sections: WeakMap<object, KeptText> = new WeakMap();

  constructor(out: JsonWriter) {
    this.out = out;
  }

  encode(batch: EventRows, event: number): void {
    const { out } = this;
    const { flat } = batch;
    const index = batch.indexes[event] as number;
    const base = flat.bases[index] as number;
    const verdict = batch.verdicts[event] as EventVerdict;
    out.beginRecord();
    out.need(0);
    switch (flat.words[base]) {
      case N.FILE_FLOW:
        this.fileFlow(flat, index, base, verdict);
        break;
      case N.NETWORK_FLOW:
        this.networkFlow(flat, index, base, verdict);
        break;
      case N.PROCESS_EVENT:
        this.processEvent(flat, index, base, verdict);
        break;
      case N.FILE_EVENT:
        this.fileEvent(flat, index, base, verdict);
        break;
      default:
        this.k8sEvent(flat, index, base, verdict);
    }
    writeTags(out, batch, event);
    out.put(LINE_END);
  }

  // Each writes a record of its type, but for tags and the end of the line.

  protected abstract fileFlow(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void;
  protected abstract networkFlow(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void;
  protected abstract processEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void;
  protected abstract fileEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void;
  protected abstract k8sEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void;

  /** Writes what is around a record, and keeps it in as many parts as records need. */
  protected abstract keepAround(around: Surroundings, kept: AroundText, from: number): void;
  /** Writes the process and its ancestors up to the number of the thread. */
  protected abstract writeProcessStart(around: Surroundings): void;
  /** Writes what comes after the number of the thread. */
  protected abstract writeProcessEnd(around: Surroundings): void;

  /** Writes what depends on one version alone, for surroundings. Of each version, it is always the same that is written. */
  protected section<T extends object>(version: T | undefined, write: (out: JsonWriter, version: T) => void): void {
    if (version === undefined) return;
    const { out } = this;
    const kept = this.#sections.get(version) ?? new KeptText(this, undefined);
    if (kept.generation !== out.generation) {
      const from = out.length;
      write(out, version);
      kept.keep(out, from);
      this.#sections.set(version, kept);
    }
    out.copy(kept.place, kept.length);
  }

  /** The text of what is around a record. */
  protected around(surroundings: Surroundings): AroundText {
    const { out } = this;
    const kept = aroundText(surroundings, this);
    if (kept.generation === out.generation) return kept;
    const process = this.#process(surroundings);
    // Its place and not its object: that tells of another chain once there is one.
    kept.processPlace = process.place;
    kept.thread = process.first;
    kept.processLength = process.length;
    this.keepAround(surroundings, kept, out.length);
    // Neither is remembered where the other is not: they are looked at together.
    if (process.generation !== out.generation) kept.generation = -1;
    return kept;
  }

  /** Writes what is around a record from an offset of its text on, and the process with the number of the thread. */
  protected writeAround(around: AroundText, words: Int32Array, base: number, from: number): void {
    const { out } = this;
    out.copy(around.place + from, around.length - from);
    out.copy(around.processPlace, around.thread);
    out.long(words[base + L.TID] as number, words[base + L.TID + 1] as number);
    out.copy(around.processPlace + around.thread, around.processLength - around.thread);
  }

  #process(surroundings: Surroundings): KeptText {
    const { out } = this;
    const { process, ancestors } = surroundings;
    const kept = process ? chainText(process, this.#chains) : this.#nobody;
    if (kept.generation === out.generation && kept.isOf(ancestors)) return kept;
    const from = out.length;
    this.writeProcessStart(surroundings);
    const thread = out.length;
    this.writeProcessEnd(surroundings);
    kept.keep(out, from, thread);
    kept.ancestors = ancestors;
    return kept;
  }
}
