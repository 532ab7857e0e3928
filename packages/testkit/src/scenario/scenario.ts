import { createHash } from "node:crypto";
import { MillraceError } from "@millrace/api";
import type { Container, File, FlatBatch, Pod, Process, SysflowBatch, SysflowRecord } from "@millrace/api/sysflow";
import { flatten, rowsFrom, writeTrace, type WriteTraceOptions } from "@millrace/sysflow";
import { openBits, type Operation, operationBits, type Protocol, PROTOCOLS } from "./flags.ts";
import type {
  ContainerOptions, ExecOptions, FileEventOptions, FileFlowOptions, HostOptions, K8sOptions, NetworkFlowOptions, PodOptions,
  ProcessFlowOptions, ProcessOptions, TrafficOptions, WhenOptions,
} from "./options.ts";

/** When a scenario begins, unless it says otherwise: nanoseconds since the epoch. */
const START = 1_600_000_000_000_000_000n;
const NANOS_PER_MS = 1_000_000n;
const FIRST_PID = 1000;

/** Begins a scenario: what happened on some hosts, told in order, and turned into the records that a collector would have written. */
export function scenario(options: { readonly start?: bigint } = {}): Scenario {
  return new Scenario(options.start ?? START);
}

/**
 * Tells what happened. Entities have names, and are announced by a record when they first appear; events belong to the
 * current process, which is the one that was named last. The same scenario gives the same records, to the byte.
 *
 * @example
 * ```ts
 * const records = scenario()
 *   .host("h1")
 *   .container("web", { image: "nginx:1.27" })
 *   .process("nginx", { exe: "/usr/sbin/nginx", container: "web", entry: true })
 *   .exec()
 *   .read("/etc/nginx/nginx.conf", { readBytes: 648 })
 *   .accept("10.1.0.9:40112", "10.1.0.2:80", { readBytes: 74, writeBytes: 853 })
 *   .records;
 * ```
 */
export class Scenario {
  /** The records so far. */
  readonly records: SysflowRecord[] = [];
  private time: bigint;
  private nextPid = FIRST_PID;
  private current: string | undefined;
  private readonly pods = new Map<string, Pod>();
  private readonly containers = new Map<string, Container>();
  private readonly processes = new Map<string, Process>();
  private files = new Set<string>();

  constructor(start: bigint) {
    this.time = start;
  }

  // ------------------------------------------------------------------------------------------------------- entities

  /** A host begins to tell: a header. What was announced before it is forgotten by readers, and announced again when it appears. */
  host(exporter: string, options: HostOptions = {}): this {
    this.files = new Set();
    this.processes.clear();
    this.containers.clear();
    this.pods.clear();
    this.current = undefined;
    return this.record({
      type: "H",
      value: { version: options.version ?? 4, exporter, ip: options.ip ?? "NA", filename: options.filename ?? "" },
    });
  }

  pod(name: string, options: PodOptions = {}): this {
    const pod: Pod = {
      ts: this.time,
      id: options.id ?? digest("pod", name).slice(0, 36),
      name,
      nodeName: options.node ?? "node-1",
      hostIp: options.hostIp ?? [],
      internalIp: options.internalIp ?? [],
      namespace: options.namespace ?? "default",
      restartCount: BigInt(options.restartCount ?? 0),
      labels: options.labels ?? {},
      selectors: options.selectors ?? {},
      services: options.services ?? [],
    };
    this.pods.set(name, pod);
    return this.record({ type: "PD", value: pod });
  }

  container(name: string, options: ContainerOptions = {}): this {
    const container: Container = {
      id: options.id ?? digest("container", name).slice(0, 12),
      name,
      image: options.image ?? name,
      imageId: options.imageId ?? digest("image", options.image ?? name),
      type: options.type ?? "CT_DOCKER",
      privileged: options.privileged ?? false,
      podId: options.pod === undefined ? undefined : known(this.pods, "pod", options.pod).id,
    };
    this.containers.set(name, container);
    return this.record({ type: "C", value: container });
  }

  /** Announces a process, and makes it the current one. */
  process(name: string, options: ProcessOptions = {}): this {
    const process = this.newProcess(name, options);
    this.processes.set(name, process);
    this.current = name;
    return this.record({ type: "P", value: process });
  }

