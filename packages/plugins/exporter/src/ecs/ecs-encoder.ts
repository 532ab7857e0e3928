import {
  type EventRows,
  type EventVerdict,
  type FileVersion,
  type FlatRows,
  layout as L,
  messageAt,
  names as N,
  type Surroundings,
  ZERO_FILE,
  ZERO_PROCESS,
} from "@millrace/sysflow";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";
import type { Encoder } from "../encoder.ts";
import { type KeptText, keptText } from "../kept-text.ts";
import { VerdictTexts, writeTags } from "../rule-texts.ts";
import { writeContainer, writeHost, writeOrchestrator, writePod } from "./around.ts";
import { CommunityId } from "./community-id.ts";
import { type EventKind, fileEventKind, fileFlowKind, hasTarget, isSymlink, k8sKind, NETWORK_KIND, processKind } from "./event-kind.ts";
import { writeFile, writePlainFile } from "./file.ts";
import { k8sResource } from "./k8s-resource.ts";
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
const NETWORK: Literal = literal(',"network":{"bytes":');
const COMMUNITY_ID: Literal = literal(',"community_id":"');
const NUMBER: Literal = literal('","iana_number":"');
const PROTOCOL: Literal = literal('","protocol":"');
const SOURCE: Literal = literal('"},"source":{"address":"');
const DESTINATION: Literal = literal(',"destination":{"address":"');
const BYTES: Literal = literal('","bytes":');
const IP: Literal = literal(',"ip":"');
const PACKETS: Literal = literal('","packets":');
const PORT: Literal = literal(',"port":');
const CLOSE: Literal = literal("}");
const LINE_END: Literal = literal("}\n");

const PROTOCOLS: ReadonlyMap<number, Literal> = /* @__PURE__ */ new Map([
  [1, literal("icmp")],
  [6, literal("tcp")],
  [17, literal("udp")],
  [254, literal("raw")],
]);
const NO_PROTOCOL: Literal = literal("");

/** How many kinds of events are remembered before all are forgotten: real traces have some dozens. */
const MOST_KINDS = 4096;

/** What is written of the kind of an event: before the duration, and after the start. */
interface KindText {
  readonly head: Literal;
  readonly tail: Literal;
}

/** Events as records of the Elastic Common Schema. What depends on a version of an entity alone is written once, kept as bytes, and copied. */
export class EcsEncoder implements Encoder {
  readonly out: JsonWriter;
  readonly #products: string;
  readonly #starts = new TimeText();
  readonly #ends = new TimeText();
  /** For times of entities. */
  readonly #times = new TimeText();
  readonly #communityId = new CommunityId();
  readonly #reasons: VerdictTexts;
  readonly #kinds: Map<number, KindText>[] = Array.from({ length: N.RECORD_TYPES.length * VARIANTS }, () => new Map<number, KindText>());
  readonly #types: readonly Literal[] = N.RECORD_TYPES.map((name) => literal(`,"sf_type":"${name}","start":`));

