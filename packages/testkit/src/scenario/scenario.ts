import { createHash } from "node:crypto";
import { MillraceError } from "@millrace/api";
import type { FlatBatch, Process, SysflowBatch, SysflowRecord } from "@millrace/api/sysflow";
import { flatten, rowsFrom, type SysflowRows, type WriteTraceOptions, writeTrace } from "@millrace/sysflow";
import { Entities } from "./entities.ts";
import { type Operation, openBits, operationBits, type Protocol } from "./flags.ts";
import type {
  ContainerOptions,
  ExecOptions,
  FileEventOptions,
  FileFlowOptions,
  HostOptions,
  K8sOptions,
  NetworkFlowOptions,
  PodOptions,
  ProcessFlowOptions,
  ProcessOptions,
  WhenOptions,
} from "./options.ts";
import { connectionOf, counted, nanosOf, trafficOf } from "./values.ts";

/** When a scenario begins, unless it says otherwise: nanoseconds since the epoch. */
const START = 1_600_000_000_000_000_000n;

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
  private current: string | undefined;
  private readonly entities = new Entities();

  constructor(start: bigint) {
    this.time = start;
  }

  // ------------------------------------------------------------------------------------------------------- entities

  /** A host begins to tell: a header. What was announced before it is forgotten by readers, and announced again when it appears. */
  host(exporter: string, options: HostOptions = {}): this {
    this.entities.forget();
    this.current = undefined;
    return this.record({
      type: "H",
      value: { version: options.version ?? 4, exporter, ip: options.ip ?? "NA", filename: options.filename ?? "" },
    });
  }

  pod(name: string, options: PodOptions = {}): this {
    return this.record({ type: "PD", value: this.entities.pod(name, options, this.time) });
  }

  container(name: string, options: ContainerOptions = {}): this {
    return this.record({ type: "C", value: this.entities.container(name, options) });
  }

  /** Announces a process, and makes it the current one. */
  process(name: string, options: ProcessOptions = {}): this {
    const process = this.entities.newProcess(name, options, this.time);
    this.entities.keep(name, process);
    this.current = name;
    return this.record({ type: "P", value: process });
  }

  /** Makes a process that was announced before the current one. */
  by(name: string): this {
    this.entities.process(name);
    this.current = name;
    return this;
  }

  /** Lets time pass. */
  wait(ms: number): this {
    this.time += nanosOf(ms);
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
      exe: parent.exe,
      args: parent.exeArgs,
      uid: parent.uid,
      user: parent.userName,
      gid: parent.gid,
      group: parent.groupName,
      tty: parent.tty,
      cwd: parent.cwd,
      env: parent.env,
    };
    const process = this.entities.newProcess(child, { ...inherited, ...options, parent: options.parent ?? this.currentName() }, this.time);
    const placed: Process = options.container === undefined ? { ...process, containerId: parent.containerId } : process;
    this.processEvent("CLONE", {}, Number(placed.oid.hpid));
    this.entities.keep(child, placed);
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
        endTs: ts + nanosOf(options.lasts ?? 0),
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

  private currentName(): string {
    if (this.current === undefined)
      throw new MillraceError("MILLRACE_TESTKIT_SCENARIO", "the scenario has no process yet", { hint: "name one with .process()" });
    return this.current;
  }

  private self(): Process {
    return this.entities.process(this.currentName());
  }

  private change(changed: Partial<Process>): void {
    const process: Process = { ...this.self(), ...changed, state: "MODIFIED", ts: this.time };
    this.entities.keep(this.currentName(), process);
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
    const { file, isNew } = this.entities.file(path, restype, this.self().containerId, this.time);
    if (isNew) this.record({ type: "F", value: file });
    return file.oid;
  }
}

/** The bytes between the blocks of a trace. In a real one they are random. */
const SYNC: Uint8Array = createHash("md5").update("millrace scenario").digest();

/** Records as a batch, as a driver would send them. */
export function sysflowBatch(records: readonly SysflowRecord[]): SysflowRows {
  return rowsFrom(records);
}
