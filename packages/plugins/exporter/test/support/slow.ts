import { createHash } from "node:crypto";
import type { AttributeValue, FlatRecord } from "@millrace/api/sysflow";
import { ATTRIBUTES, baseName, EventCursor, type EventRows, type EventVerdict } from "@millrace/sysflow";

/** A plain and slow serialiser: it asks for each attribute by its name, builds an object, and writes that. */
export interface Slow {
  readonly text: string;
  /** What parsing the text gives. */
  readonly value: unknown;
}

type Value = string | number | bigint | boolean | readonly Value[] | { readonly [key: string]: Value | undefined };

export function slowJson(batch: EventRows): Slow[] {
  return each(batch, (record, verdict, tags) => {
    const sections = new Map<string, Record<string, Value>>();
    const top: Record<string, Value> = {};
    for (const name of [...ATTRIBUTES.keys()].filter((known) => known.startsWith("sf.") && !known.endsWith("+")).sort()) {
      const [, section = "", key] = name.split(".");
      const value = jsonValue(record, name);
      if (key === undefined) top[section] = value;
      else if (isThere(record, section)) sections.set(section, { ...sections.get(section), [key]: value });
    }
    const named = [...sections].map(([name, value]) => [name === "ke" ? "k8s" : name, value] as const).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      version: 5,
      ...top,
      ...Object.fromEntries(named),
      policies: verdict.rules.length === 0 ? undefined : verdict.rules.map(({ name, desc, priority }) => ({ id: name, desc, priority })),
      tags,
    };
  });
}

function isThere(record: FlatRecord, section: string): boolean {
  const { type } = record;
  switch (section) {
    case "container":
      return record.text("sf.container.id") !== "";
    case "pod":
      return record.text("sf.pod.id") !== "";
    case "file":
      return type === "FF" || type === "FE";
    case "flow":
      return type === "FF" || type === "NF";
    case "net":
      return type === "NF";
    case "ke":
      return type === "KE";
    case "proc":
      return type !== "KE";
    case "pproc":
      return record.text("sf.pproc.pid") !== "0";
    default:
      return true;
  }
}

function jsonValue(record: FlatRecord, name: string): Value {
  if (name === "sf.pod.services")
    return services(record).map(({ id, name: called, namespace, clusterip, portList }) => ({
      id: trimmed(id),
      name: trimmed(called),
      namespace: trimmed(namespace),
      clusterIP: clusterip,
      ports: portList.map(({ port, targetPort, nodePort, proto }) => ({ port, targetport: targetPort, nodeport: nodePort, proto: trimmed(proto) })),
    }));
  if (name === "sf.pod.hostip" || name === "sf.pod.internalip") return record.get(`${name}+`) as Value;
  const value = record.get(name) as AttributeValue;
  if (typeof value === "string") return trimmed(value);
  return Array.isArray(value) ? value.map((item: Value) => (typeof item === "string" ? trimmed(item) : item)) : (value as Value);
}

interface SlowService {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly clusterip: readonly string[];
  readonly portList: readonly { readonly port: number; readonly targetPort: number; readonly nodePort: number; readonly proto: string }[];
}

function services(record: FlatRecord): SlowService[] {
  return JSON.parse(record.text("sf.pod.services") || "[]") as SlowService[];
}

