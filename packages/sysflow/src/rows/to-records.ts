import type { Buffer } from "node:buffer";
import type {
  Container,
  File,
  FileEvent,
  FileFlow,
  Header,
  K8sEvent,
  NetworkEvent,
  NetworkFlow,
  ObjectState,
  Oid,
  Pod,
  Process,
  ProcessEvent,
  ProcessFlow,
  SysflowRecord,
} from "@millrace/api/sysflow";
import { bigintOf } from "../int64.ts";
import { ipText } from "../ip.ts";
import * as N from "../schema/names.ts";
import { foidText, stringsAt, textAt } from "./bytes.ts";
import * as L from "./layout.ts";
import { podOf } from "./pods.ts";

/** Rows to read from: what SysflowRows has, without its methods. */
export interface RowSource {
  readonly words: Int32Array;
  readonly text: Buffer;
  readonly values: readonly unknown[];
  /** The schema that the bytes were written by; absent where the rows were not decoded from any. */
  readonly schema?: string | undefined;
}

/** Texts at offsets of a row, made anew or found in a cache. */
export interface TextSource {
  textAt(bytes: Buffer, at: number, length: number): string;
}

const ANEW: TextSource = { textAt };

/** The record of the row that begins at `base`, as plain data. */
export function recordAt(rows: RowSource, base: number): SysflowRecord {
  switch (rows.words[base + L.TYPE]) {
    case N.HEADER:
      return { type: "H", value: headerAt(rows, base) };
    case N.CONTAINER:
      return { type: "C", value: containerAt(rows, base) };
    case N.PROCESS:
      return { type: "P", value: processAt(rows, base) };
    case N.FILE:
      return { type: "F", value: fileAt(rows, base) };
    case N.PROCESS_EVENT:
      return { type: "PE", value: processEventAt(rows, base) };
    case N.NETWORK_FLOW:
      return { type: "NF", value: networkFlowAt(rows, base) };
    case N.FILE_FLOW:
      return { type: "FF", value: fileFlowAt(rows, base) };
    case N.FILE_EVENT:
      return { type: "FE", value: fileEventAt(rows, base) };
    case N.NETWORK_EVENT:
      return { type: "NE", value: networkEventAt(rows, base) };
    case N.PROCESS_FLOW:
      return { type: "PF", value: processFlowAt(rows, base) };
    case N.POD:
      return { type: "PD", value: podAt(rows, base) };
    default:
      return { type: "KE", value: k8sEventAt(rows, base) };
  }
}

export function headerAt(rows: RowSource, base: number): Header {
  const version = longAt(rows, base + L.VERSION);
  return {
    version: Number(version),
    exporter: textOf(rows, base + L.EXPORTER),
    ip: optionalText(rows, base + L.HEADER_IP) ?? "NA",
    filename: textOf(rows, base + L.FILENAME),
  };
}

export function containerAt(rows: RowSource, base: number, texts?: TextSource): Container {
  return {
    id: textOf(rows, base + L.CONTAINER_ID, texts),
    name: textOf(rows, base + L.CONTAINER_NAME, texts),
    image: textOf(rows, base + L.IMAGE, texts),
    imageId: textOf(rows, base + L.IMAGE_ID, texts),
    type: N.CONTAINER_TYPES[rows.words[base + L.CONTAINER_TYPE] as number] ?? "unknown",
    privileged: rows.words[base + L.PRIVILEGED] !== 0,
    podId: optionalText(rows, base + L.POD_ID, texts),
  };
}

export function processAt(rows: RowSource, base: number): Process {
  const { words } = rows;
  return {
    state: stateAt(rows, base),
    oid: oidAt(rows, base + L.OID),
    poid: words[base + L.HAS_POID] === 0 ? undefined : oidAt(rows, base + L.POID),
    ts: longAt(rows, base + L.TS),
    exe: textOf(rows, base + L.EXE),
    exeArgs: textOf(rows, base + L.EXE_ARGS),
    uid: words[base + L.UID] as number,
    userName: textOf(rows, base + L.USER),
    gid: words[base + L.GID] as number,
    groupName: textOf(rows, base + L.GROUP),
    tty: words[base + L.TTY] !== 0,
    containerId: optionalText(rows, base + L.PROCESS_CONTAINER),
    entry: words[base + L.ENTRY] !== 0,
    cwd: textOf(rows, base + L.CWD),
    env: stringsAt(rows.text, words[base + L.ENV] as number),
  };
}

export function fileAt(rows: RowSource, base: number): File {
  return {
    state: stateAt(rows, base),
    oid: foidText(rows.words, base + L.FOID),
    ts: longAt(rows, base + L.TS),
    restype: restypeText(rows.words[base + L.RESTYPE] as number),
    path: textOf(rows, base + L.PATH),
    containerId: optionalText(rows, base + L.FILE_CONTAINER),
  };
}

export function processEventAt(rows: RowSource, base: number): ProcessEvent {
  return { ...threadBoundAt(rows, base), args: stringsAt(rows.text, rows.words[base + L.ARGS] as number), ret: rows.words[base + L.RET] as number };
}

export function networkFlowAt(rows: RowSource, base: number): NetworkFlow {
  return { ...threadBoundAt(rows, base), ...flowAt(rows, base), ...connectionAt(rows, base) };
}

