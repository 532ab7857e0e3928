import { type EventRows, type EventVerdict, type FileVersion, type FlatRows, messageAt, type Surroundings, ZERO_FILE, ZERO_PROCESS } from "@millrace/sysflow";
import * as L from "@millrace/sysflow/layout";
import * as N from "@millrace/sysflow/names";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";
import { type KeptText, keptText } from "../kept-text.ts";
import { RecordEncoder } from "../record-encoder.ts";
import { VerdictTexts } from "../rule-texts.ts";
import { writeContainer, writeHost, writeOrchestrator, writePod } from "./around.ts";
import { CommunityId } from "./community-id.ts";
import { DocumentId } from "./document-id.ts";
import { type EventKind, fileEventKind, fileFlowKind, hasTarget, isSymlink, k8sKind, NETWORK_KIND, processKind } from "./event-kind.ts";
import { writeFile, writePlainFile } from "./file.ts";
import { k8sResource } from "./k8s-resource.ts";
import { writeNetwork } from "./network.ts";
import { writeProcess, writeUser } from "./process.ts";
import { TimeText } from "./time-text.ts";

const TIMESTAMP: Literal = literal('{"@timestamp":');
const END: Literal = literal(',"end":');
const KIND: Literal = literal(',"kind":"event"');
const ORIGINAL: Literal = literal(',"original":');
const REASON: Literal = literal(',"reason":');
const SEVERITY: Literal = literal(',"severity":');
const RET: Literal = literal(',"sf_ret":');
const BYTES_READ: Literal = literal(',"sf_file_action":{"bytes_read":');
const BYTES_WRITTEN: Literal = literal(',"bytes_written":');
const READ_OPS: Literal = literal(',"read_ops":');
const WRITE_OPS: Literal = literal(',"write_ops":');
const CLOSE: Literal = literal("}");

/** How many kinds of events are remembered before all are forgotten: real traces have some dozens. */
const MOST_KINDS = 4096;

/** What is written of the kind of an event: before the duration, and after the start. */
interface KindText {
  readonly head: Literal;
  readonly tail: Literal;
}

/** Events as records of the Elastic Common Schema. What depends on a version of an entity alone is written once, kept as bytes, and copied. */
export class EcsEncoder extends RecordEncoder {
  readonly #products: string;
  readonly #starts = new TimeText();
  readonly #ends = new TimeText();
  /** For times of entities. */
  readonly #times = new TimeText();
  readonly #communityId = new CommunityId();
  readonly #ids = new DocumentId();
  readonly #reasons: VerdictTexts;
  readonly #kinds: Map<number, KindText>[] = Array.from({ length: N.RECORD_TYPES.length * VARIANTS }, () => new Map<number, KindText>());
  readonly #types: readonly Literal[] = N.RECORD_TYPES.map((name) => literal(`,"sf_type":"${name}","start":`));

  /**
   * @param version - of the agent: this exporter
   * @param ecsVersion - of the schema
   */
  constructor(out: JsonWriter, version: string, ecsVersion: string) {
    super(out);
    this.#products = `,"agent":{"type":"SysFlow","version":${JSON.stringify(version)}},"ecs":{"version":${JSON.stringify(ecsVersion)}},"event":{"action":"`;
    this.#reasons = new VerdictTexts(out, (verdict) => writeReason(out, verdict));
  }

  id(batch: EventRows, event: number): string {
    return this.#ids.of(batch, event);
  }

  protected override fileFlow(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const surroundings = flat.around[index] as Surroundings;
    const { process = ZERO_PROCESS } = surroundings;
    const around = this.around(surroundings);
    const file = flat.files[index] ?? ZERO_FILE;
    const flags = words[base + L.OP_FLAGS] as number;
    const read = isPositive(words, base + L.READ_BYTES) || isPositive(words, base + L.READ_OPS);
    const written = isPositive(words, base + L.WRITE_BYTES) || isPositive(words, base + L.WRITE_OPS);
    const kind = this.#kind(N.FILE_FLOW, flags, Number(read) * 2 + Number(written));
    const kept = file.parsed.path === "" || isSymlink(flags) ? undefined : this.#file(file);
    this.#head(words, base, N.FILE_FLOW, kind, verdict);
    out.copy(around.place, around.first);
    if (kept) out.copy(kept.place, kept.length);
    else writeFile(out, file, { process, fd: words[base + L.FD] as number, symlink: isSymlink(flags), target: undefined });
    if (read || written) this.#fileAction(words, base);
    this.writeAround(around, words, base, around.first);
  }

