import { inflateRawSync } from "node:zlib";
import type { Oid, SysflowRecord } from "@millrace/api/sysflow";
import avro from "avsc";
import { ipText } from "../../src/index.ts";

type Fields = Record<string, unknown>;

/** The parts of a container file, found without the code under test. */
export function takeApart(bytes: Buffer): {
  schema: string;
  codec: string;
  sync: Buffer;
  headBytes: number;
  blocks: { offset: number; records: number; data: Buffer; end: number }[];
} {
  let at = 4;
  const number = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number((value >> 1n) ^ -(value & 1n));
    }
  };
  const text = (): string => {
    const length = number();
    at += length;
    return bytes.toString("utf8", at - length, at);
  };
  const metadata = new Map<string, string>();
  for (let count = number(); count !== 0; count = number()) for (let i = 0; i < count; i++) metadata.set(text(), text());
  const sync = bytes.subarray(at, at + 16);
  at += 16;
  const headBytes = at;
  const blocks = [];
  while (at < bytes.length) {
    const offset = at;
    const records = number();
    const size = number();
    blocks.push({ offset, records, data: bytes.subarray(at, at + size), end: at + size + 16 });
    at += size + 16;
  }
  return { schema: metadata.get("avro.schema") as string, codec: metadata.get("avro.codec") ?? "null", sync, headBytes, blocks };
}

/** The records of a trace as avsc decodes them. */
export function referenceRecords(file: Buffer): SysflowRecord[] {
  const { schema, codec, blocks } = takeApart(file);
  const type = bigintType(JSON.parse(schema) as object);
  const records: SysflowRecord[] = [];
  for (const block of blocks) {
    const bytes = codec === "deflate" ? inflateRawSync(block.data) : block.data;
    let at = 0;
    for (let i = 0; i < block.records; i++) {
      const { value, offset } = type.decode(bytes, at) as { value: { rec: Fields }; offset: number };
      at = offset;
      const [name, fields] = Object.entries(value.rec)[0] as [string, Fields];
      const record = recordOf(name, fields);
      if (record) records.push(record);
    }
  }
  return records;
}

/** A type whose ints and longs are both of 64 bits and given as `bigint`: old traces hold ints of more than 32 bits. */
export function bigintType(schema: object): avro.Type {
  const long = avro.types.LongType.__with({
    fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64LE(BigInt(value));
      return buffer;
    },
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value: unknown) => typeof value === "bigint",
    compare: (a: bigint, b: bigint) => Number(a - b),
  });
  const hook = (written: unknown): avro.Type | undefined => {
    const name = typeof written === "object" && written !== null && "type" in written ? (written as { type: unknown }).type : written;
    return name === "long" || name === "int" ? long : undefined;
  };
  return avro.Type.forSchema(schema as never, { typeHook: hook as never, wrapUnions: true });
}

