import { Buffer } from "node:buffer";
import { MillraceError } from "@millrace/api";
import type { Oid, SysflowRecord } from "@millrace/api/sysflow";
import { highOf, lowOf } from "../int64.ts";
import { ipNumber } from "../ip.ts";
import * as N from "../schema/names.ts";
import { putFoid } from "./bytes.ts";
import * as L from "./layout.ts";

/** Puts plain records into rows. */
export class RecordBuilder {
  #words = new Int32Array(16 * L.STRIDE);
  #text = Buffer.allocUnsafe(1024);
  #used = 0;
  #count = 0;
  readonly #values: unknown[] = [];

  /** @throws MillraceError `MILLRACE_RECORD_VALUE` for a value that the format can't hold. */
  add(record: SysflowRecord): void {
    if ((this.#count + 1) * L.STRIDE > this.#words.length) {
      const more = new Int32Array(this.#words.length * 2);
      more.set(this.#words);
      this.#words = more;
    }
    const base = this.#count * L.STRIDE;
    this.#words.fill(0, base, base + L.STRIDE);
    const type = N.RECORD_TYPES.indexOf(record.type);
    if (type < 0) throw bad(`a record of type "${String(record.type)}"`);
    this.#words[base] = type;
    this.#fill(record, base);
    this.#count++;
  }

  end(): { readonly words: Int32Array; readonly text: Buffer; readonly count: number; readonly values: readonly unknown[] } {
    return { words: this.#words, text: this.#text.subarray(0, this.#used), count: this.#count, values: this.#values };
  }

  #fill(record: SysflowRecord, base: number): void {
    const words = this.#words;
    switch (record.type) {
      case "H":
        this.#long(base + L.VERSION, BigInt(record.value.version));
        this.#string(base + L.EXPORTER, record.value.exporter);
        this.#string(base + L.HEADER_IP, record.value.ip);
        this.#string(base + L.FILENAME, record.value.filename);
        break;
      case "C":
        this.#string(base + L.CONTAINER_ID, record.value.id);
        this.#string(base + L.CONTAINER_NAME, record.value.name);
        this.#string(base + L.IMAGE, record.value.image);
        this.#string(base + L.IMAGE_ID, record.value.imageId);
        words[base + L.CONTAINER_TYPE] = record.value.type === "unknown" ? N.CONTAINER_TYPES.length : indexOf(N.CONTAINER_TYPES, record.value.type);
        words[base + L.PRIVILEGED] = Number(record.value.privileged);
        this.#string(base + L.POD_ID, record.value.podId);
        break;
      case "P":
        this.#process(record.value, base);
        break;
      case "F":
        words[base + L.STATE] = indexOf(N.OBJECT_STATES, record.value.state);
        this.#foid(base + L.FOID, record.value.oid);
        this.#long(base + L.TS, record.value.ts);
        words[base + L.RESTYPE] = record.value.restype.codePointAt(0) ?? 0;
        this.#string(base + L.PATH, record.value.path);
        this.#string(base + L.FILE_CONTAINER, record.value.containerId);
        break;
      case "PD":
        words[base + L.POD_INDEX] = this.#values.push(rawPod(record.value)) - 1;
        break;
      case "KE":
        words[base + L.K8S_KIND] = indexOf(N.K8S_KINDS, record.value.kind);
        words[base + L.K8S_ACTION] = indexOf(N.K8S_ACTIONS, record.value.action);
        this.#long(base + L.TS, record.value.ts);
        this.#string(base + L.MESSAGE, record.value.message);
        break;
      default:
        this.#event(record, base);
    }
  }

  #process(value: Extract<SysflowRecord, { type: "P" }>["value"], base: number): void {
    const words = this.#words;
    words[base + L.STATE] = indexOf(N.OBJECT_STATES, value.state);
    this.#oid(base + L.OID, value.oid);
    if (value.poid) {
      words[base + L.HAS_POID] = 1;
      this.#oid(base + L.POID, value.poid);
    }
    this.#long(base + L.TS, value.ts);
    this.#string(base + L.EXE, value.exe);
    this.#string(base + L.EXE_ARGS, value.exeArgs);
    words[base + L.UID] = value.uid;
    this.#string(base + L.USER, value.userName);
    words[base + L.GID] = value.gid;
    this.#string(base + L.GROUP, value.groupName);
    words[base + L.TTY] = Number(value.tty);
    this.#string(base + L.PROCESS_CONTAINER, value.containerId);
    words[base + L.ENTRY] = Number(value.entry);
    this.#string(base + L.CWD, value.cwd);
    words[base + L.ENV] = this.#strings(value.env);
  }

  #event(record: Extract<SysflowRecord, { type: "PE" | "NF" | "FF" | "FE" | "NE" | "PF" }>, base: number): void {
    const words = this.#words;
    const { value } = record;
    this.#oid(base + L.OID, value.procOid);
    this.#long(base + L.TS, value.ts);
    words[base + L.OP_FLAGS] = value.opFlags;
    if (record.type === "PF") {
      this.#long(base + L.END_TS, record.value.endTs);
      this.#long(base + L.THREADS_CLONED, record.value.numThreadsCloned);
      this.#long(base + L.THREADS_EXITED, record.value.numThreadsExited);
      this.#long(base + L.CLONE_ERRORS, record.value.numCloneErrors);
      return;
    }
    this.#long(base + L.TID, record.value.tid);
    if (record.type === "NF" || record.type === "FF") {
      this.#long(base + L.END_TS, record.value.endTs);
      words[base + L.FD] = record.value.fd;
      this.#long(base + L.READ_OPS, record.value.numRRecvOps);
      this.#long(base + L.WRITE_OPS, record.value.numWSendOps);
      this.#long(base + L.READ_BYTES, record.value.numRRecvBytes);
      this.#long(base + L.WRITE_BYTES, record.value.numWSendBytes);
    } else {
      words[base + L.RET] = record.value.ret;
    }
    if (record.type === "NF" || record.type === "NE") {
      words[base + L.SIP] = address(record.value.sip);
      words[base + L.SPORT] = record.value.sport;
      words[base + L.DIP] = address(record.value.dip);
      words[base + L.DPORT] = record.value.dport;
      words[base + L.PROTO] = record.value.proto;
    } else if (record.type === "PE") {
      words[base + L.ARGS] = this.#strings(record.value.args);
    } else {
      this.#foid(base + L.FOID, record.value.fileOid);
    }
    if (record.type === "FF") words[base + L.OPEN_FLAGS] = record.value.openFlags;
    if (record.type === "FE" && record.value.newFileOid !== undefined) {
      words[base + L.HAS_NEW_FOID] = 1;
      this.#foid(base + L.NEW_FOID, record.value.newFileOid);
    }
  }

  #long(at: number, value: bigint): void {
    this.#words[at] = lowOf(value);
    this.#words[at + 1] = highOf(value);
  }

