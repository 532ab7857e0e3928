import * as N from "@millrace/sysflow/names";

/** What ECS calls an event. The categories and types are SysFlow's own where ECS has none: dashboards depend on them. */
export interface EventKind {
  readonly category: string;
  readonly type: string;
  readonly action: string;
}

// Bits of the operation flags.
const CLONE = 0x1;
const EXEC = 0x2;
const EXIT = 0x4;
const SETUID = 0x8;
const READ = 0x100;
const WRITE = 0x200;
const MKDIR = 0x8000;
const RMDIR = 0x10000;
const LINK = 0x20000;
const UNLINK = 0x40000;
const SYMLINK = 0x80000;
const RENAME = 0x100000;

/** Whether a file event has a second path, which ECS calls the target. */
export function hasTarget(flags: number): boolean {
  return (flags & (LINK | SYMLINK | RENAME)) !== 0 && (flags & (MKDIR | RMDIR | UNLINK)) === 0;
}

/** Whether the file of a record is a link that the record makes. */
export function isSymlink(flags: number): boolean {
  return (flags & SYMLINK) !== 0;
}

/** @param ofThread - whether the thread is not the process itself */
export function processKind(flags: number, ofThread: boolean): EventKind {
  if ((flags & EXIT) !== 0) return process(ofThread ? "thread-exit" : "exit");
  if ((flags & (CLONE | EXEC)) !== 0) return process(ofThread ? "thread-start" : "start");
  return process((flags & SETUID) !== 0 ? "change" : "start");
}

export function fileEventKind(flags: number): EventKind {
  if ((flags & MKDIR) !== 0) return { category: "directory", type: "creation", action: "directory-create" };
  if ((flags & RMDIR) !== 0) return { category: "directory", type: "deletion", action: "directory-delete" };
  if ((flags & UNLINK) !== 0) return { category: "file", type: "deletion", action: "file-delete" };
  if ((flags & (SYMLINK | LINK)) !== 0) return { category: "file", type: "change", action: "file-link" };
  return { category: "file", type: "change", action: (flags & RENAME) !== 0 ? "file-rename" : "file-change" };
}

/**
 * @param read - whether anything was read; so `written`
 */
export function fileFlowKind(flags: number, read: boolean, written: boolean): EventKind {
  const reads = (flags & READ) !== 0 && read;
  const writes = (flags & WRITE) !== 0 && written;
  return { category: "file", type: writes ? "change" : "access", action: `file-access${reads ? "-read" : ""}${writes ? "-write" : ""}` };
}

export const NETWORK_KIND: EventKind = { category: "network", type: "connection", action: "network-connection-traffic" };

const K8S_TYPES: readonly string[] = ["creation", "change", "deletion", "error"];

/** @param action - the number of what happened */
export function k8sKind(action: number): EventKind {
  return { category: "orchestration", type: K8S_TYPES[action] ?? "info", action: N.K8S_ACTIONS[action] ?? "" };
}

function process(type: string): EventKind {
  return { category: "process", type, action: `process-${type}` };
}
