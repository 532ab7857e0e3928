import type { AttributeValue, FlatRecord } from "@millrace/api/sysflow";

/** The attributes of a flat record that are handed on unless others are named: all of SysFlow's own, in the order of its documentation. */
export const ATTRIBUTES: readonly string[] = [
  ...named("sf", "type", "opflags", "ret", "ts", "endts"),
  ...named("sf.proc", "oid", "pid", "tid", "uid", "gid", "name", "exe", "args", "user", "group", "cmdline", "createts", "tty", "entry"),
  ...named("sf.proc", "aname", "aexe", "acmdline", "apid"),
  ...named("sf.pproc", "oid", "pid", "createts", "name", "exe", "args", "user", "group", "cmdline", "uid", "gid", "tty", "entry"),
  ...named("sf.file", "name", "path", "symlink", "oid", "directory", "newname", "newpath", "newsymlink", "newoid", "newdirectory"),
  ...named("sf.file", "type", "is_open_write", "is_open_read", "fd", "openflags"),
  ...named("sf.net", "proto", "sport", "dport", "port", "sip", "dip", "ip"),
  ...named("sf.flow", "rbytes", "rops", "wbytes", "wops"),
  ...named("sf.container", "id", "name", "imageid", "image", "type", "privileged"),
  ...named("sf.pod", "ts", "restartcnt", "id", "name", "nodename", "namespace", "hostip", "internalip", "services"),
  ...named("sf.ke", "action", "kind", "message"),
  ...named("sf.node", "id", "ip"),
  ...named("sf.meta", "schema", "tracename"),
];

/** The attributes of a record that are not zero, with their names. An attribute that nobody knows counts as zero. */
export function* attributesOf(record: FlatRecord, names: readonly string[]): Generator<readonly [name: string, value: AttributeValue]> {
  for (const name of names) {
    const value = record.get(name);
    if (value !== undefined && !isZero(value)) yield [name, value];
  }
}

function isZero(value: AttributeValue): boolean {
  return value === "" || value === 0 || value === 0n || value === false || (typeof value === "object" && value.length === 0);
}

function named(prefix: string, ...names: readonly string[]): string[] {
  return names.map((name) => `${prefix}.${name}`);
}