function recordOf(name: string, f: Fields): SysflowRecord | undefined {
  const short = name.slice(name.lastIndexOf(".") + 1);
  const big = (key: string): bigint => (f[key] as bigint | undefined) ?? 0n;
  const int = (key: string): number => Number(BigInt.asIntN(32, big(key)));
  const flags = (key: string): number => int(key) >>> 0;
  const text = (key: string): string => (f[key] as string | undefined) ?? "";
  const oid = (value: unknown): Oid => ({ createTs: (value as { createTS: bigint }).createTS, hpid: (value as { hpid: bigint }).hpid });
  const optional = (value: unknown): unknown => (value === null || value === undefined ? undefined : Object.values(value)[0]);
  const hex = (value: unknown): string => Buffer.from(value as Uint8Array).toString("hex");
  const ips = (list: unknown): string[] => ((list as bigint[] | undefined) ?? []).map((value) => ipText(Number(BigInt.asIntN(32, value))));
  const event = { procOid: f["procOID"] ? oid(f["procOID"]) : { createTs: 0n, hpid: 0n }, ts: big("ts"), opFlags: flags("opFlags") };
  const thread = { ...event, tid: big("tid") };
  const counters = {
    endTs: big("endTs"),
    fd: int("fd"),
    numRRecvOps: big("numRRecvOps"),
    numWSendOps: big("numWSendOps"),
    numRRecvBytes: big("numRRecvBytes"),
    numWSendBytes: big("numWSendBytes"),
  };
  const connection = { sip: ipText(int("sip")), sport: int("sport"), dip: ipText(int("dip")), dport: int("dport"), proto: int("proto") };
  switch (short) {
    case "SFHeader":
      return {
        type: "H",
        value: {
          version: f["version"] === undefined ? 5 : Number(f["version"]),
          exporter: text("exporter"),
          ip: (f["ip"] as string | undefined) ?? "NA",
          filename: text("filename"),
        },
      };
    case "Container":
      return {
        type: "C",
        value: {
          id: text("id"),
          name: text("name"),
          image: text("image"),
          imageId: text("imageid"),
          type: text("type"),
          privileged: f["privileged"] as boolean,
          podId: optional(f["podId"]) as string | undefined,
        },
      };
    case "Process": {
      const poid = optional(f["poid"]);
      return {
        type: "P",
        value: {
          state: f["state"] as "CREATED",
          oid: oid(f["oid"]),
          poid: poid === undefined ? undefined : oid(poid),
          ts: big("ts"),
          exe: text("exe"),
          exeArgs: text("exeArgs"),
          uid: int("uid"),
          userName: text("userName"),
          gid: int("gid"),
          groupName: text("groupName"),
          tty: f["tty"] as boolean,
          containerId: optional(f["containerId"]) as string | undefined,
          entry: (f["entry"] as boolean | undefined) ?? false,
          cwd: text("cwd"),
          env: (f["env"] as string[] | undefined) ?? [],
        },
      };
    }
    case "File":
      return {
        type: "F",
        value: {
          state: f["state"] as "CREATED",
          oid: hex(f["oid"]),
          ts: big("ts"),
          restype: String.fromCodePoint(int("restype")),
          path: text("path"),
          containerId: optional(f["containerId"]) as string | undefined,
        },
      };
    case "ProcessEvent":
      return { type: "PE", value: { ...thread, args: f["args"] as string[], ret: int("ret") } };
    case "NetworkFlow":
      return { type: "NF", value: { ...thread, ...counters, ...connection } };
    case "FileFlow":
      return { type: "FF", value: { ...thread, ...counters, openFlags: flags("openFlags"), fileOid: hex(f["fileOID"]) } };
    case "FileEvent": {
      const newFile = optional(f["newFileOID"]);
      return { type: "FE", value: { ...thread, fileOid: hex(f["fileOID"]), ret: int("ret"), newFileOid: newFile === undefined ? undefined : hex(newFile) } };
    }
    case "NetworkEvent":
      return { type: "NE", value: { ...thread, ...connection, ret: int("ret") } };
    case "ProcessFlow":
      return {
        type: "PF",
        value: {
          ...event,
          numThreadsCloned: big("numThreadsCloned"),
          endTs: big("endTs"),
          numThreadsExited: big("numThreadsExited"),
          numCloneErrors: big("numCloneErrors"),
        },
      };
    case "Pod":
      return {
        type: "PD",
        value: {
          ts: big("ts"),
          id: text("id"),
          name: text("name"),
          nodeName: text("nodeName"),
          hostIp: ips(f["hostIP"]),
          internalIp: ips(f["internalIP"]),
          namespace: text("namespace"),
          restartCount: big("restartCount"),
          labels: f["labels"] as Record<string, string>,
          selectors: f["selectors"] as Record<string, string>,
          services: (f["services"] as Fields[]).map(serviceOf(ips)),
        },
      };
    case "K8sEvent":
      return { type: "KE", value: { kind: text("kind"), action: text("action"), ts: big("ts"), message: text("message").replace(/[\n\0]+$/, "") } };
    default:
      return undefined;
  }
}

function serviceOf(ips: (list: unknown) => string[]) {
  return (service: Fields) => ({
    name: service["name"] as string,
    id: service["id"] as string,
    namespace: service["namespace"] as string,
    portList: (service["portList"] as Fields[]).map((port) => ({
      port: Number(port["port"]),
      targetPort: Number(port["targetPort"]),
      nodePort: Number(port["nodePort"]),
      proto: port["proto"] as string,
    })),
    clusterIp: ips(service["clusterIP"]),
  });
}