export function slowEcs(batch: EventRows, version: string): Slow[] {
  return each(batch, (record, verdict, tags) => {
    const text = (name: string): string => trimmed(record.text(name));
    const long = (name: string): bigint => BigInt(record.get(name) as bigint | number);
    const ofK8s = record.type === "KE";
    const start = record.ts;
    const end = (record.type === "FF" || record.type === "NF") && long("sf.endts") !== 0n ? long("sf.endts") : start;
    return {
      "@timestamp": time(start),
      agent: { type: "SysFlow", version },
      ecs: { version: "8.2" },
      event: {
        action: kind(record).action,
        category: kind(record).category,
        duration: BigInt.asIntN(64, end - start),
        end: time(end),
        kind: "event",
        original: ofK8s ? text("sf.ke.message") : undefined,
        reason: verdict.rules.length === 0 ? undefined : verdict.rules.map(({ name }) => name).join(", "),
        severity: verdict.rules.length === 0 ? undefined : Math.max(1, ...verdict.rules.map(({ priority }) => priority)),
        sf_ret: record.type === "PE" || record.type === "FE" ? long("sf.ret") : undefined,
        sf_type: record.type,
        start: time(start),
        type: kind(record).type,
      },
      host: { id: text("sf.node.id"), ip: text("sf.node.ip") },
      ...(ofK8s ? k8s(record) : { ...housing(record), ...fileOf(record), ...flowOf(record), ...processOf(record) }),
      tags,
    };
  });
}

function kind(record: FlatRecord): { readonly action: string; readonly category: string; readonly type: string } {
  const has = (...names: string[]): boolean => names.some((name) => (record.get("sf.opflags") as readonly string[]).includes(name));
  const ofThread = record.text("sf.proc.tid") !== record.text("sf.proc.pid");
  const positive = (...names: string[]): boolean => names.some((name) => (record.get(`sf.flow.${name}`) as bigint) > 0n);
  const of = (category: string, type: string, action: string) => ({ action, category, type });
  const ofProcess = (type: string) => of("process", type, `process-${type}`);
  switch (record.type) {
    case "PE":
      if (has("EXIT")) return ofProcess(ofThread ? "thread-exit" : "exit");
      if (has("CLONE", "EXEC")) return ofProcess(ofThread ? "thread-start" : "start");
      return ofProcess(has("SETUID") ? "change" : "start");
    case "FE":
      if (has("MKDIR")) return of("directory", "creation", "directory-create");
      if (has("RMDIR")) return of("directory", "deletion", "directory-delete");
      if (has("UNLINK")) return of("file", "deletion", "file-delete");
      if (has("SYMLINK", "LINK")) return of("file", "change", "file-link");
      return of("file", "change", has("RENAME") ? "file-rename" : "file-change");
    case "FF": {
      const [reads, writes] = [has("READ") && positive("rbytes", "rops"), has("WRITE") && positive("wbytes", "wops")];
      return of("file", writes ? "change" : "access", `file-access${reads ? "-read" : ""}${writes ? "-write" : ""}`);
    }
    case "NF":
      return of("network", "connection", "network-connection-traffic");
    case "KE": {
      const types: Readonly<Record<string, string>> = { ADDED: "creation", DELETED: "deletion", MODIFIED: "change", ERROR: "error" };
      return of("orchestration", types[record.text("sf.ke.action").replace("K8S_COMPONENT_", "")] ?? "info", record.text("sf.ke.action"));
    }
  }
}

function k8s(record: FlatRecord): Record<string, Value> {
  const message = messageOf(record.text("sf.ke.message"));
  const item = Array.isArray(message?.items) ? message.items[0] : undefined;
  return orchestrator(String(item?.namespace ?? ""), String(item?.name ?? ""), String(message?.kind ?? "").toLowerCase());
}

function messageOf(text: string): { readonly kind?: unknown; readonly items?: readonly { readonly name?: unknown; readonly namespace?: unknown }[] } | null {
  try {
    return JSON.parse(text) as ReturnType<typeof messageOf>;
  } catch {
    return null;
  }
}

function orchestrator(namespace: string, name: string, type: string): Record<string, Value> {
  return { orchestrator: { namespace: trimmed(namespace), resource: { name: trimmed(name), type: trimmed(type) }, type: "kubernetes" } };
}