  /**
   * @param version - of the agent: this exporter
   * @param ecsVersion - of the schema
   */
  constructor(out: JsonWriter, version: string, ecsVersion: string) {
    this.out = out;
    this.#products = `,"agent":{"type":"SysFlow","version":${JSON.stringify(version)}},"ecs":{"version":${JSON.stringify(ecsVersion)}},"event":{"action":"`;
    this.#reasons = new VerdictTexts(out, (verdict) => writeReason(out, verdict));
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
        this.#fileFlow(flat, index, base, verdict);
        break;
      case N.NETWORK_FLOW:
        this.#networkFlow(flat, index, base, verdict);
        break;
      case N.PROCESS_EVENT:
        this.#processEvent(flat, index, base, verdict);
        break;
      case N.FILE_EVENT:
        this.#fileEvent(flat, index, base, verdict);
        break;
      default:
        this.#k8sEvent(flat, index, base, verdict);
    }
    writeTags(out, batch, event);
    out.put(LINE_END);
  }

  #fileFlow(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const surroundings = flat.around[index] as Surroundings;
    const { process = ZERO_PROCESS } = surroundings;
    const around = this.#around(surroundings);
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
    this.#processOf(around, words, base, around.first);
  }

  #fileEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const surroundings = flat.around[index] as Surroundings;
    const { process = ZERO_PROCESS } = surroundings;
    const around = this.#around(surroundings);
    const file = flat.files[index] ?? ZERO_FILE;
    const flags = words[base + L.OP_FLAGS] as number;
    const target = hasTarget(flags) ? (flat.newFiles?.[index]?.parsed.path ?? "") : undefined;
    const kept = file.parsed.path === "" || isSymlink(flags) || target !== undefined ? undefined : this.#file(file);
    this.#head(words, base, N.FILE_EVENT, this.#kind(N.FILE_EVENT, flags, 0), verdict);
    out.copy(around.place, around.first);
    if (kept) out.copy(kept.place, kept.length);
    else writeFile(out, file, { process, fd: 0, symlink: isSymlink(flags), target });
    this.#processOf(around, words, base, around.first);
  }

  #networkFlow(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const around = this.#around(flat.around[index] as Surroundings);
    this.#head(words, base, N.NETWORK_FLOW, this.#kind(N.NETWORK_FLOW, 0, 0), verdict);
    out.copy(around.place, around.first);
    this.#network(words, base);
    this.#processOf(around, words, base, around.first);
  }

  #processEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { words } = flat;
    const surroundings = flat.around[index] as Surroundings;
    const around = this.#around(surroundings);
    const { process = ZERO_PROCESS } = surroundings;
    const ofThread = words[base + L.TID] !== process.hpidLo || words[base + L.TID + 1] !== process.hpidHi;
    this.#head(words, base, N.PROCESS_EVENT, this.#kind(N.PROCESS_EVENT, words[base + L.OP_FLAGS] as number, Number(ofThread)), verdict);
    this.#processOf(around, words, base, 0);
  }

  #k8sEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const message = messageAt({ words, text: flat.text, values: [] }, base);
    this.#head(words, base, N.K8S_EVENT, this.#kind(N.K8S_EVENT, words[base + L.K8S_ACTION] as number, 0), verdict, message);
    writeHost(out, (flat.around[index] as Surroundings).header);
    const { namespace, name, kind } = k8sResource(message);
    writeOrchestrator(out, namespace, name, kind);
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

  #network(words: Int32Array, base: number): void {
    const { out } = this;
    const [sip, dip, proto] = [words[base + L.SIP] as number, words[base + L.DIP] as number, words[base + L.PROTO] as number];
    const [sport, dport] = [words[base + L.SPORT] as number, words[base + L.DPORT] as number];
    const [readLo, readHi] = [words[base + L.READ_BYTES] as number, words[base + L.READ_BYTES + 1] as number];
    const [writtenLo, writtenHi] = [words[base + L.WRITE_BYTES] as number, words[base + L.WRITE_BYTES + 1] as number];
    const sum = (readLo >>> 0) + (writtenLo >>> 0);
    out.put(NETWORK);
    out.long(sum | 0, (readHi + writtenHi + Number(sum > 0xffffffff)) | 0);
    out.put(COMMUNITY_ID);
    this.#communityId.write(out, sip, dip, proto, sport, dport);
    out.put(NUMBER);
    out.int(proto);
    out.put(PROTOCOL);
    out.put(PROTOCOLS.get(proto) ?? NO_PROTOCOL);
    out.put(SOURCE);
    this.#endPoint(sip, sport, words, base + L.WRITE_BYTES, base + L.WRITE_OPS);
    out.put(DESTINATION);
    this.#endPoint(dip, dport, words, base + L.READ_BYTES, base + L.READ_OPS);
  }

  #endPoint(address: number, port: number, words: Int32Array, bytes: number, packets: number): void {
    const { out } = this;
    out.address(address);
    out.put(BYTES);
    out.long(words[bytes] as number, words[bytes + 1] as number);
    out.put(IP);
    out.address(address);
    out.put(PACKETS);
    out.long(words[packets] as number, words[packets + 1] as number);
    out.put(PORT);
    out.int(port);
    out.put(CLOSE);
  }

  /** Writes what is around a record from an offset of its text on, with the number of the thread amid the process. */
  #processOf(around: KeptText, words: Int32Array, base: number, from: number): void {
    const { out } = this;
    out.copy(around.place + from, around.second - from);
    out.long(words[base + L.TID] as number, words[base + L.TID + 1] as number);
    out.copy(around.place + around.second, around.length - around.second);
  }

  /** Three parts: host, container and pod; the process up to the number of the thread; the rest, with the user. */
  #around(around: Surroundings): KeptText {
    const { out } = this;
    const kept = keptText(around, this);
    if (kept.generation === out.generation) return kept;
    const before = out.length;
    writeHost(out, around.header);
    writeContainer(out, around.container);
    writePod(out, around.pod, this.#times);
    const process = out.length;
    writeProcess(out, around, this.#times);
    const thread = out.length;
    writeUser(out, around.process);
    // The page may have moved to other memory meanwhile: only lengths stay true.
    const page = out.at - out.length;
    kept.keep(out, page + before, page + process, page + thread);
    return kept;
  }

  #file(file: FileVersion): KeptText {
    const { out } = this;
    const kept = keptText(file, this);
    if (kept.generation === out.generation) return kept;
    const before = out.length;
    writePlainFile(out, file);
    kept.keep(out, out.at - out.length + before);
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
