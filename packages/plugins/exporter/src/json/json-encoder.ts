import {
  type EventVerdict,
  type FileVersion,
  type FlatRows,
  isOpenRead,
  isOpenWrite,
  messageAt,
  openFlagNames,
  operationNames,
  type Surroundings,
  ZERO_FILE,
} from "@millrace/sysflow";
import * as L from "@millrace/sysflow/layout";
import * as N from "@millrace/sysflow/names";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";
import { TimeDigits } from "../bytes/time-digits.ts";
import { type FileText, fileText } from "../kept-text.ts";
import { RecordEncoder } from "../record-encoder.ts";
import { VerdictTexts } from "../rule-texts.ts";
import { writeContainer, writeMeta, writeNode, writePod } from "./around.ts";
import { FlagTexts } from "./flag-texts.ts";
import { writeNet } from "./network.ts";
import { writeNewFile } from "./new-file.ts";
import { writeParent, writeProcessEnd, writeProcessStart } from "./process.ts";

const TS: Literal = literal(',"ts":');
const FILE: Literal = literal(',"file":{"directory":');
const FD: Literal = literal(',"fd":');
const NO_FD: Literal = literal("0");
const NAME: Literal = literal(',"name":');
const NO_NEW_FILE: Literal = literal(',"newdirectory":".","newname":".","newoid":"","newpath":"","newsymlink":""');
const OID: Literal = literal(',"oid":');
const OPEN_FLAGS: Literal = literal(',"openflags":[');
const PATH: Literal = literal('],"path":');
const SYMLINK: Literal = literal(',"symlink":');
const TYPE: Literal = literal(',"type":');
const CLOSE: Literal = literal("}");
const K8S_ACTION: Literal = literal(',"k8s":{"action":"');
const K8S_KIND: Literal = literal('","kind":"');
const K8S_MESSAGE: Literal = literal('","message":');
const POLICIES: Literal = literal(',"policies":[');
const POLICY: Literal = literal('{"id":');
const NEXT_POLICY: Literal = literal(',{"id":');
const DESC: Literal = literal(',"desc":');
const PRIORITY: Literal = literal(',"priority":');
const END_LIST: Literal = literal("]");

/** What is written of one direction of a flow. */
interface TrafficTexts {
  readonly bytes: Literal;
  readonly operations: Literal;
  /** All of it where there was none: most flows go one way. */
  readonly none: Literal;
}

const READ: TrafficTexts = { bytes: literal(',"flow":{"rbytes":'), operations: literal(',"rops":'), none: literal(',"flow":{"rbytes":0,"rops":0') };
const WRITTEN: TrafficTexts = { bytes: literal(',"wbytes":'), operations: literal(',"wops":'), none: literal(',"wbytes":0,"wops":0') };

/**
 * Events as JSON in SysFlow's own layout: the attributes of the record at the top, then a section for each prefix of
 * attributes, both in alphabetical order, then what rules said. What depends on a version of an entity alone is written
 * once, kept as bytes, and copied.
 */