function housing(record: FlatRecord): Record<string, Value> {
  const text = (name: string): string => trimmed(record.text(name));
  if (record.text("sf.container.id") === "") return {};
  const image = record.text("sf.container.imageid") === "" ? undefined : { id: text("sf.container.imageid"), name: text("sf.container.image") };
  const container = {
    id: text("sf.container.id"),
    image,
    name: text("sf.container.name"),
    runtime: text("sf.container.type"),
    sf_privileged: record.get("sf.container.privileged") === 1,
  };
  if (record.text("sf.pod.id") === "") return { container: container as Value };
  const all = services(record).map(({ id, name, namespace, clusterip, portList }) => ({
    clusterip,
    id: trimmed(id),
    name: trimmed(name),
    namespace: trimmed(namespace),
    ports: portList.map(({ port, targetPort, nodePort, proto }) => ({ nodeport: nodePort, port, proto: trimmed(proto), targetport: targetPort })),
  }));
  return {
    container: container as Value,
    ...orchestrator(record.text("sf.pod.namespace"), record.text("sf.pod.name"), "pod"),
    pod: {
      hostip: record.get("sf.pod.hostip+") as Value,
      id: text("sf.pod.id"),
      internalip: record.get("sf.pod.internalip+") as Value,
      name: text("sf.pod.name"),
      namespace: text("sf.pod.namespace"),
      nodename: text("sf.pod.nodename"),
      restartcnt: record.get("sf.pod.restartcnt") as Value,
      ts: time(record.get("sf.pod.ts") as bigint),
    },
    ...(all.length > 0 && { service: all }),
  };
}

function fileOf(record: FlatRecord): Record<string, Value> {
  if (record.type !== "FF" && record.type !== "FE") return {};
  const operations = record.get("sf.opflags") as readonly string[];
  const types: Readonly<Record<string, string>> = { f: "file", d: "dir", u: "socket", p: "pipe" };
  const type = operations.includes("SYMLINK") ? "symlink" : (types[record.text("sf.file.type")] ?? "unknown");
  const folder = `/proc/${record.text("sf.proc.pid")}/fd`;
  const fd = record.text("sf.file.fd");
  const own = record.text("sf.file.path") !== "";
  const path = own ? record.text("sf.file.path") : `${folder}/${fd}`;
  const name = own ? record.text("sf.file.name") : fd;
  const action = kind(record).action;
  const target = record.type === "FE" && (action === "file-link" || action === "file-rename") ? trimmed(record.text("sf.file.newpath")) : undefined;
  const file =
    type === "dir"
      ? { directory: trimmed(path) }
      : { directory: trimmed(own ? record.text("sf.file.directory") : folder), name: trimmed(name), ...(path !== name && { path: trimmed(path) }) };
  return { file: { ...file, ...(target !== undefined && { target_path: target }), type } };
}

function flowOf(record: FlatRecord): Record<string, Value> {
  const long = (name: string): bigint => BigInt(record.get(name) as bigint | number);
  const [read, reads, written, writes] = ["rbytes", "rops", "wbytes", "wops"].map((name) => long(`sf.flow.${name}`)) as [bigint, bigint, bigint, bigint];
  if (record.type === "FF") {
    if (![read, reads, written, writes].some((count) => count > 0n)) return {};
    return { sf_file_action: { bytes_read: read, bytes_written: written, read_ops: reads, write_ops: writes } };
  }
  if (record.type !== "NF") return {};
  const number = (ip: string): number => Buffer.from(ip.split(".").map(Number)).readInt32LE();
  const [sip, dip] = [record.text("sf.net.sip"), record.text("sf.net.dip")];
  const [sport, dport, proto] = ["sport", "dport", "proto"].map((name) => Number(long(`sf.net.${name}`))) as [number, number, number];
  const protocols: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 254: "raw" };
  return {
    network: {
      bytes: BigInt.asIntN(64, read + written),
      community_id: communityId(number(sip), number(dip), proto, sport, dport),
      iana_number: String(proto),
      protocol: protocols[proto] ?? "",
    },
    source: { address: sip, bytes: written, ip: sip, packets: writes, port: sport },
    destination: { address: dip, bytes: read, ip: dip, packets: reads, port: dport },
  };
}

