import { ipText } from "../ip.ts";
import * as L from "../rows/layout.ts";
import * as N from "../schema/names.ts";
import { ALL, type Attribute, OF_FILE, OF_NET, OF_PROCESS, ofProcess, ofRecord, ZERO_FILE } from "./attribute-kinds.ts";
import { eventTypes } from "./flags.ts";

/** Attributes of Falco's rules that SysFlow has no other name for. */
export function falcoAttributes(): readonly Attribute[] {
  return [
    ofRecord(
      "evt.type",
      "L",
      OF_PROCESS,
      "The operations of the record, by SysFlow's names and by those of the system calls they stand for.",
      [L.OP_FLAGS],
      (words, base) => (words[base] === N.K8S_EVENT ? [] : eventTypes(words[base + L.OP_FLAGS] as number, words[base] as number)),
    ),
    ofRecord("evt.dir", "L", ALL, "Both directions, so that either matches.", [], () => [">", "<"]),
    fdName(),
    // Falco's rules ask for a number: `proc.tty != 0`.
    { ...ofProcess("proc.tty", "I", "1 where the process has a terminal, otherwise 0.", (process) => Number(process.tty)), aliasOf: "sf.proc.tty" },
  ];
}

function fdName(): Attribute {
  return {
    name: "fd.name",
    type: "S",
    wide: false,
    scope: "record",
    types: [...OF_FILE, ...OF_NET],
    description: "The path of the file; of a connection, sip:sport->dip:dport.",
    get: (batch, index) => {
      const { words } = batch;
      const base = batch.bases[index] as number;
      switch (words[base]) {
        case N.NETWORK_FLOW:
          return `${ipText(words[base + L.SIP] as number)}:${words[base + L.SPORT]}->${ipText(words[base + L.DIP] as number)}:${words[base + L.DPORT]}`;
        case N.FILE_FLOW:
        case N.FILE_EVENT:
          return (batch.files[index] ?? ZERO_FILE).parsed.path;
        default:
          return "";
      }
    },
  };
}

/** Names of Falco's rules for SysFlow's attributes. */
export const FALCO_ALIASES: ReadonlyMap<string, string> = new Map([
  ["evt.rawres", "sf.ret"],
  ["evt.rawtime", "sf.ts"],
  ["evt.is_open_read", "sf.file.is_open_read"],
  ["evt.is_open_write", "sf.file.is_open_write"],
  ["evt.arg.uid", "sf.proc.uid"],
  ["fd.typechar", "sf.file.type"],
  ["fd.directory", "sf.file.directory"],
  ["fd.filename", "sf.file.name"],
  ["fd.proto", "sf.net.proto"],
  ["fd.lproto", "sf.net.proto"],
  ["fd.l4proto", "sf.net.proto"],
  ["fd.rproto", "sf.net.proto"],
  ["fd.sproto", "sf.net.proto"],
  ["fd.cproto", "sf.net.proto"],
  ["fd.sport", "sf.net.sport"],
  ["fd.dport", "sf.net.dport"],
  ["fd.sip", "sf.net.sip"],
  ["fd.dip", "sf.net.dip"],
  ["fd.ip", "sf.net.ip"],
  ["fd.port", "sf.net.port"],
  ["fd.num", "sf.file.fd"],
  ["user.name", "sf.proc.user"],
  ["proc.user", "sf.proc.user"],
  ["proc.pid", "sf.proc.pid"],
  ["proc.tid", "sf.proc.tid"],
  ["proc.gid", "sf.proc.gid"],
  ["proc.uid", "sf.proc.uid"],
  ["proc.group", "sf.proc.group"],
  ["proc.exe", "sf.proc.exe"],
  ["proc.name", "sf.proc.name"],
  ["proc.args", "sf.proc.args"],
  ["proc.cmdline", "sf.proc.cmdline"],
  ["proc.createtime", "sf.proc.createts"],
  ["proc.aname", "sf.proc.aname"],
  ["proc.aexe", "sf.proc.aexe"],
  ["proc.acmdline", "sf.proc.acmdline"],
  ["proc.apid", "sf.proc.apid"],
  ["proc.ppid", "sf.pproc.pid"],
  ["proc.pcreatetime", "sf.pproc.createts"],
  ["proc.pgid", "sf.pproc.gid"],
  ["proc.puid", "sf.pproc.uid"],
  ["proc.pgroup", "sf.pproc.group"],
  ["proc.ptty", "sf.pproc.tty"],
  ["proc.puser", "sf.pproc.user"],
  ["proc.pexe", "sf.pproc.exe"],
  ["proc.pargs", "sf.pproc.args"],
  ["proc.pname", "sf.pproc.name"],
  ["proc.pcmdline", "sf.pproc.cmdline"],
  ["container.id", "sf.container.id"],
  ["container.image.id", "sf.container.imageid"],
  ["container.image", "sf.container.image"],
  ["container.name", "sf.container.name"],
  ["container.type", "sf.container.type"],
  ["container.privileged", "sf.container.privileged"],
]);
