import {
  type EventRows,
  type EventVerdict,
  type FileVersion,
  type FlatRows,
  isOpenRead,
  isOpenWrite,
  layout as L,
  messageAt,
  names as N,
  openFlagNames,
  operationNames,
  type Surroundings,
  ZERO_FILE,
} from "@millrace/sysflow";
import { ascii, type JsonWriter } from "../bytes/json-writer.ts";
import type { Encoder } from "../encoder.ts";
import { type KeptText, keptText } from "../kept-text.ts";
import { VerdictTexts, writeTags } from "../rule-texts.ts";
import { writeContainer, writeMeta, writeNode, writePod } from "./around.ts";
import { writeParent, writeProcessEnd, writeProcessStart } from "./process.ts";

const LINE_END: Uint8Array = ascii("}\n");
const TS: Uint8Array = ascii(',"ts":');
const FILE: Uint8Array = ascii(',"file":{"directory":');
const FD: Uint8Array = ascii(',"fd":');
const NO_FD: Uint8Array = ascii("0");
const NAME: Uint8Array = ascii(',"name":');
const NO_NEW_FILE: Uint8Array = ascii(',"newdirectory":".","newname":".","newoid":"","newpath":"","newsymlink":""');
const NEW_DIRECTORY: Uint8Array = ascii(',"newdirectory":');
const NEW_NAME: Uint8Array = ascii(',"newname":');
const NEW_OID: Uint8Array = ascii(',"newoid":');
const NEW_PATH: Uint8Array = ascii(',"newpath":');
const NEW_SYMLINK: Uint8Array = ascii(',"newsymlink":');
const OID: Uint8Array = ascii(',"oid":');
const OPEN_FLAGS: Uint8Array = ascii(',"openflags":[');
const PATH: Uint8Array = ascii('],"path":');
const SYMLINK: Uint8Array = ascii(',"symlink":');
const TYPE: Uint8Array = ascii(',"type":');
const CLOSE: Uint8Array = ascii("}");
const FLOW: Uint8Array = ascii(',"flow":{"rbytes":');
const READ_OPS: Uint8Array = ascii(',"rops":');
const WRITE_BYTES: Uint8Array = ascii(',"wbytes":');
const WRITE_OPS: Uint8Array = ascii(',"wops":');
const DESTINATION: Uint8Array = ascii(',"net":{"dip":"');
const DESTINATION_PORT: Uint8Array = ascii('","dport":');
const ADDRESSES: Uint8Array = ascii(',"ip":["');
const NEXT_ADDRESS: Uint8Array = ascii('","');
const PORTS: Uint8Array = ascii('"],"port":[');
const NEXT: Uint8Array = ascii(",");
const PROTOCOL: Uint8Array = ascii('],"proto":');
const SOURCE: Uint8Array = ascii(',"sip":"');
const SOURCE_PORT: Uint8Array = ascii('","sport":');
const K8S_ACTION: Uint8Array = ascii(',"k8s":{"action":"');
const K8S_KIND: Uint8Array = ascii('","kind":"');
const K8S_MESSAGE: Uint8Array = ascii('","message":');
const POLICIES: Uint8Array = ascii(',"policies":[');
const POLICY: Uint8Array = ascii('{"id":');
const NEXT_POLICY: Uint8Array = ascii(',{"id":');
const DESC: Uint8Array = ascii(',"desc":');
const PRIORITY: Uint8Array = ascii(',"priority":');
const END_LIST: Uint8Array = ascii("]");

/** How many combinations of flags are remembered before all are forgotten: real traces have some dozens. */
const MOST_FLAGS = 4096;

/**
 * Events as JSON in SysFlow's own layout: the attributes of the record at the top, then a section for each prefix of
 * attributes, both in alphabetical order, then what rules said. What depends on a version of an entity alone is written
 * once, kept as bytes, and copied.
 */
export class JsonEncoder implements Encoder {
  readonly out: JsonWriter;
  readonly #start: Uint8Array;
  readonly #operations: Map<number, Uint8Array>[] = Array.from({ length: 12 }, () => new Map<number, Uint8Array>());
  readonly #openFlags: Map<number, Uint8Array> = new Map();
  readonly #types: readonly Uint8Array[] = N.RECORD_TYPES.map((name) => ascii(`,"type":"${name}"`));
  readonly #policies: VerdictTexts;

  /** @param schemaVersion - the version of the JSON layout, which stands first in each record */
  constructor(out: JsonWriter, schemaVersion: number) {
    this.out = out;
    this.#start = ascii(`{"version":${schemaVersion},"endts":`);
    this.#policies = new VerdictTexts(out, (verdict) => writePolicies(out, verdict));
  }

