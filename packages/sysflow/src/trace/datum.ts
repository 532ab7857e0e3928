import { Buffer } from "node:buffer";
import { MillraceError } from "@millrace/api";
import type { Container, NetworkEvent, Oid, Pod, Process, SysflowRecord } from "@millrace/api/sysflow";
import { ipNumber } from "../ip.ts";
import { RECORD_NAMES, RECORD_TYPES } from "../schema/names.ts";
import type { SchemaVersion } from "../schema/sysflow-schema.ts";

/** A record under the names of the Avro schema: longs as `bigint`, unions wrapped by the name of their branch. */
export function datumOf(record: SysflowRecord, version: SchemaVersion): unknown {
  const name = RECORD_NAMES[RECORD_TYPES.indexOf(record.type)];
  if (name === undefined) throw bad(`there is no record of type "${String(record.type)}"`);
  return { rec: { [name]: fieldsOf(record, version) } };
}

function fieldsOf(record: SysflowRecord, version: SchemaVersion): unknown {
  switch (record.type) {
    case "H":
      return { ...record.value, version: BigInt(record.value.version) };
    case "C":
      return containerFields(record.value);
    case "P":
      return processFields(record.value, version);
    case "F":
      return {
        ...record.value,
        oid: foid(record.value.oid),
        restype: record.value.restype.codePointAt(0) ?? 0,
        containerId: nullable(record.value.containerId),
      };
    case "PE":
      return { ...eventFields(record.value), args: record.value.args, ret: record.value.ret };
    case "NF":
      return { ...eventFields(record.value), ...connectionFields(record.value) };
    case "FF":
      return { ...eventFields(record.value), openFlags: record.value.openFlags | 0, fileOID: foid(record.value.fileOid) };
    case "FE": {
      const { newFileOid } = record.value;
      return {
        ...eventFields(record.value),
        fileOID: foid(record.value.fileOid),
        newFileOID: newFileOid === undefined ? null : { "sysflow.type.FOID": foid(newFileOid) },
      };
    }
    case "NE":
      return { ...eventFields(record.value), ...connectionFields(record.value) };
    case "PF":
      return eventFields(record.value);
    case "PD":
      return podFields(record.value);
    case "KE":
      return record.value;
  }
}

function containerFields(value: Container): unknown {
  const { imageId, podId, ...rest } = value;
  return { ...rest, imageid: imageId, podId: nullable(podId) };
}

function processFields(value: Process, version: SchemaVersion): unknown {
  const fields = {
    ...value,
    oid: oid(value.oid),
    poid: value.poid ? { "sysflow.type.OID": oid(value.poid) } : null,
    containerId: nullable(value.containerId),
  };
  if (version >= 5) return fields;
  const { cwd: _cwd, env: _env, ...older } = fields;
  return older;
}

function podFields(value: Pod): unknown {
  const addresses = (list: readonly string[]): bigint[] => list.map((text) => BigInt(address(text)));
  return {
    ...value,
    hostIP: addresses(value.hostIp),
    internalIP: addresses(value.internalIp),
    services: value.services.map((service) => ({ ...service, clusterIP: addresses(service.clusterIp) })),
  };
}

function eventFields<T extends { readonly procOid: Oid; readonly opFlags: number }>(value: T): Omit<T, "procOid"> & { procOID: unknown } {
  const { procOid, ...rest } = value;
  return { ...rest, procOID: oid(procOid), opFlags: value.opFlags | 0 };
}

function connectionFields(value: Pick<NetworkEvent, "sip" | "dip">): { sip: number; dip: number } {
  return { sip: address(value.sip), dip: address(value.dip) };
}

function oid(value: Oid): unknown {
  return { createTS: value.createTs, hpid: value.hpid };
}

function foid(text: string): Buffer {
  if (!/^[0-9a-fA-F]{40}$/.test(text)) throw bad(`"${text}" is no identity of a file: 40 hexadecimal digits are expected`);
  return Buffer.from(text, "hex");
}

function nullable(text: string | undefined): unknown {
  return text === undefined ? null : { string: text };
}

function address(text: string): number {
  const number = ipNumber(text);
  if (number === undefined) throw bad(`"${text}" is no IPv4 address`);
  return number;
}

function bad(what: string): MillraceError {
  return new MillraceError("MILLRACE_RECORD_VALUE", `a SysFlow record can't be written: ${what}`);
}