  #oid(at: number, oid: Oid): void {
    this.#long(at, oid.createTs);
    this.#long(at + 2, oid.hpid);
  }

  #foid(at: number, text: string): void {
    if (!putFoid(this.#words, at, text)) throw bad(`"${text}" is no identity of a file: 40 hexadecimal digits are expected`);
  }

  #string(at: number, value: string | undefined): void {
    this.#words[at] = this.#used;
    this.#words[at + 1] = value === undefined ? -1 : this.#append(value);
  }

  /** An Avro array of strings: one block, and the zero that ends it. */
  #strings(values: readonly string[]): number {
    const at = this.#used;
    if (values.length > 0) this.#varint(values.length);
    for (const value of values) {
      this.#varint(Buffer.byteLength(value));
      this.#append(value);
    }
    this.#varint(0);
    return at;
  }

  #varint(value: number): void {
    let rest = value * 2;
    this.#reserve(10);
    while (rest > 127) {
      this.#text[this.#used++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#text[this.#used++] = rest;
  }

  #append(value: string): number {
    const length = Buffer.byteLength(value);
    this.#reserve(length);
    this.#text.write(value, this.#used);
    this.#used += length;
    return length;
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#text.length) return;
    const more = Buffer.allocUnsafe(Math.max(this.#text.length * 2, this.#used + bytes));
    this.#text.copy(more, 0, 0, this.#used);
    this.#text = more;
  }
}

/** A pod under the names of the schema, as a decoder gives it. */
function rawPod(pod: Extract<SysflowRecord, { type: "PD" }>["value"]): unknown {
  const addresses = (list: readonly string[]): number[] => list.map(address);
  return {
    ...pod,
    hostIP: addresses(pod.hostIp),
    internalIP: addresses(pod.internalIp),
    services: pod.services.map((service) => ({ ...service, clusterIP: addresses(service.clusterIp) })),
  };
}

function address(text: string): number {
  const number = ipNumber(text);
  if (number === undefined) throw bad(`"${text}" is no IPv4 address`);
  return number;
}

function indexOf(names: readonly string[], name: string): number {
  const index = names.indexOf(name);
  if (index < 0) throw bad(`"${name}" is none of ${names.join(", ")}`);
  return index;
}

function bad(what: string): MillraceError {
  return new MillraceError("MILLRACE_RECORD_VALUE", `a SysFlow record can't be made: ${what}`);
}
