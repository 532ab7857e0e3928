import { CONTAINER_TYPES, K8S_ACTIONS, K8S_KINDS, OBJECT_STATES, REUP } from "../schema/names.ts";
import * as L from "./layout.ts";

/** Where the value of a field of the schema goes in a row, and what it must be. */
export type Target =
  /** `absent`: what stands there where the schema has no such field, if it is not zero. */
  | { readonly into: "long" | "wide" | "int" | "boolean" | "strings"; readonly at: number; readonly absent?: number }
  | { readonly into: "text"; readonly at: number }
  | { readonly into: "enum"; readonly at: number; readonly names: readonly string[]; readonly fallback: number }
  /** An identity of two longs or of twenty bytes; `present` is a word that says whether there is one. */
  | { readonly into: "oid" | "foid"; readonly at: number; readonly present?: number }
  | { readonly into: "value"; readonly at: number };

/** A field that a record of the format has. */
export interface LayoutField {
  readonly target: Target;
  /** Whether an older schema may lack it: the row then holds zero, or "no text". */
  readonly optional?: boolean;
}

export type LayoutFields = Readonly<Record<string, LayoutField>>;

const long = (at: number): LayoutField => ({ target: { into: "long", at } });
const wide = (at: number): LayoutField => ({ target: { into: "wide", at } });
const int = (at: number): LayoutField => ({ target: { into: "int", at } });
const text = (at: number): LayoutField => ({ target: { into: "text", at } });
const boolean = (at: number): LayoutField => ({ target: { into: "boolean", at } });
const state: LayoutField = { target: { into: "enum", at: L.STATE, names: OBJECT_STATES, fallback: REUP } };
const optional = (field: LayoutField): LayoutField => ({ ...field, optional: true });
const oid: LayoutField = { target: { into: "oid", at: L.OID } };
const foid: LayoutField = { target: { into: "foid", at: L.FOID } };

const event: LayoutFields = { procOID: oid, ts: wide(L.TS), tid: long(L.TID), opFlags: int(L.OP_FLAGS) };
const connection: LayoutFields = { sip: int(L.SIP), sport: int(L.SPORT), dip: int(L.DIP), dport: int(L.DPORT), proto: int(L.PROTO) };
const flow: LayoutFields = {
  endTs: wide(L.END_TS),
  fd: int(L.FD),
  numRRecvOps: long(L.READ_OPS),
  numWSendOps: long(L.WRITE_OPS),
  numRRecvBytes: long(L.READ_BYTES),
  numWSendBytes: long(L.WRITE_BYTES),
};

/** The fields of each record type, by its number. */
export const LAYOUT_FIELDS: readonly LayoutFields[] = [
  {
    version: { target: { into: "long", at: L.VERSION, absent: 5 }, optional: true },
    exporter: text(L.EXPORTER),
    ip: optional(text(L.HEADER_IP)),
    filename: optional(text(L.FILENAME)),
  },
  {
    id: text(L.CONTAINER_ID),
    name: text(L.CONTAINER_NAME),
    image: text(L.IMAGE),
    imageid: text(L.IMAGE_ID),
    type: { target: { into: "enum", at: L.CONTAINER_TYPE, names: CONTAINER_TYPES, fallback: 0 } },
    privileged: boolean(L.PRIVILEGED),
    podId: optional(text(L.POD_ID)),
  },
  {
    state,
    oid,
    poid: { target: { into: "oid", at: L.POID, present: L.HAS_POID }, optional: true },
    ts: wide(L.TS),
    exe: text(L.EXE),
    exeArgs: text(L.EXE_ARGS),
    uid: int(L.UID),
    userName: text(L.USER),
    gid: int(L.GID),
    groupName: text(L.GROUP),
    tty: boolean(L.TTY),
    containerId: optional(text(L.PROCESS_CONTAINER)),
    entry: optional(boolean(L.ENTRY)),
    cwd: optional(text(L.CWD)),
    env: { target: { into: "strings", at: L.ENV }, optional: true },
  },
  { state, oid: foid, ts: wide(L.TS), restype: int(L.RESTYPE), path: text(L.PATH), containerId: optional(text(L.FILE_CONTAINER)) },
  { ...event, args: { target: { into: "strings", at: L.ARGS } }, ret: int(L.RET) },
  { ...event, ...flow, ...connection },
  { ...event, ...flow, fileOID: foid, openFlags: int(L.OPEN_FLAGS) },
  { ...event, fileOID: foid, ret: int(L.RET), newFileOID: { target: { into: "foid", at: L.NEW_FOID, present: L.HAS_NEW_FOID }, optional: true } },
  { ...event, ...connection, ret: int(L.RET) },
  {
    procOID: oid,
    ts: wide(L.TS),
    opFlags: int(L.OP_FLAGS),
    endTs: wide(L.END_TS),
    numThreadsCloned: long(L.THREADS_CLONED),
    numThreadsExited: long(L.THREADS_EXITED),
    numCloneErrors: long(L.CLONE_ERRORS),
  },
  {},
  {
    kind: { target: { into: "enum", at: L.K8S_KIND, names: K8S_KINDS, fallback: 0 } },
    action: { target: { into: "enum", at: L.K8S_ACTION, names: K8S_ACTIONS, fallback: 0 } },
    ts: wide(L.TS),
    message: text(L.MESSAGE),
  },
];