export class JsonEncoder extends RecordEncoder {
  readonly #start: Literal;
  readonly #times = new TimeDigits();
  readonly #operations: readonly FlagTexts[] = N.RECORD_TYPES.map(
    (_, type) => new FlagTexts((flags) => `,"opflags":${JSON.stringify(operationNames(flags, type))},"ret":`),
  );
  /** The same up to the time, where zero is returned: most records. */
  readonly #zeros: readonly FlagTexts[] = N.RECORD_TYPES.map(
    (_, type) => new FlagTexts((flags) => `,"opflags":${JSON.stringify(operationNames(flags, type))},"ret":0,"ts":`),
  );
  readonly #types: readonly Literal[] = N.RECORD_TYPES.map((name) => literal(`,"type":"${name}"`));
  readonly #policies: VerdictTexts;

  /** @param schemaVersion - the version of the JSON layout, which stands first in each record */
  constructor(out: JsonWriter, schemaVersion: number) {
    super(out);
    this.#start = literal(`{"version":${schemaVersion},"endts":`);
    this.#policies = new VerdictTexts(out, (verdict) => writePolicies(out, verdict));
  }

  protected override fileFlow(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const around = this.around(flat.around[index] as Surroundings);
    const file = this.#file(flat.files[index] ?? ZERO_FILE, words, base + L.FOID, words[base + L.OPEN_FLAGS]);
    this.#head(words, base, N.FILE_FLOW, words[base + L.END_TS] as number, words[base + L.END_TS + 1] as number, 0);
    out.copy(around.place, around.first);
    out.copy(file.place, file.first);
    out.int(words[base + L.FD] as number);
    out.copy(file.place + file.first, file.length - file.first);
    this.#flow(words, base);
    this.writeAround(around, words, base, around.first);
    this.#policies.put(verdict);
  }

  protected override networkFlow(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const around = this.around(flat.around[index] as Surroundings);
    this.#head(words, base, N.NETWORK_FLOW, words[base + L.END_TS] as number, words[base + L.END_TS + 1] as number, 0);
    out.copy(around.place, around.first);
    this.#flow(words, base);
    out.copy(around.place + around.first, around.second - around.first);
    writeNet(out, words, base);
    this.writeAround(around, words, base, around.second);
    this.#policies.put(verdict);
  }

  protected override processEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { words } = flat;
    const around = this.around(flat.around[index] as Surroundings);
    this.#head(words, base, N.PROCESS_EVENT, 0, 0, words[base + L.RET] as number);
    // Nothing stands between the container and the sections after it.
    this.writeAround(around, words, base, 0);
    this.#policies.put(verdict);
  }

  protected override fileEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const around = this.around(flat.around[index] as Surroundings);
    const file = this.#file(flat.files[index] ?? ZERO_FILE, words, base + L.FOID, undefined);
    const newFile = flat.newFiles?.[index];
    this.#head(words, base, N.FILE_EVENT, 0, 0, words[base + L.RET] as number);
    out.copy(around.place, around.first);
    out.copy(file.place, file.first);
    out.put(NO_FD);
    if (newFile === undefined) {
      out.copy(file.place + file.first, file.length - file.first);
    } else {
      out.copy(file.place + file.first, file.second - file.first);
      writeNewFile(out, newFile, words, base + L.NEW_FOID);
      out.copy(file.place + file.third, file.length - file.third);
    }
    this.writeAround(around, words, base, around.first);
    this.#policies.put(verdict);
  }

  protected override k8sEvent(flat: FlatRows, index: number, base: number, verdict: EventVerdict): void {
    const { out } = this;
    const { words } = flat;
    const { header } = flat.around[index] as Surroundings;
    this.#head(words, base, N.K8S_EVENT, words[base + L.TS] as number, words[base + L.TS + 1] as number, 0);
    out.put(K8S_ACTION);
    out.plain(N.K8S_ACTIONS[words[base + L.K8S_ACTION] as number] ?? "");
    out.put(K8S_KIND);
    out.plain(N.K8S_KINDS[words[base + L.K8S_KIND] as number] ?? "");
    out.put(K8S_MESSAGE);
    out.unquoted(messageAt({ words, text: flat.text, values: [] }, base));
    out.put(CLOSE);
    writeMeta(out, header);
    writeNode(out, header);
    this.#policies.put(verdict);
  }

  #head(words: Int32Array, base: number, type: number, endLo: number, endHi: number, ret: number): void {
    const { out } = this;
    out.put(this.#start);
    if (endLo === 0 && endHi === 0) out.int(0);
    else this.#times.write(out, endLo, endHi);
    const flags = type === N.K8S_EVENT ? 0 : (words[base + L.OP_FLAGS] as number);
    if (ret === 0) {
      out.put((this.#zeros[type] as FlagTexts).of(flags));
    } else {
      out.put((this.#operations[type] as FlagTexts).of(flags));
      out.int(ret);
      out.put(TS);
    }
    this.#times.write(out, words[base + L.TS] as number, words[base + L.TS + 1] as number);
    out.put(this.#types[type] as Literal);
  }

  #flow(words: Int32Array, base: number): void {
    this.#traffic(READ, words, base + L.READ_BYTES, base + L.READ_OPS);
    this.#traffic(WRITTEN, words, base + L.WRITE_BYTES, base + L.WRITE_OPS);
    this.out.put(CLOSE);
  }

  /** @param bytes - where their number stands; so `operations` */
  #traffic(texts: TrafficTexts, words: Int32Array, bytes: number, operations: number): void {
    const { out } = this;
    const [bytesLo, bytesHi] = [words[bytes] as number, words[bytes + 1] as number];
    const [operationsLo, operationsHi] = [words[operations] as number, words[operations + 1] as number];
    if ((bytesLo | bytesHi | operationsLo | operationsHi) === 0) {
      out.put(texts.none);
      return;
    }
    out.put(texts.bytes);
    out.long(bytesLo, bytesHi);
    out.put(texts.operations);
    out.long(operationsLo, operationsHi);
  }

  /** The container; the trace; node and pod. */
  protected override writeSurroundings(around: Surroundings): readonly [number, number] {
    const { out } = this;
    this.section(around.container, writeContainer);
    const container = out.length;
    writeMeta(out, around.header);
    const meta = out.length;
    writeNode(out, around.header);
    this.section(around.pod, writePod);
    return [container, meta];
  }

  protected override writeProcessStart(around: Surroundings): void {
    writeParent(this.out, around);
    writeProcessStart(this.out, around, this);
  }

  protected override writeProcessEnd(around: Surroundings): void {
    writeProcessEnd(this.out, around.process);
  }

  /**
   * Four parts: up to the descriptor; up to the second file; no second file; the rest.
   *
   * @param oid - where its identity stands in the words of the record
   * @param flags - that it was opened with; `undefined` where it was not
   */
  #file(file: FileVersion, words: Int32Array, oid: number, flags: number | undefined): FileText {
    const { out } = this;
    const kept = fileText(file, this, flags);
    if (kept.generation === out.generation) return kept;
    const { parsed } = file;
    const before = out.length;
    out.put(FILE);
    out.unquoted(parsed.directory);
    out.put(FD);
    const descriptor = out.length;
    out.put(openState(flags));
    out.put(NAME);
    out.unquoted(parsed.name);
    const newFile = out.length;
    out.put(NO_NEW_FILE);
    const rest = out.length;
    out.put(OID);
    if (file === ZERO_FILE) out.string("");
    else out.fileOid(words, oid);
    out.put(OPEN_FLAGS);
    if (flags !== undefined) out.plain(JSON.stringify(openFlagNames(flags)).slice(1, -1));
    out.put(PATH);
    out.unquoted(parsed.path);
    out.put(SYMLINK);
    out.unquoted(parsed.symlink);
    out.put(TYPE);
    out.unquoted(file.restype);
    out.put(CLOSE);
    kept.keep(out, before, descriptor, newFile, rest);
    return kept;
  }
}

/** By whether a file was opened for reading (2) and for writing (1). */
const OPEN_STATES: readonly Literal[] = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
].map(([read, write]) => literal(`,"is_open_read":${read},"is_open_write":${write}`));

function openState(flags = 0): Literal {
  return OPEN_STATES[Number(isOpenRead(flags)) * 2 + Number(isOpenWrite(flags))] as Literal;
}

function writePolicies(out: JsonWriter, { rules }: EventVerdict): void {
  out.need(0);
  out.put(POLICIES);
  rules.forEach(({ name, desc, priority }, index) => {
    out.put(index === 0 ? POLICY : NEXT_POLICY);
    out.string(name);
    out.put(DESC);
    out.string(desc);
    out.put(PRIORITY);
    out.int(priority);
    out.put(CLOSE);
  });
  out.put(END_LIST);
}