function processOf(record: FlatRecord): Record<string, Value> {
  const text = (name: string): string => trimmed(record.text(name));
  const program = (prefix: string) => ({
    args: text(`${prefix}.args`),
    command_line: text(`${prefix}.cmdline`),
    executable: text(`${prefix}.exe`),
    name: baseName(text(`${prefix}.exe`)),
  });
  const identity = (prefix: string) => ({ pid: record.get(`${prefix}.pid`) as bigint, start: time(record.get(`${prefix}.createts`) as bigint) });
  const person = (id: string, name: string) => ({ id: record.get(id) as number, ...(record.text(name) !== "" && { name: text(name) }) });
  return {
    process: {
      ...program("sf.proc"),
      parent: { ...program("sf.pproc"), ...identity("sf.pproc") },
      ...identity("sf.proc"),
      thread: { id: record.get("sf.proc.tid") as bigint },
    },
    user: { group: person("sf.proc.gid", "sf.proc.group"), ...person("sf.proc.uid", "sf.proc.user") },
  };
}

/** RFC 3339 in UTC, with nanoseconds. */
function time(nanos: bigint): string {
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const second = new Date(Number((nanos - rest) / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = String(rest).padStart(9, "0").replace(/0+$/, "");
  return `${second}${fraction === "" ? "" : `.${fraction}`}Z`;
}

function each(
  batch: EventRows,
  make: (record: FlatRecord, verdict: EventVerdict, tags: readonly string[] | undefined) => Record<string, Value | undefined>,
): Slow[] {
  return Array.from({ length: batch.records }, (_, event) => {
    const cursor = new EventCursor(batch, event);
    const value = make(cursor.record, batch.verdicts[event] as EventVerdict, cursor.tags.length > 0 ? cursor.tags : undefined);
    return { text: goJson(value as Value), value: plain(value as Value) };
  });
}

function trimmed(text: string): string {
  const rest = /^["']/.test(text) ? text.slice(1) : text;
  return /["']$/.test(rest) ? rest.slice(0, -1) : rest;
}

/** JSON as Go writes it. */
function goJson(value: Value): string {
  if (typeof value === "string") {
    return JSON.stringify(value.toWellFormed())
      .replace(/\\(u[0-9a-f]{4}|.)/g, (found, name: string) => (name === "b" ? "\\u0008" : name === "f" ? "\\u000c" : found))
      .replace(/[<>&\u2028\u2029\ufffd]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  }
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(goJson).join(",")}]`;
  return `{${Object.entries(value)
    .flatMap(([key, item]: [string, Value | undefined]) => (item === undefined ? [] : [`"${key}":${goJson(item)}`]))
    .join(",")}}`;
}

/** What is left of a value when its text is parsed: numbers are doubles, and texts are Unicode. */
function plain(value: Value): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return (value as readonly Value[]).map(plain);
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]: [string, Value | undefined]) => (item === undefined ? [] : [[key, plain(item)]])));
}

/** Version 1 of the Community ID with seed 0, as its specification tells it. */
function communityId(sip: number, dip: number, proto: number, sport: number, dport: number): string {
  const types: Readonly<Record<number, number>> = { 8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17, 10: 9, 9: 10 };
  const isIcmp = (proto & 255) === 1;
  const answer = isIcmp ? types[sport & 255] : undefined;
  const ends = [
    { ip: address(sip), port: port(isIcmp ? sport & 255 : sport) },
    { ip: address(dip), port: port(isIcmp ? (answer ?? dport & 255) : dport) },
  ];
  if (!isIcmp || answer !== undefined) ends.sort((one, other) => Buffer.concat([one.ip, one.port]).compare(Buffer.concat([other.ip, other.port])));
  const [from, to] = ends as [(typeof ends)[number], (typeof ends)[number]];
  const input = Buffer.concat([Buffer.alloc(2), from.ip, to.ip, Buffer.of(proto & 255, 0), from.port, to.port]);
  return `1:${createHash("sha1").update(input).digest("base64")}`;
}

/** The octets of an address. */
function address(ip: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeInt32LE(ip);
  return octets;
}

function port(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number & 0xffff);
  return bytes;
}