  /** Makes a process that was announced before the current one. */
  by(name: string): this {
    known(this.processes, "process", name);
    this.current = name;
    return this;
  }

  /** Lets time pass. */
  wait(ms: number): this {
    this.time += BigInt(Math.round(ms * 1_000_000));
    return this;
  }

  /** Adds a record as it is. */
  record(record: SysflowRecord): this {
    this.records.push(record);
    return this;
  }

  // ---------------------------------------------------------------------------------------------- events of processes

  /** The current process starts a program. */
  exec(options: ExecOptions = {}): this {
    if (options.exe !== undefined || options.args !== undefined) {
      this.change({ exe: options.exe ?? this.self().exe, exeArgs: options.args ?? "" });
    }
    return this.processEvent("EXEC", options, options.ret ?? 0);
  }

  /** The current process makes a child, which becomes the current one. */
  clone(child: string, options: ProcessOptions = {}): this {
    const parent = this.self();
    const inherited: ProcessOptions = {
      exe: parent.exe, args: parent.exeArgs, uid: parent.uid, user: parent.userName, gid: parent.gid, group: parent.groupName, tty: parent.tty,
      cwd: parent.cwd, env: parent.env,
    };
    const process = this.newProcess(child, { ...inherited, ...options, parent: options.parent ?? this.currentName() });
    const placed: Process = options.container === undefined ? { ...process, containerId: parent.containerId } : process;
    this.processEvent("CLONE", {}, Number(placed.oid.hpid));
    this.processes.set(child, placed);
    this.current = child;
    this.record({ type: "P", value: placed });
    return this.processEvent("CLONE", { after: 0 }, 0);
  }

  /** The current process becomes another user. */
  setuid(uid: number, user = "", options: WhenOptions = {}): this {
    this.change({ uid, userName: user });
    return this.processEvent("SETUID", options, 0);
  }

  /** The current process ends. */
  exit(code = 0, options: WhenOptions = {}): this {
    return this.processEvent("EXIT", options, code);
  }

  /** The threads that the current process has made and ended. */
  processFlow(options: ProcessFlowOptions = {}): this {
    const ts = this.tick(options);
    return this.record({
      type: "PF",
      value: {
        procOid: this.self().oid,
        ts,
        opFlags: operationBits(["CLONE", "EXIT"]),
        numThreadsCloned: BigInt(options.cloned ?? 0),
        endTs: endOf(ts, options.lasts),
        numThreadsExited: BigInt(options.exited ?? 0),
        numCloneErrors: BigInt(options.errors ?? 0),
      },
    });
  }

  // -------------------------------------------------------------------------------------------------- events on files

  /** Reads a file from opening to closing it. */
  read(path: string, options: FileFlowOptions = {}): this {
    return this.fileFlow(path, { operations: ["OPEN", "READ", "CLOSE"], open: ["RDONLY", "CLOEXEC"], ...counted(options, "read") });
  }

  /** Writes a file from opening to closing it. */
  write(path: string, options: FileFlowOptions = {}): this {
    return this.fileFlow(path, { operations: ["OPEN", "WRITE", "CLOSE"], open: ["WRONLY", "CREAT"], ...counted(options, "write") });
  }

  fileFlow(path: string, options: FileFlowOptions = {}): this {
    const ts = this.tick(options);
    const fileOid = this.file(path);
    return this.record({
      type: "FF",
      value: {
        ...this.threadAt(ts, options.operations ?? ["OPEN", "CLOSE"], options.tid),
        ...trafficOf(ts, options),
        openFlags: openBits(options.open ?? ["RDONLY"]),
        fileOid,
      },
    });
  }

  mkdir(path: string, options: FileEventOptions = {}): this {
    return this.fileEvent("MKDIR", this.file(path, "d"), undefined, options);
  }

  rmdir(path: string, options: FileEventOptions = {}): this {
    return this.fileEvent("RMDIR", this.file(path, "d"), undefined, options);
  }

  unlink(path: string, options: FileEventOptions = {}): this {
    return this.fileEvent("UNLINK", this.file(path), undefined, options);
  }

