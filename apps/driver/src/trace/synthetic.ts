import { createHash } from "node:crypto";
import type { Container, Process, SysflowRecord } from "@millrace/api/sysflow";
import { SeededRandom } from "./random.ts";

export interface SyntheticOptions {
  readonly events: number;
  readonly seed: number;
  readonly processes: number;
  readonly containers: number;
  readonly files: number;
  readonly host: string;
  /** Becomes a part of every name and identity; `""` for none. */
  readonly salt: string;
}

/** Operations as the SysFlow telemetry format numbers them. */
const OP = {
  CLONE: 0x1,
  EXEC: 0x2,
  EXIT: 0x4,
  SETUID: 0x8,
  ACCEPT: 0x20,
  CONNECT: 0x40,
  OPEN: 0x80,
  READ: 0x100,
  RECV: 0x100,
  WRITE: 0x200,
  SEND: 0x200,
  CLOSE: 0x400,
  MKDIR: 0x8000,
  UNLINK: 0x40000,
  SYMLINK: 0x80000,
  RENAME: 0x100000,
} as const;

const READ_ONLY = 0x1001;
const WRITE_CREATE = 0x1006;

const START = 1_600_000_000_000_000_000n;

const PROGRAMS: readonly (readonly [exe: string, args: readonly string[]])[] = [
  ["/usr/bin/bash", ["", "-l", "-c ls"]],
  ["/usr/sbin/nginx", ["-g daemon off;"]],
  ["/usr/bin/python3", ["app.py", "-m http.server 8000"]],
  ["/usr/bin/node", ["server.js", "worker.js --queue mail"]],
  ["/usr/bin/curl", ["-s https://example.com/status", "-O http://203.0.113.9/t"]],
  ["/usr/bin/ls", ["-la", "/tmp"]],
  ["/usr/bin/cat", ["/etc/passwd", "/proc/meminfo"]],
  ["/usr/sbin/cron", ["-f"]],
  ["/usr/sbin/sshd", ["-D"]],
  ["/usr/bin/tar", ["czf backup.tgz data"]],
];

const FOLDERS: readonly string[] = ["/var/log", "/var/lib/app", "/etc", "/tmp", "/usr/lib", "/home/dev", "/srv/www", "/proc/self"];
const USERS: readonly (readonly [uid: number, name: string])[] = [
  [0, "root"],
  [33, "www-data"],
  [101, "nginx"],
  [1000, "dev"],
];

/**
 * Makes up the records of a host: processes that come and go in a tree, start programs, touch files and talk over the network.
 * The same options give the same records. What it remembers grows with the processes and files that it is asked for, not with
 * the number of events.
 */
export function* syntheticRecords(options: SyntheticOptions): Generator<SysflowRecord> {
  const host = new SyntheticHost(options);
  yield* host.begin();
  for (let event = 0; event < options.events; event += 1) yield* host.event();
}

class SyntheticHost {
  readonly #options: SyntheticOptions;
  readonly #random: SeededRandom;
  readonly #prefix: string;
  readonly #containers: Container[] = [];
  /** The first one never ends. */
  readonly #living: Process[] = [];
  readonly #told: Set<number> = new Set();
  #time: bigint;
  #nextPid = 1;

  constructor(options: SyntheticOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#prefix = options.salt === "" ? "" : `/${options.salt}`;
    this.#time = START + (options.salt === "" ? 0n : BigInt(`0x${this.#digest("time").slice(0, 10)}`) * 1000n);
  }

  *begin(): Generator<SysflowRecord> {
    const { host, salt, containers } = this.#options;
    yield { type: "H", value: { version: 5, exporter: salt === "" ? host : `${host}-${salt}`, ip: "10.0.0.1", filename: "generated.sf" } };
    for (let index = 0; index < containers; index += 1) {
      const container = this.#container(index);
      this.#containers.push(container);
      yield { type: "C", value: container };
    }
    yield this.#spawn(undefined, "/usr/lib/systemd/systemd", "--system");
  }

