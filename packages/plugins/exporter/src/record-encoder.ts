import type { EventRows, EventVerdict, FlatRows, Surroundings } from "@millrace/sysflow";
import * as L from "@millrace/sysflow/layout";
import * as N from "@millrace/sysflow/names";
import type { JsonWriter } from "./bytes/json-writer.ts";
import { type Literal, literal } from "./bytes/literal.ts";
import type { Encoder } from "./encoder.ts";
import { ChainText, chainText, KeptText, keptText } from "./kept-text.ts";
import { Tags } from "./rule-texts.ts";

const LINE_END: Literal = literal("}\n");

/**
 * What encoders of all formats have in common: a record is written by its type, and what depends on versions of entities
 * alone is written once, kept as bytes, and copied. An encoder has one such text for what is around a record: the trace, the
 * container, the pod, and then the process and its ancestors, amid which the number of the thread stands.
 */
export abstract class RecordEncoder implements Encoder {
  readonly out: JsonWriter;
  /** Under which the texts of chains are kept with the same versions as those of single processes. */
  readonly #chains: object = {};
  /** The text of no process. */
  readonly #nobody: ChainText = new ChainText(this, undefined);
  /** Texts of containers and pods, which many surroundings share. */
  readonly #sections: WeakMap<object, KeptText> = new WeakMap();

  readonly #tags: Tags;

  constructor(out: JsonWriter) {
    this.out = out;
    this.#tags = new Tags(out);
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
    this.#tags.put(batch, event, verdict);
    out.put(LINE_END);
  }

  // Each writes a record of its type, but for tags and the end of the line.

  protected abstract fileFlow(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void;
  protected abstract networkFlow(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void;
  protected abstract processEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void;
  protected abstract fileEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void;
  protected abstract k8sEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void;

  /** Writes what is around a record, up to the process. Gives the lengths of the page at the ends of its first two parts. */
  protected abstract writeSurroundings(around: Surroundings): readonly [first: number, second: number];
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

  /** The text of what is around a record. It has four parts: two as the format wants them, what is left up to the number of the thread, and the rest. */
  protected around(surroundings: Surroundings): KeptText {
    const { out } = this;
    const kept = keptText(surroundings, this);
    if (kept.generation === out.generation) return kept;
    const from = out.length;
    const [first, second] = this.writeSurroundings(surroundings);
    const process = out.length;
    const thread = this.#writeProcess(surroundings);
    const { length } = out;
    kept.keep(out, from, first, second, process + thread);
    this.#chain(surroundings).keepWithin(kept, length - process, thread);
    return kept;
  }

  /** Writes what is around a record from an offset of its text on, and the number of the thread within. */
  protected writeAround(around: KeptText, words: Int32Array, base: number, from: number): void {
    const { out } = this;
    out.copy(around.place + from, around.third - from);
    out.long(words[base + L.TID] as number, words[base + L.TID + 1] as number);
    out.copy(around.place + around.third, around.length - around.third);
  }

  /** Writes the process and its ancestors without the number of the thread. Gives the offset where that belongs. */
  #writeProcess(surroundings: Surroundings): number {
    const { out } = this;
    const { ancestors } = surroundings;
    const chain = this.#chain(surroundings);
    if (chain.generation === out.generation && chain.isOf(ancestors)) {
      out.copy(chain.place, chain.length);
      return chain.first;
    }
    chain.ancestors = ancestors;
    const from = out.length;
    this.writeProcessStart(surroundings);
    const thread = out.length - from;
    this.writeProcessEnd(surroundings);
    return thread;
  }

  #chain({ process }: Surroundings): ChainText {
    return process ? chainText(process, this.#chains) : this.#nobody;
  }
}