  link(path: string, newPath: string, options: FileEventOptions = {}): this {
    return this.fileEvent("LINK", this.file(path), this.file(newPath), options);
  }

  symlink(path: string, newPath: string, options: FileEventOptions = {}): this {
    return this.fileEvent("SYMLINK", this.file(path), this.file(newPath), options);
  }

  rename(path: string, newPath: string, options: FileEventOptions = {}): this {
    return this.fileEvent("RENAME", this.file(path), this.file(newPath), options);
  }

  // ---------------------------------------------------------------------------------------------- events on the network

  /** Connects `from`, written `address:port`, to `to`, and talks. */
  connect(from: string, to: string, options: NetworkFlowOptions = {}): this {
    return this.networkFlow(from, to, { operations: ["CONNECT", "SEND", "RECV", "CLOSE"], ...options });
  }

  /** Takes a connection of `from`, written `address:port`, on its own address `to`, and talks. */
  accept(from: string, to: string, options: NetworkFlowOptions = {}): this {
    return this.networkFlow(from, to, { operations: ["ACCEPT", "SEND", "RECV", "CLOSE"], ...options });
  }

  networkFlow(from: string, to: string, options: NetworkFlowOptions = {}): this {
    const ts = this.tick(options);
    return this.record({
      type: "NF",
      value: {
        ...this.threadAt(ts, options.operations ?? [], options.tid),
        ...trafficOf(ts, options),
        ...connectionOf(from, to, options.protocol),
      },
    });
  }

  networkEvent(operation: Operation, from: string, to: string, options: FileEventOptions & { readonly protocol?: Protocol } = {}): this {
    const ts = this.tick(options);
    return this.record({
      type: "NE",
      value: { ...this.threadAt(ts, [operation], options.tid), ...connectionOf(from, to, options.protocol), ret: options.ret ?? 0 },
    });
  }

  /** Something happened to a component of the cluster. */
  k8s(options: K8sOptions = {}): this {
    return this.record({
      type: "KE",
      value: {
        kind: options.kind ?? "K8S_PODS",
        action: options.action ?? "K8S_COMPONENT_ADDED",
        ts: this.tick(options),
        message: JSON.stringify(options.message ?? {}),
      },
    });
  }

  // ---------------------------------------------------------------------------------------------------------- as batches

  /** All records as one batch, as a driver would send it. */
  batch(): SysflowBatch {
    return sysflowBatch(this.records);
  }

  /** The flat records of all events and flows. */
  flat(): FlatBatch {
    const flat = flatten(this.records);
    if (flat === undefined) throw new MillraceError("MILLRACE_TESTKIT_SCENARIO", "the scenario has no event that becomes a flat record");
    return flat;
  }

  /** The bytes of a trace file. The same records give the same bytes. */
  trace(options: Omit<WriteTraceOptions, "sync"> = {}): Promise<Uint8Array> {
    return writeTrace(this.records, { version: 4, ...options, sync: SYNC });
  }

  // ------------------------------------------------------------------------------------------------------------ helpers

  private newProcess(name: string, options: ProcessOptions): Process {
    return {
      state: "CREATED",
      oid: { createTs: options.created ?? this.time, hpid: BigInt(options.pid ?? this.nextPid++) },
      poid: options.parent === undefined ? undefined : known(this.processes, "process", options.parent).oid,
      ts: this.time,
      exe: options.exe ?? name,
      exeArgs: options.args ?? "",
      uid: options.uid ?? 0,
      userName: options.user ?? "root",
      gid: options.gid ?? 0,
      groupName: options.group ?? "root",
      tty: options.tty ?? false,
      containerId: options.container === undefined ? undefined : known(this.containers, "container", options.container).id,
      entry: options.entry ?? false,
      cwd: options.cwd ?? "/",
      env: options.env ?? [],
    };
  }

  private currentName(): string {
    if (this.current === undefined) throw new MillraceError("MILLRACE_TESTKIT_SCENARIO", "the scenario has no process yet", { hint: "name one with .process()" });
    return this.current;
  }

  private self(): Process {
    return known(this.processes, "process", this.currentName());
  }

  private change(changed: Partial<Process>): void {
    const process: Process = { ...this.self(), ...changed, state: "MODIFIED", ts: this.time };
    this.processes.set(this.currentName(), process);
    this.record({ type: "P", value: process });
  }