  encode(batch: EventRows, event: number): void {
    const { out } = this;
    const { flat } = batch;
    const index = batch.indexes[event] as number;
    const base = flat.bases[index] as number;
    out.beginRecord();
    out.need(0);
    switch (flat.words[base]) {
      case N.FILE_FLOW:
        this.#fileFlow(flat, index, base);
        break;
      case N.NETWORK_FLOW:
        this.#networkFlow(flat, index, base);
        break;
      case N.PROCESS_EVENT:
        this.#processEvent(flat, index, base);
        break;
      case N.FILE_EVENT:
        this.#fileEvent(flat, index, base);
        break;
      default:
        this.#k8sEvent(flat, index, base);
    }
    this.#policies.put(batch.verdicts[event] as EventVerdict);
    writeTags(out, batch, event);
    out.put(LINE_END);
  }

  #fileFlow(flat: FlatRows, index: number, base: number): void {
    const { out } = this;
    const { words } = flat;
    const around = this.#around(flat.around[index] as Surroundings);
    const file = this.#file(flat.files[index] ?? ZERO_FILE, words, base + L.FOID);
    this.#head(words, base, N.FILE_FLOW, words[base + L.END_TS] as number, words[base + L.END_TS + 1] as number, 0);
    out.copy(around.place, around.first);
    out.copy(file.place, file.first);
    const flags = words[base + L.OPEN_FLAGS] as number;
    out.int(words[base + L.FD] as number);
    out.put(OPEN_STATES[Number(isOpenRead(flags)) * 2 + Number(isOpenWrite(flags))] as Uint8Array);
    out.copy(file.place + file.first, file.third - file.first);
    out.put(this.#openFlagsText(flags));
    out.copy(file.place + file.third, file.length - file.third);
    this.#flow(words, base);
    this.#processOf(around, words, base, around.first);
  }

