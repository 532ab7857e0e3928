import type { SysflowRecord } from "@millrace/api/sysflow";
import type { FileVersion, ProcessVersion, Surroundings } from "@millrace/sysflow";

/** How many entities are remembered as told. Beyond, all are forgotten, and told again when they are needed. */
const MOST = 65_536;

const RANKS = { MODIFIED: 2, CREATED: 1, REUP: 0 } as const;

/**
 * Finds what a trace must tell before an event, so that a reader knows of its surroundings what a reader of the whole trace
 * knows: the versions of the process, its ancestors, container, pod and files that were not told of yet.
 */
export class NeededEntities {
  readonly #processes: Map<string, ProcessVersion> = new Map();
  /** Versions of files, containers and pods, by their kind and id. */
  readonly #others: Map<string, object> = new Map();

  /** Whether something was told since the last header that is not remembered. */
  #forgot = false;

  /** A header was told: whoever reads it forgets all. */
  forget(): void {
    this.#processes.clear();
    this.#others.clear();
    this.#forgot = false;
  }

  /** The records that must stand before an event with these surroundings. */
  *before(around: Surroundings, files: readonly (FileVersion | undefined)[]): Generator<SysflowRecord> {
    if (this.#processes.size + this.#others.size > MOST) {
      this.forget();
      this.#forgot = true;
    }
    const { pod, container } = around;
    if (pod && this.#isNew(`PD ${pod.id}`, pod)) yield { type: "PD", value: pod };
    if (container && this.#isNew(`C ${container.id}`, container)) yield { type: "C", value: container };
    for (const ancestor of around.ancestors.toReversed()) yield* this.#process(ancestor);
    for (const file of files) {
      if (file && this.#isNew(`F ${file.oid}`, file)) yield { type: "F", value: fileRecord(file) };
    }
  }

  *#process(version: ProcessVersion): Generator<SysflowRecord> {
    const key = `${version.createTsHi} ${version.createTsLo} ${version.hpidHi} ${version.hpidLo}`;
    const told = this.#processes.get(key);
    if (told === version) return;
    this.#processes.set(key, version);
    // Readers prefer what was modified to what was created, and that to what was announced again. A version that counts
    // although an older one was of a higher rank (tables that were full had forgotten that one) is told as a modification,
    // and so is one of which nobody remembers whether there was an older one.
    const overshadowed = told === undefined ? this.#forgot : RANKS[version.state] < RANKS[told.state];
    const state = overshadowed ? "MODIFIED" : version.state;
    yield { type: "P", value: { ...processRecord(version), state } };
  }

  #isNew(key: string, version: object): boolean {
    if (this.#others.get(key) === version) return false;
    this.#others.set(key, version);
    return true;
  }
}

function processRecord(version: ProcessVersion): Extract<SysflowRecord, { type: "P" }>["value"] {
  const { state, oid, poid, ts, exe, exeArgs, uid, userName, gid, groupName, tty, containerId, entry, cwd, env } = version;
  return { state, oid, poid, ts, exe, exeArgs, uid, userName, gid, groupName, tty, containerId, entry, cwd, env };
}

function fileRecord(version: FileVersion): Extract<SysflowRecord, { type: "F" }>["value"] {
  const { state, oid, ts, restype, path, containerId } = version;
  return { state, oid, ts, restype, path, containerId };
}