  private tick(options: WhenOptions): bigint {
    this.wait(options.after ?? 1);
    return this.time;
  }

  private threadAt(ts: bigint, operations: readonly Operation[], tid?: number): { procOid: Process["oid"]; ts: bigint; opFlags: number; tid: bigint } {
    const { oid } = this.self();
    return { procOid: oid, ts, opFlags: operationBits(operations), tid: tid === undefined ? oid.hpid : BigInt(tid) };
  }

  private processEvent(operation: Operation, options: WhenOptions, ret: number): this {
    const ts = this.tick(options);
    return this.record({ type: "PE", value: { ...this.threadAt(ts, [operation], options.tid), args: [], ret } });
  }

  private fileEvent(operation: Operation, fileOid: string, newFileOid: string | undefined, options: FileEventOptions): this {
    const ts = this.tick(options);
    return this.record({ type: "FE", value: { ...this.threadAt(ts, [operation], options.tid), fileOid, ret: options.ret ?? 0, newFileOid } });
  }

  /** The identity of a file, which is announced if it has not been. */
  private file(path: string, restype = "f"): string {
    const { containerId } = this.self();
    const oid = digest("file", `${containerId ?? ""}:${path}`);
    if (!this.files.has(oid)) {
      this.files.add(oid);
      const file: File = { state: "CREATED", oid, ts: this.time, restype, path, containerId };
      this.record({ type: "F", value: file });
    }
    return oid;
  }
}

/** The bytes between the blocks of a trace. In a real one they are random. */
const SYNC: Uint8Array = createHash("md5").update("millrace scenario").digest();

/** Records as a batch, as a driver would send them. */
export function sysflowBatch(records: readonly SysflowRecord[]): SysflowBatch {
  return rowsFrom(records);
}

function known<T>(table: ReadonlyMap<string, T>, what: string, name: string): T {
  const found = table.get(name);
  if (found !== undefined) return found;
  const names = [...table.keys()];
  throw new MillraceError("MILLRACE_TESTKIT_SCENARIO", `the scenario has no ${what} ${name}`, {
    hint: names.length === 0 ? `name one with .${what}()` : `it has ${names.join(", ")}`,
  });
}

/** 40 lower-case hexadecimal digits that depend on nothing but the name. */
function digest(kind: string, name: string): string {
  return createHash("sha1").update(`${kind}:${name}`).digest("hex");
}

function endOf(ts: bigint, lasts = 0): bigint {
  return ts + BigInt(Math.round(lasts * Number(NANOS_PER_MS)));
}

function trafficOf(ts: bigint, options: TrafficOptions): {
  endTs: bigint; fd: number; numRRecvOps: bigint; numWSendOps: bigint; numRRecvBytes: bigint; numWSendBytes: bigint;
} {
  return {
    endTs: endOf(ts, options.lasts),
    fd: options.fd ?? 3,
    numRRecvOps: BigInt(options.readOps ?? (options.readBytes === undefined ? 0 : 1)),
    numWSendOps: BigInt(options.writeOps ?? (options.writeBytes === undefined ? 0 : 1)),
    numRRecvBytes: BigInt(options.readBytes ?? 0),
    numWSendBytes: BigInt(options.writeBytes ?? 0),
  };
}

/** A read or write without a count has one operation. */
function counted(options: FileFlowOptions, way: "read" | "write"): FileFlowOptions {
  return way === "read" ? { readOps: 1, ...options } : { writeOps: 1, ...options };
}

function connectionOf(from: string, to: string, protocol: Protocol = "tcp"): { sip: string; sport: number; dip: string; dport: number; proto: number } {
  const source = endpointOf(from);
  const target = endpointOf(to);
  return { sip: source.address, sport: source.port, dip: target.address, dport: target.port, proto: PROTOCOLS[protocol] };
}

function endpointOf(text: string): { address: string; port: number } {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/.exec(text);
  if (match === null) {
    throw new MillraceError("MILLRACE_TESTKIT_SCENARIO", `${text} is no end of a connection`, { hint: "write it as 10.0.0.1:8080" });
  }
  return { address: match[1] as string, port: Number(match[2]) };
}