  #networkFlow(flat: FlatRows, index: number, base: number): void {
    const { out } = this;
    const { words } = flat;
    const around = this.#around(flat.around[index] as Surroundings);
    this.#head(words, base, N.NETWORK_FLOW, words[base + L.END_TS] as number, words[base + L.END_TS + 1] as number, 0);
    out.copy(around.place, around.first);
    this.#flow(words, base);
    out.copy(around.place + around.first, around.second - around.first);
    writeNet(out, words, base);
    this.#processOf(around, words, base, around.second);
  }

  #processEvent(flat: FlatRows, index: number, base: number): void {
    const { words } = flat;
    const around = this.#around(flat.around[index] as Surroundings);
    this.#head(words, base, N.PROCESS_EVENT, 0, 0, words[base + L.RET] as number);
    // Nothing stands between the container and the sections after it.
    this.#processOf(around, words, base, 0);
  }

  #fileEvent(flat: FlatRows, index: number, base: number): void {
    const { out } = this;
    const { words } = flat;
    const around = this.#around(flat.around[index] as Surroundings);
    const file = this.#file(flat.files[index] ?? ZERO_FILE, words, base + L.FOID);
    const newFile = flat.newFiles?.[index];
    this.#head(words, base, N.FILE_EVENT, 0, 0, words[base + L.RET] as number);
    out.copy(around.place, around.first);
    out.copy(file.place, file.first);
    out.put(NO_FD);
    out.put(OPEN_STATES[0] as Uint8Array);
    if (newFile === undefined) {
      out.copy(file.place + file.first, file.third - file.first);
    } else {
      const without = file.second + NO_NEW_FILE.length;
      out.copy(file.place + file.first, file.second - file.first);
      writeNewFile(out, newFile, words, base + L.NEW_FOID);
      out.copy(file.place + without, file.third - without);
    }
    out.copy(file.place + file.third, file.length - file.third);
    this.#processOf(around, words, base, around.first);
  }

  #k8sEvent(flat: FlatRows, index: number, base: number): void {
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
  }

  #head(words: Int32Array, base: number, type: number, endLo: number, endHi: number, ret: number): void {
    const { out } = this;
    out.put(this.#start);
    out.long(endLo, endHi);
    out.put(this.#operationsText(type, type === N.K8S_EVENT ? 0 : (words[base + L.OP_FLAGS] as number)));
    out.int(ret);
    out.put(TS);
    out.long(words[base + L.TS] as number, words[base + L.TS + 1] as number);
    out.put(this.#types[type] as Uint8Array);
  }

  #flow(words: Int32Array, base: number): void {
    const { out } = this;
    out.put(FLOW);
    out.long(words[base + L.READ_BYTES] as number, words[base + L.READ_BYTES + 1] as number);
    out.put(READ_OPS);
    out.long(words[base + L.READ_OPS] as number, words[base + L.READ_OPS + 1] as number);
    out.put(WRITE_BYTES);
    out.long(words[base + L.WRITE_BYTES] as number, words[base + L.WRITE_BYTES + 1] as number);
    out.put(WRITE_OPS);
    out.long(words[base + L.WRITE_OPS] as number, words[base + L.WRITE_OPS + 1] as number);
    out.put(CLOSE);
  }

  /** Writes what is around a record from an offset of its text on, with the number of the thread amid the process. */
  #processOf(around: KeptText, words: Int32Array, base: number, from: number): void {
    const { out } = this;
    out.copy(around.place + from, around.third - from);
    out.long(words[base + L.TID] as number, words[base + L.TID + 1] as number);
    out.copy(around.place + around.third, around.length - around.third);
  }

  /** Four parts: the container; the trace; node, pod, parent and process up to the number of the thread; the rest of the process. */
  #around(around: Surroundings): KeptText {
    const { out } = this;
    const kept = keptText(around, this);
    if (kept.generation === out.generation) return kept;
    const before = out.length;
    writeContainer(out, around.container);
    const container = out.length;
    writeMeta(out, around.header);
    const meta = out.length;
    writeNode(out, around.header);
    writePod(out, around.pod);
    writeParent(out, around);
    writeProcessStart(out, around, this);
    const thread = out.length;
    writeProcessEnd(out, around.process);
    // The page may have moved to other memory meanwhile: only lengths stay true.
    const page = out.at - out.length;
    kept.keep(out, page + before, page + container, page + meta, page + thread);
    return kept;
  }

  /**
   * Four parts: up to the descriptor; up to the second file; no second file, and up to the open flags; the rest.
   *
   * @param oid - where its identity stands in the words of the record
   */
  #file(file: FileVersion, words: Int32Array, oid: number): KeptText {
    const { out } = this;
    const kept = keptText(file, this);
    if (kept.generation === out.generation) return kept;
    const { parsed } = file;
    const before = out.length;
    out.put(FILE);
    out.unquoted(parsed.directory);
    out.put(FD);
    const descriptor = out.length;
    out.put(NAME);
    out.unquoted(parsed.name);
    const newFile = out.length;
    out.put(NO_NEW_FILE);
    out.put(OID);
    if (file === ZERO_FILE) out.string("");
    else out.fileOid(words, oid);
    out.put(OPEN_FLAGS);
    const openFlags = out.length;
    out.put(PATH);
    out.unquoted(parsed.path);
    out.put(SYMLINK);
    out.unquoted(parsed.symlink);
    out.put(TYPE);
    out.unquoted(file.restype);
    out.put(CLOSE);
    const page = out.at - out.length;
    kept.keep(out, page + before, page + descriptor, page + newFile, page + openFlags);
    return kept;
  }

  #operationsText(type: number, flags: number): Uint8Array {
    const known = this.#operations[type] as Map<number, Uint8Array>;
    let text = known.get(flags);
    if (text !== undefined) return text;
    if (known.size >= MOST_FLAGS) known.clear();
    text = ascii(`,"opflags":${JSON.stringify(operationNames(flags, type))},"ret":`);
    known.set(flags, text);
    return text;
  }

  #openFlagsText(flags: number): Uint8Array {
    let text = this.#openFlags.get(flags);
    if (text !== undefined) return text;
    if (this.#openFlags.size >= MOST_FLAGS) this.#openFlags.clear();
    text = ascii(JSON.stringify(openFlagNames(flags)).slice(1, -1));
    this.#openFlags.set(flags, text);
    return text;
  }
}

/** By whether a file was opened for reading (2) and for writing (1). */
const OPEN_STATES: readonly Uint8Array[] = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
].map(([read, write]) => ascii(`,"is_open_read":${read},"is_open_write":${write}`));

function writeNewFile(out: JsonWriter, file: FileVersion, words: Int32Array, oid: number): void {
  const { parsed } = file;
  out.put(NEW_DIRECTORY);
  out.unquoted(parsed.directory);
  out.put(NEW_NAME);
  out.unquoted(parsed.name);
  out.put(NEW_OID);
  out.fileOid(words, oid);
  out.put(NEW_PATH);
  out.unquoted(parsed.path);
  out.put(NEW_SYMLINK);
  out.unquoted(parsed.symlink);
}

function writeNet(out: JsonWriter, words: Int32Array, base: number): void {
  const sip = words[base + L.SIP] as number;
  const dip = words[base + L.DIP] as number;
  const sport = words[base + L.SPORT] as number;
  const dport = words[base + L.DPORT] as number;
  out.put(DESTINATION);
  out.address(dip);
  out.put(DESTINATION_PORT);
  out.int(dport);
  out.put(ADDRESSES);
  out.address(sip);
  out.put(NEXT_ADDRESS);
  out.address(dip);
  out.put(PORTS);
  out.int(sport);
  out.put(NEXT);
  out.int(dport);
  out.put(PROTOCOL);
  out.int(words[base + L.PROTO] as number);
  out.put(SOURCE);
  out.address(sip);
  out.put(SOURCE_PORT);
  out.int(sport);
  out.put(CLOSE);
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
