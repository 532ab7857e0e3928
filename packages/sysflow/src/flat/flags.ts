import { NETWORK_FLOW } from "../schema/names.ts";

/** Bits of a record's operation flags. */
const OP_READ = 0x100;
const OP_WRITE = 0x200;

interface Operation {
  readonly bit: number;
  readonly name: string;
  /** The name on a network flow, where it differs. */
  readonly network?: string;
  /** The system calls it stands for. */
  readonly calls: readonly string[];
  readonly networkCalls?: readonly string[];
}

/** In the order in which names are listed, which is not that of the bits. */
const OPERATIONS: readonly Operation[] = [
  { bit: 0x8000, name: "MKDIR", calls: ["mkdir", "mkdirat"] },
  { bit: 0x10000, name: "RMDIR", calls: ["rmdir"] },
  { bit: 0x20000, name: "LINK", calls: ["link", "linkat"] },
  { bit: 0x80000, name: "SYMLINK", calls: ["symlink", "symlinkat"] },
  { bit: 0x40000, name: "UNLINK", calls: ["unlink", "unlinkat"] },
  { bit: 0x100000, name: "RENAME", calls: ["rename", "renameat", "renameat2"] },
  { bit: 0x1, name: "CLONE", calls: ["clone", "clone3", "fork", "vfork"] },
  { bit: 0x2, name: "EXEC", calls: ["execve", "execveat"] },
  { bit: 0x4, name: "EXIT", calls: ["exit", "exit_group", "procexit"] },
  { bit: 0x8, name: "SETUID", calls: ["setuid", "setreuid", "setresuid"] },
  { bit: 0x80, name: "OPEN", calls: ["open", "openat", "openat2", "creat"] },
  { bit: 0x20, name: "ACCEPT", calls: ["accept", "accept4"] },
  { bit: 0x40, name: "CONNECT", calls: ["connect"] },
  { bit: 0x400, name: "CLOSE", calls: ["close"] },
  {
    bit: OP_WRITE,
    name: "WRITE",
    calls: ["write", "pwrite", "writev", "pwritev"],
    network: "SEND",
    networkCalls: ["send", "sendto", "sendmsg", "sendmmsg", "write", "writev"],
  },
  {
    bit: OP_READ,
    name: "READ",
    calls: ["read", "pread", "readv", "preadv"],
    network: "RECV",
    networkCalls: ["recv", "recvfrom", "recvmsg", "recvmmsg", "read", "readv"],
  },
  { bit: 0x10, name: "SETNS", calls: ["setns"] },
  { bit: 0x2000, name: "MMAP", calls: ["mmap", "mmap2"] },
  { bit: 0x1000, name: "SHUTDOWN", calls: ["shutdown"] },
  { bit: 0x800, name: "TRUNCATE", calls: [] },
  { bit: 0x4000, name: "DIGEST", calls: [] },
];

/** The names of the operations of a record. On a network flow, reading and writing are called RECV and SEND. */
export function operationNames(flags: number, type: number): string[] {
  const names: string[] = [];
  for (const operation of OPERATIONS) {
    if (flags & operation.bit) names.push((type === NETWORK_FLOW ? operation.network : undefined) ?? operation.name);
  }
  return names;
}

/** The names of the operations of a record, and those of the system calls that they stand for. */
export function eventTypes(flags: number, type: number): string[] {
  const names = operationNames(flags, type);
  for (const operation of OPERATIONS) {
    if (flags & operation.bit) names.push(...((type === NETWORK_FLOW ? operation.networkCalls : undefined) ?? operation.calls));
  }
  return names;
}

/** The flags with which a file was opened, numbered as Falco's libraries number them, in the order in which they are listed. */
const OPEN_FLAGS: readonly (readonly [number, string])[] = [
  [0x1, "RDONLY"],
  [0x2, "WRONLY"],
  [0x3, "RDWR"],
  [0x4, "CREAT"],
  [0x20, "EXCL"],
  [0x100, "TRUNC"],
  [0x8, "APPEND"],
  [0x40, "NONBLOCK"],
  [0x10, "DSYNC"],
  [0x200, "DIRECT"],
  [0x800, "LARGEFILE"],
  [0x400, "DIRECTORY"],
  [0x1000, "CLOEXEC"],
  [0x80, "SYNC"],
];

export function openFlagNames(flags: number): string[] {
  if (flags === 0) return ["NONE"];
  return OPEN_FLAGS.filter(([bits]) => (flags & bits) === bits).map(([, name]) => name);
}

export function isOpenRead(flags: number): boolean {
  return (flags & 1) === 1;
}

export function isOpenWrite(flags: number): boolean {
  return (flags & 2) === 2;
}
