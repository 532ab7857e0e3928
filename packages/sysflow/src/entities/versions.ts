import type { Container, File, Header, ObjectState, Oid, Pod, Process, Service } from "@millrace/api/sysflow";
import { bigintOf } from "../int64.ts";
import { baseName, dirName, parseSocketPath } from "../paths.ts";
import { foidText, stringsAt } from "../rows/bytes.ts";
import * as L from "../rows/layout.ts";
import { containerAt, headerAt, optionalText, podAt, type RowSource, restypeText, type TextSource, textOf } from "../rows/to-records.ts";
import { OBJECT_STATES } from "../schema/names.ts";
import { trimSpace } from "../trim.ts";
import { processOidText } from "../xxhash64.ts";
import type { Memo } from "./memo.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Versions of entities: what one record said of an entity. They never change; a later record makes a new version, and
 * whoever holds the old one keeps it. What is worked out from a version alone is worked out once, when first asked for.
 */

/** What a process record said. `exe` and `exeArgs` are without white space around them. */
export class ProcessVersion implements Process {
  /** The number of {@link state}. */
  readonly stateCode: number;
  readonly createTsLo: number;
  readonly createTsHi: number;
  readonly hpidLo: number;
  readonly hpidHi: number;
  readonly hasParent: boolean;
  /** Identity of the parent; zero where there is none. */
  readonly parentCreateTsLo: number;
  readonly parentCreateTsHi: number;
  readonly parentHpidLo: number;
  readonly parentHpidHi: number;
  readonly tsLo: number;
  readonly tsHi: number;
  readonly exe: string;
  readonly exeArgs: string;
  readonly uid: number;
  readonly userName: string;
  readonly gid: number;
  readonly groupName: string;
  readonly tty: boolean;
  readonly entry: boolean;
  readonly containerId: string | undefined;
  readonly cwd: string;
  readonly env: readonly string[];
  /** What others have worked out from this version. */
  memo: Memo | undefined = undefined;
  /** What was lately around this version. Tables alone ask for it, and compare it before they use it again. */
  readonly arounds: Surroundings[] = [];
  #name: string | undefined;
  #oidText: string | undefined;
  #parentOidText: string | undefined;

  constructor(rows: RowSource, base: number, texts?: TextSource) {
    const { words } = rows;
    this.stateCode = words[base + L.STATE] as number;
    this.createTsLo = words[base + L.OID] as number;
    this.createTsHi = words[base + L.OID + 1] as number;
    this.hpidLo = words[base + L.OID + 2] as number;
    this.hpidHi = words[base + L.OID + 3] as number;
    this.hasParent = words[base + L.HAS_POID] !== 0;
    this.parentCreateTsLo = words[base + L.POID] as number;
    this.parentCreateTsHi = words[base + L.POID + 1] as number;
    this.parentHpidLo = words[base + L.POID + 2] as number;
    this.parentHpidHi = words[base + L.POID + 3] as number;
    this.tsLo = words[base + L.TS] as number;
    this.tsHi = words[base + L.TS + 1] as number;
    this.exe = trimSpace(textOf(rows, base + L.EXE, texts));
    this.exeArgs = trimSpace(textOf(rows, base + L.EXE_ARGS, texts));
    this.uid = words[base + L.UID] as number;
    this.userName = textOf(rows, base + L.USER, texts);
    this.gid = words[base + L.GID] as number;
    this.groupName = textOf(rows, base + L.GROUP, texts);
    this.tty = words[base + L.TTY] !== 0;
    this.entry = words[base + L.ENTRY] !== 0;
    this.containerId = optionalText(rows, base + L.PROCESS_CONTAINER, texts);
    this.cwd = textOf(rows, base + L.CWD, texts);
    this.env = stringsAt(rows.text, words[base + L.ENV] as number);
  }

  get state(): ObjectState {
    return OBJECT_STATES[this.stateCode] as ObjectState;
  }

  get oid(): Oid {
    return { createTs: bigintOf(this.createTsLo, this.createTsHi), hpid: bigintOf(this.hpidLo, this.hpidHi) };
  }

  get poid(): Oid | undefined {
    if (!this.hasParent) return undefined;
    return { createTs: bigintOf(this.parentCreateTsLo, this.parentCreateTsHi), hpid: bigintOf(this.parentHpidLo, this.parentHpidHi) };
  }

  get ts(): bigint {
    return bigintOf(this.tsLo, this.tsHi);
  }

