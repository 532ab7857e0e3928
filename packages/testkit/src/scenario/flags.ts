/** Bits of `opFlags`, as the SysFlow telemetry format numbers them (sysflow.io). */
const OPERATIONS = {
  CLONE: 0x1,
  EXEC: 0x2,
  EXIT: 0x4,
  SETUID: 0x8,
  SETNS: 0x10,
  ACCEPT: 0x20,
  CONNECT: 0x40,
  OPEN: 0x80,
  READ: 0x100,
  RECV: 0x100,
  WRITE: 0x200,
  SEND: 0x200,
  CLOSE: 0x400,
  TRUNCATE: 0x800,
  SHUTDOWN: 0x1000,
  MMAP: 0x2000,
  DIGEST: 0x4000,
  MKDIR: 0x8000,
  RMDIR: 0x10000,
  LINK: 0x20000,
  UNLINK: 0x40000,
  SYMLINK: 0x80000,
  RENAME: 0x100000,
} as const;

/** The name of an operation. */
export type Operation = keyof typeof OPERATIONS;

/** Bits of `openFlags`, as the format numbers them: they are not those of `fcntl.h`. */
const OPEN_FLAGS = {
  RDONLY: 0x1,
  WRONLY: 0x2,
  RDWR: 0x3,
  CREAT: 0x4,
  APPEND: 0x8,
  DSYNC: 0x10,
  EXCL: 0x20,
  NONBLOCK: 0x40,
  SYNC: 0x80,
  TRUNC: 0x100,
  DIRECT: 0x200,
  DIRECTORY: 0x400,
  LARGEFILE: 0x800,
  CLOEXEC: 0x1000,
} as const;

/** The name of a flag with which a file is opened. */
export type OpenFlag = keyof typeof OPEN_FLAGS;

/** Protocols by name, as IANA numbers them. */
export const PROTOCOLS = { icmp: 1, tcp: 6, udp: 17 } as const;

export type Protocol = keyof typeof PROTOCOLS;

/** The bits of several operations. */
export function operationBits(names: readonly Operation[]): number {
  return names.reduce((bits, name) => bits | OPERATIONS[name], 0);
}

/** The bits of several open flags. */
export function openBits(names: readonly OpenFlag[]): number {
  return names.reduce((bits, name) => bits | OPEN_FLAGS[name], 0);
}