export function networkEventAt(rows: RowSource, base: number): NetworkEvent {
  return { ...threadBoundAt(rows, base), ...connectionAt(rows, base), ret: rows.words[base + L.RET] as number };
}

export function fileFlowAt(rows: RowSource, base: number): FileFlow {
  return {
    ...threadBoundAt(rows, base),
    ...flowAt(rows, base),
    openFlags: (rows.words[base + L.OPEN_FLAGS] as number) >>> 0,
    fileOid: foidText(rows.words, base + L.FOID),
  };
}

export function fileEventAt(rows: RowSource, base: number): FileEvent {
  return {
    ...threadBoundAt(rows, base),
    fileOid: foidText(rows.words, base + L.FOID),
    ret: rows.words[base + L.RET] as number,
    newFileOid: rows.words[base + L.HAS_NEW_FOID] === 0 ? undefined : foidText(rows.words, base + L.NEW_FOID),
  };
}

export function processFlowAt(rows: RowSource, base: number): ProcessFlow {
  return {
    procOid: oidAt(rows, base + L.OID),
    ts: longAt(rows, base + L.TS),
    opFlags: (rows.words[base + L.OP_FLAGS] as number) >>> 0,
    numThreadsCloned: longAt(rows, base + L.THREADS_CLONED),
    endTs: longAt(rows, base + L.END_TS),
    numThreadsExited: longAt(rows, base + L.THREADS_EXITED),
    numCloneErrors: longAt(rows, base + L.CLONE_ERRORS),
  };
}

export function podAt(rows: RowSource, base: number): Pod {
  return podOf(rows.values[rows.words[base + L.POD_INDEX] as number]);
}

export function k8sEventAt(rows: RowSource, base: number): K8sEvent {
  return {
    kind: N.K8S_KINDS[rows.words[base + L.K8S_KIND] as number] as string,
    action: N.K8S_ACTIONS[rows.words[base + L.K8S_ACTION] as number] as string,
    ts: longAt(rows, base + L.TS),
    message: messageAt(rows, base),
  };
}

/** The message of a Kubernetes event, without the line ends and NUL characters that collectors leave at its end. */
export function messageAt(rows: RowSource, base: number): string {
  const at = rows.words[base + L.MESSAGE] as number;
  let length = Math.max(0, rows.words[base + L.MESSAGE + 1] as number);
  while (length > 0 && (rows.text[at + length - 1] === 10 || rows.text[at + length - 1] === 0)) length--;
  return textAt(rows.text, at, length);
}

/** The character that stands for a type of file. */
export function restypeText(restype: number): string {
  return restype >= 0 && restype <= 0x10ffff ? String.fromCodePoint(restype) : "\ufffd";
}

/** The string at an offset of a row; `""` where there is none. */
export function textOf(rows: RowSource, at: number, texts: TextSource = ANEW): string {
  const length = rows.words[at + 1] as number;
  return length <= 0 ? "" : texts.textAt(rows.text, rows.words[at] as number, length);
}

/** The string at an offset of a row, `undefined` where there is none. */
export function optionalText(rows: RowSource, at: number, texts: TextSource = ANEW): string | undefined {
  const length = rows.words[at + 1] as number;
  return length < 0 ? undefined : texts.textAt(rows.text, rows.words[at] as number, length);
}

function longAt(rows: RowSource, at: number): bigint {
  return bigintOf(rows.words[at] as number, rows.words[at + 1] as number);
}

function oidAt(rows: RowSource, at: number): Oid {
  return { createTs: longAt(rows, at), hpid: longAt(rows, at + 2) };
}

function stateAt(rows: RowSource, base: number): ObjectState {
  return N.OBJECT_STATES[rows.words[base + L.STATE] as number] as ObjectState;
}

function threadBoundAt(rows: RowSource, base: number): Pick<NetworkEvent, "procOid" | "ts" | "tid" | "opFlags"> {
  return {
    procOid: oidAt(rows, base + L.OID),
    ts: longAt(rows, base + L.TS),
    tid: longAt(rows, base + L.TID),
    opFlags: (rows.words[base + L.OP_FLAGS] as number) >>> 0,
  };
}

function flowAt(rows: RowSource, base: number): Omit<FileFlow, "procOid" | "ts" | "tid" | "opFlags" | "openFlags" | "fileOid"> {
  return {
    endTs: longAt(rows, base + L.END_TS),
    fd: rows.words[base + L.FD] as number,
    numRRecvOps: longAt(rows, base + L.READ_OPS),
    numWSendOps: longAt(rows, base + L.WRITE_OPS),
    numRRecvBytes: longAt(rows, base + L.READ_BYTES),
    numWSendBytes: longAt(rows, base + L.WRITE_BYTES),
  };
}

function connectionAt(rows: RowSource, base: number): Pick<NetworkFlow, "sip" | "sport" | "dip" | "dport" | "proto"> {
  const { words } = rows;
  return {
    sip: ipText(words[base + L.SIP] as number),
    sport: words[base + L.SPORT] as number,
    dip: ipText(words[base + L.DIP] as number),
    dport: words[base + L.DPORT] as number,
    proto: words[base + L.PROTO] as number,
  };
}