  /** The base name of the executable. */
  get name(): string {
    return (this.#name ??= baseName(this.exe));
  }

  /** The identity as rules and exports show it: 16 hexadecimal digits. */
  get oidText(): string {
    return (this.#oidText ??= processOidText(this.createTsLo, this.createTsHi, this.hpidLo, this.hpidHi));
  }

  /** The same of the parent. */
  get parentOidText(): string {
    return (this.#parentOidText ??= processOidText(this.parentCreateTsLo, this.parentCreateTsHi, this.parentHpidLo, this.parentHpidHi));
  }
}

/** What a file record said. */
export class FileVersion implements File {
  readonly stateCode: number;
  readonly tsLo: number;
  readonly tsHi: number;
  readonly restypeCode: number;
  readonly path: string;
  readonly containerId: string | undefined;
  /** What others have worked out from this version. */
  memo: Memo | undefined = undefined;
  // The identity stands in words of its own: an array for each file would take more room than the rest.
  readonly #foid0: number;
  readonly #foid1: number;
  readonly #foid2: number;
  readonly #foid3: number;
  readonly #foid4: number;
  #oid: string | undefined;
  #parsed: ParsedPath | undefined;

  constructor(rows: RowSource, base: number, texts?: TextSource) {
    const { words } = rows;
    this.stateCode = words[base + L.STATE] as number;
    this.tsLo = words[base + L.TS] as number;
    this.tsHi = words[base + L.TS + 1] as number;
    this.restypeCode = words[base + L.RESTYPE] as number;
    this.path = textOf(rows, base + L.PATH, texts);
    this.containerId = optionalText(rows, base + L.FILE_CONTAINER, texts);
    this.#foid0 = words[base + L.FOID] as number;
    this.#foid1 = words[base + L.FOID + 1] as number;
    this.#foid2 = words[base + L.FOID + 2] as number;
    this.#foid3 = words[base + L.FOID + 3] as number;
    this.#foid4 = words[base + L.FOID + 4] as number;
  }

  get state(): ObjectState {
    return OBJECT_STATES[this.stateCode] as ObjectState;
  }

  get oid(): string {
    return (this.#oid ??= foidText(Int32Array.of(this.#foid0, this.#foid1, this.#foid2, this.#foid3, this.#foid4), 0));
  }

  get ts(): bigint {
    return bigintOf(this.tsLo, this.tsHi);
  }

  get restype(): string {
    return restypeText(this.restypeCode);
  }

  /** The path taken apart. */
  get parsed(): ParsedPath {
    return (this.#parsed ??= parsePath(this.path));
  }
}

/** A path as rules and exports show it. */
export interface ParsedPath {
  /** Without white space around it; of a socket (`hex->hex path`) the path alone. */
  readonly path: string;
  /** Of a socket, the part `hex->hex`; otherwise `""`. */
  readonly symlink: string;
  /** The last part of the whole, `.` for an empty one. */
  readonly name: string;
  /** The folder of {@link path}, `.` for an empty one. */
  readonly directory: string;
}

/** Takes a path apart. */
export function parsePath(raw: string): ParsedPath {
  const whole = trimSpace(raw);
  const { path, symlink } = parseSocketPath(whole);
  return { path, symlink, name: baseName(whole), directory: dirName(path) };
}

/** What a container record said. `name` and `image` are without white space around them. */
export class ContainerVersion implements Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly type: string;
  readonly privileged: boolean;
  readonly podId: string | undefined;

  constructor(rows: RowSource, base: number, texts?: TextSource) {
    const record = containerAt(rows, base, texts);
    this.id = record.id;
    this.name = record.name;
    this.image = record.image;
    this.imageId = record.imageId;
    this.type = record.type;
    this.privileged = record.privileged;
    this.podId = record.podId;
  }
}

/** What a pod record said. */
export class PodVersion implements Pod {
  readonly ts: bigint;
  readonly id: string;
  readonly name: string;
  readonly nodeName: string;
  readonly hostIp: readonly string[];
  readonly internalIp: readonly string[];
  readonly namespace: string;
  readonly restartCount: bigint;
  readonly labels: Readonly<Record<string, string>>;
  readonly selectors: Readonly<Record<string, string>>;
  readonly services: readonly Service[];

  constructor(rows: RowSource, base: number) {
    const record = podAt(rows, base);
    this.ts = record.ts;
    this.id = record.id;
    this.name = record.name;
    this.nodeName = record.nodeName;
    this.hostIp = record.hostIp;
    this.internalIp = record.internalIp;
    this.namespace = record.namespace;
    this.restartCount = record.restartCount;
    this.labels = record.labels;
    this.selectors = record.selectors;
    this.services = record.services;
  }
}

/** What a header record said. */
export class HeaderVersion implements Header {
  readonly version: number;
  readonly exporter: string;
  readonly ip: string;
  readonly filename: string;

  constructor(rows: RowSource, base: number) {
    const record = headerAt(rows, base);
    this.version = record.version;
    this.exporter = record.exporter;
    this.ip = record.ip;
    this.filename = record.filename;
  }
}