  /** One event, and before it the entities that it is the first to need. */
  *event(): Generator<SysflowRecord> {
    this.#time += BigInt(1000 + this.#random.below(2_000_000));
    const choice = this.#random.next();
    if (choice < 0.45) yield* this.#fileFlow();
    else if (choice < 0.65) yield this.#networkFlow();
    else if (choice < 0.8) yield* this.#fileEvent();
    else if (choice < 0.98) yield* this.#processEvent();
    else if (choice < 0.99) yield this.#networkEvent();
    else yield this.#processFlow();
  }

  *#processEvent(): Generator<SysflowRecord> {
    const { processes } = this.#options;
    const choice = this.#random.next();
    const mayEnd = this.#living.length > 1;
    const isFull = this.#living.length >= Math.max(1, processes);
    if (mayEnd && (isFull || choice < 0.2)) {
      const [gone] = this.#living.splice(1 + this.#random.below(this.#living.length - 1), 1) as [Process];
      yield this.#onProcess(gone, OP.EXIT, this.#random.next() < 0.9 ? 0 : 1);
    } else if (!isFull && choice < 0.6) {
      const parent = this.#anyProcess();
      const child = this.#spawn(parent, parent.exe, parent.exeArgs);
      yield child;
      yield this.#onProcess(child.value, OP.CLONE, 0);
    } else if (choice < 0.95) {
      const [exe, args] = this.#random.pick(PROGRAMS);
      yield* this.#changed(OP.EXEC, { exe: this.#prefix + exe, exeArgs: this.#random.pick(args) });
    } else {
      const [uid, userName] = this.#random.pick(USERS);
      yield* this.#changed(OP.SETUID, { uid, userName });
    }
  }

  *#changed(operation: number, changes: Partial<Process>): Generator<SysflowRecord> {
    const at = this.#random.below(this.#living.length);
    const process: Process = { ...(this.#living[at] as Process), ...changes, state: "MODIFIED", ts: this.#time };
    this.#living[at] = process;
    yield { type: "P", value: process };
    yield this.#onProcess(process, operation, 0);
  }

  *#fileFlow(): Generator<SysflowRecord> {
    const process = this.#anyProcess();
    const writes = this.#random.next() < 0.3;
    const file = this.#fileNumber();
    yield* this.#tellFile(file);
    const opFlags = OP.OPEN | OP.CLOSE | (writes ? OP.WRITE : OP.READ);
    const value = {
      ...this.#by(process, opFlags),
      ...this.#traffic(writes, !writes),
      openFlags: writes ? WRITE_CREATE : READ_ONLY,
      fileOid: this.#fileOid(file),
    };
    yield { type: "FF", value };
  }

  *#fileEvent(): Generator<SysflowRecord> {
    const process = this.#anyProcess();
    const operation = this.#random.pick([OP.UNLINK, OP.MKDIR, OP.RENAME, OP.SYMLINK]);
    const file = this.#fileNumber();
    const second = operation === OP.RENAME || operation === OP.SYMLINK ? this.#fileNumber() : undefined;
    yield* this.#tellFile(file);
    if (second !== undefined) yield* this.#tellFile(second);
    const ret = this.#random.next() < 0.95 ? 0 : -2;
    yield {
      type: "FE",
      value: { ...this.#by(process, operation), ret, fileOid: this.#fileOid(file), newFileOid: second === undefined ? undefined : this.#fileOid(second) },
    };
  }

  #networkFlow(): SysflowRecord {
    const accepts = this.#random.next() < 0.5;
    const opFlags = (accepts ? OP.ACCEPT : OP.CONNECT) | OP.SEND | OP.RECV | OP.CLOSE;
    return { type: "NF", value: { ...this.#by(this.#anyProcess(), opFlags), ...this.#traffic(true, true), ...this.#connection() } };
  }

  #networkEvent(): SysflowRecord {
    return { type: "NE", value: { ...this.#by(this.#anyProcess(), OP.CONNECT), ...this.#connection(), ret: 0 } };
  }

  #processFlow(): SysflowRecord {
    const { procOid, ts, opFlags } = this.#by(this.#anyProcess(), OP.CLONE | OP.EXIT);
    const count = BigInt(1 + this.#random.below(8));
    return { type: "PF", value: { procOid, ts, opFlags, endTs: ts + 1_000_000n, numThreadsCloned: count, numThreadsExited: count, numCloneErrors: 0n } };
  }

  #spawn(parent: Process | undefined, exe: string, exeArgs: string): Extract<SysflowRecord, { type: "P" }> {
    const hpid = BigInt(this.#nextPid);
    // Process ids come again, as they do on a host; identities do not, because the time of creation belongs to them.
    this.#nextPid = this.#nextPid >= 32_768 ? 300 : this.#nextPid + 1;
    const container =
      parent?.containerId === undefined && this.#containers.length > 0 && this.#random.next() < 0.5 ? this.#random.pick(this.#containers) : undefined;
    const [uid, userName] = parent === undefined ? (USERS[0] as readonly [number, string]) : [parent.uid, parent.userName];
    const value: Process = {
      state: "CREATED",
      oid: { createTs: this.#time, hpid },
      poid: parent?.oid,
      ts: this.#time,
      exe: parent === undefined ? this.#prefix + exe : exe,
      exeArgs,
      uid,
      userName,
      gid: uid,
      groupName: userName,
      tty: this.#random.next() < 0.1,
      containerId: parent === undefined ? undefined : (parent.containerId ?? container?.id),
      entry: container !== undefined,
      cwd: "/",
      env: [],
    };
    this.#living.push(value);
    return { type: "P", value };
  }

  #container(index: number): Container {
    const image = `registry.example/service-${index}${this.#prefix.replace("/", ":")}`;
    return {
      id: this.#digest(`container ${index}`).slice(0, 12),
      name: `service-${index}${this.#prefix.replace("/", "-")}`,
      image,
      imageId: this.#digest(image),
      type: "CT_CONTAINERD",
      privileged: index % 7 === 6,
      podId: undefined,
    };
  }

  /** Few files are touched often, most of them rarely. */
  #fileNumber(): number {
    return Math.floor(this.#random.next() ** 3 * Math.max(1, this.#options.files));
  }

  *#tellFile(file: number): Generator<SysflowRecord> {
    if (this.#told.has(file)) return;
    this.#told.add(file);
    const path = `${FOLDERS[file % FOLDERS.length]}${this.#prefix}/file-${file}`;
    yield { type: "F", value: { state: "CREATED", oid: this.#fileOid(file), ts: this.#time, restype: "f", path, containerId: undefined } };
  }

  #fileOid(file: number): string {
    return this.#digest(`file ${file}`);
  }

  #digest(what: string): string {
    return createHash("sha1").update(`${this.#options.salt}\u0000${what}`).digest("hex");
  }

  #anyProcess(): Process {
    return this.#random.pick(this.#living);
  }

  #onProcess(process: Process, operation: number, ret: number): SysflowRecord {
    return { type: "PE", value: { ...this.#by(process, operation), args: [], ret } };
  }

  #by(process: Process, opFlags: number): { procOid: Process["oid"]; ts: bigint; tid: bigint; opFlags: number } {
    return { procOid: process.oid, ts: this.#time, tid: process.oid.hpid, opFlags };
  }

  #traffic(
    writes: boolean,
    reads: boolean,
  ): { endTs: bigint; fd: number; numRRecvOps: bigint; numWSendOps: bigint; numRRecvBytes: bigint; numWSendBytes: bigint } {
    const amount = (does: boolean): bigint => BigInt(does ? 1 + this.#random.below(64) : 0);
    const [readOps, writeOps] = [amount(reads), amount(writes)];
    return {
      endTs: this.#time + BigInt(this.#random.below(5_000_000)),
      fd: 3 + this.#random.below(60),
      numRRecvOps: readOps,
      numWSendOps: writeOps,
      numRRecvBytes: readOps * BigInt(1 + this.#random.below(4096)),
      numWSendBytes: writeOps * BigInt(1 + this.#random.below(4096)),
    };
  }

  #connection(): { sip: string; sport: number; dip: string; dport: number; proto: number } {
    const address = (): string => `10.${this.#random.below(4)}.${this.#random.below(16)}.${1 + this.#random.below(254)}`;
    return {
      sip: address(),
      sport: 32_768 + this.#random.below(28_000),
      dip: address(),
      dport: this.#random.pick([22, 53, 80, 443, 3306, 5432, 8080]),
      proto: this.#random.next() < 0.9 ? 6 : 17,
    };
  }
}