  protected override fileEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const surroundings = flat.around[index] as Surroundings;
    const { process = ZERO_PROCESS } = surroundings;
    const around = this.around(surroundings);
    const file = flat.files[index] ?? ZERO_FILE;
    const flags = words[base + L.OP_FLAGS] as number;
    const target = hasTarget(flags) ? (flat.newFiles?.[index]?.parsed.path ?? "") : undefined;
    const kept = file.parsed.path === "" || isSymlink(flags) || target !== undefined ? undefined : this.#file(file);
    this.#head(words, base, N.FILE_EVENT, this.#kind(N.FILE_EVENT, flags, 0), verdict);
    out.copy(around.place, around.first);
    if (kept) out.copy(kept.place, kept.length);
    else writeFile(out, file, { process, fd: 0, symlink: isSymlink(flags), target });
    this.writeAround(around, words, base, around.first);
  }

  protected override networkFlow(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const around = this.around(flat.around[index] as Surroundings);
    this.#head(words, base, N.NETWORK_FLOW, this.#kind(N.NETWORK_FLOW, 0, 0), verdict);
    out.copy(around.place, around.first);
    writeNetwork(out, words, base, this.#communityId);
    this.writeAround(around, words, base, around.first);
  }

  protected override processEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { words } = flat;
    const surroundings = flat.around[index] as Surroundings;
    const around = this.around(surroundings);
    const { process = ZERO_PROCESS } = surroundings;
    const ofThread = words[base + L.TID] !== process.hpidLo || words[base + L.TID + 1] !== process.hpidHi;
    this.#head(words, base, N.PROCESS_EVENT, this.#kind(N.PROCESS_EVENT, words[base + L.OP_FLAGS] as number, Number(ofThread)), verdict);
    this.writeAround(around, words, base, 0);
  }

  protected override k8sEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const message = messageAt({ words, text: flat.text, values: [] }, base);
    this.#head(words, base, N.K8S_EVENT, this.#kind(N.K8S_EVENT, words[base + L.K8S_ACTION] as number, 0), verdict, message);
    writeHost(out, (flat.around[index] as Surroundings).header);
    writeOrchestrator(out, k8sResource(message));
  }

  /** Writes all up to the end of the section `event`. */
  #head(words: Int32Array, base: number, type: number, kind: KindText, verdict: EventVerdict, message?: string): void {
    const { out } = this;
    const lo = words[base + L.TS] as number;
    const hi = words[base + L.TS + 1] as number;
    const ends = (type === N.FILE_FLOW || type === N.NETWORK_FLOW) && (words[base + L.END_TS] !== 0 || words[base + L.END_TS + 1] !== 0);
    const endLo = ends ? (words[base + L.END_TS] as number) : lo;
    const endHi = ends ? (words[base + L.END_TS + 1] as number) : hi;
    out.put(TIMESTAMP);
    const from = out.length;
    this.#starts.write(out, lo, hi);
    const to = out.length;
    out.put(kind.head);
    out.long((endLo - lo) | 0, (endHi - hi - Number(endLo >>> 0 < lo >>> 0)) | 0);
    out.put(END);
    this.#ends.write(out, endLo, endHi);
    out.put(KIND);
    if (message !== undefined) {
      out.put(ORIGINAL);
      out.unquoted(message);
    }
    this.#reasons.put(verdict);
    if (type === N.PROCESS_EVENT || type === N.FILE_EVENT) {
      out.put(RET);
      out.int(words[base + L.RET] as number);
    }
    out.put(this.#types[type] as Literal);
    out.repeat(from, to);
    out.put(kind.tail);
  }

  #fileAction(words: Int32Array, base: number): void {
    const { out } = this;
    out.put(BYTES_READ);
    out.long(words[base + L.READ_BYTES] as number, words[base + L.READ_BYTES + 1] as number);
    out.put(BYTES_WRITTEN);
    out.long(words[base + L.WRITE_BYTES] as number, words[base + L.WRITE_BYTES + 1] as number);
    out.put(READ_OPS);
    out.long(words[base + L.READ_OPS] as number, words[base + L.READ_OPS + 1] as number);
    out.put(WRITE_OPS);
    out.long(words[base + L.WRITE_OPS] as number, words[base + L.WRITE_OPS + 1] as number);
    out.put(CLOSE);
  }

  /** Host, container and pod in one part: what the record has of its own stands after it. */
  protected override writeSurroundings(around: Surroundings): readonly [number, number] {
    const { out } = this;
    writeHost(out, around.header);
    this.section(around.container, writeContainer);
    this.section(around.pod, writePod);
    return [out.length, out.length];
  }

  protected override writeProcessStart(around: Surroundings): void {
    writeProcess(this.out, around, this.#times);
  }

  protected override writeProcessEnd(around: Surroundings): void {
    writeUser(this.out, around.process);
  }

  #file(file: FileVersion): KeptText {
    const { out } = this;
    const kept = keptText(file, this);
    if (kept.generation === out.generation) return kept;
    const before = out.length;
    writePlainFile(out, file);
    kept.keep(out, before);
    return kept;
  }

  /** @param variant - what else decides on the kind, from 0 to 3 */
  #kind(type: number, flags: number, variant: number): KindText {
    const known = this.#kinds[type * VARIANTS + variant] as Map<number, KindText>;
    let text = known.get(flags);
    if (text !== undefined) return text;
    if (known.size >= MOST_KINDS) known.clear();
    const kind = kindOf(type, flags, variant);
    text = { head: literal(`${this.#products}${kind.action}","category":"${kind.category}","duration":`), tail: literal(`,"type":"${kind.type}"}`) };
    known.set(flags, text);
    return text;
  }
}

/** How many kinds there may be of one type of record with the same flags. */
const VARIANTS = 4;

function kindOf(type: number, flags: number, variant: number): EventKind {
  switch (type) {
    case N.PROCESS_EVENT:
      return processKind(flags, variant === 1);
    case N.FILE_EVENT:
      return fileEventKind(flags);
    case N.FILE_FLOW:
      return fileFlowKind(flags, (variant & 2) !== 0, (variant & 1) !== 0);
    case N.NETWORK_FLOW:
      return NETWORK_KIND;
    default:
      return k8sKind(flags);
  }
}

function isPositive(words: Int32Array, at: number): boolean {
  const high = words[at + 1] as number;
  return high > 0 || (high === 0 && words[at] !== 0);
}

function writeReason(out: JsonWriter, { rules }: EventVerdict): void {
  out.need(0);
  out.put(REASON);
  out.string(rules.map(({ name }) => name).join(", "));
  out.put(SEVERITY);
  out.int(rules.reduce((most, { priority }) => Math.max(most, priority), 1));
}
