import type { AttributeValue, Service } from "@millrace/api/sysflow";
import type { FileVersion, ProcessVersion } from "../entities/versions.ts";
import { bigintOf } from "../int64.ts";
import { ipText } from "../ip.ts";
import { baseName } from "../paths.ts";
import * as L from "../rows/layout.ts";
import { messageAt } from "../rows/to-records.ts";
import * as N from "../schema/names.ts";
import { trimSpace } from "../trim.ts";
import {
  ALL,
  type Attribute,
  OF_FLOW,
  OF_K8S,
  OF_NET,
  OF_PROCESS,
  ofChain,
  ofContainer,
  ofFile,
  ofHeader,
  ofParent,
  ofPod,
  ofProcess,
  ofProcessWide,
  ofRecord,
  ofWords,
  ZERO_FILE,
} from "./attribute-kinds.ts";
import { isOpenRead, isOpenWrite, openFlagNames, operationNames } from "./flags.ts";
import type { FlatRows } from "./flat-rows.ts";

/** The attributes that SysFlow names. */
export function sysflowAttributes(): readonly Attribute[] {
  return [
    ...recordAttributes(),
    ...processAttributes(),
    ...parentAttributes(),
    ...fileAttributes(),
    ...flowAttributes(),
    ...containerAttributes(),
    ...podAttributes(),
    ...restAttributes(),
  ];
}

function recordAttributes(): readonly Attribute[] {
  return [
    ofRecord("sf.type", "S", ALL, "The type of the record: PE, NF, FF, FE or KE.", [], (words, base) => N.RECORD_TYPES[words[base] as number] as string),
    ofRecord("sf.opflags", "L", OF_PROCESS, "The operations of the record, by name.", [L.OP_FLAGS], (words, base) =>
      words[base] === N.K8S_EVENT ? [] : operationNames(words[base + L.OP_FLAGS] as number, words[base] as number),
    ),
    ofRecord("sf.ret", "I", ["PE", "FE"], "The return code.", [L.RET], (words, base) =>
      words[base] === N.PROCESS_EVENT || words[base] === N.FILE_EVENT ? (words[base + L.RET] as number) : 0,
    ),
    ofWords("sf.ts", ALL, L.TS, "When it happened or began, in nanoseconds since the epoch."),
    endTs(),
    ofWords("sf.proc.tid", OF_PROCESS, L.TID, "The id of the thread."),
  ];
}

function endTs(): Attribute {
  const half =
    (offset: number) =>
    (batch: FlatRows, index: number): number => {
      const base = batch.bases[index] as number;
      switch (batch.words[base]) {
        case N.NETWORK_FLOW:
        case N.FILE_FLOW:
          return batch.words[base + L.END_TS + offset] as number;
        case N.K8S_EVENT:
          return batch.words[base + L.TS + offset] as number;
        default:
          return 0;
      }
    };
  const [low, high] = [half(0), half(1)];
  return {
    name: "sf.endts",
    type: "I",
    wide: true,
    scope: "record",
    types: [...OF_FLOW, ...OF_K8S],
    description: "When a flow ended, in nanoseconds since the epoch; of a Kubernetes event, when it happened.",
    low,
    high,
    get: (batch, index) => bigintOf(low(batch, index), high(batch, index)),
  };
}

function processAttributes(): readonly Attribute[] {
  return [
    ofProcess("sf.proc.oid", "S", "The identity of the process: 16 hexadecimal digits.", (process) => process.oidText),
    ofProcessWide(
      "sf.proc.pid",
      "The process id on the host.",
      (process) => process.hpidLo,
      (process) => process.hpidHi,
    ),
    ofProcess("sf.proc.uid", "I", "The id of the user.", (process) => process.uid),
    ofProcess("sf.proc.gid", "I", "The id of the group.", (process) => process.gid),
    ofProcess("sf.proc.name", "S", "The base name of the executable.", (process) => process.name),
    ofProcess("sf.proc.exe", "S", "The executable.", (process) => process.exe),
    ofProcess("sf.proc.args", "S", "The arguments, joined by spaces.", (process) => process.exeArgs),
    ofProcess("sf.proc.user", "S", "The name of the user.", (process) => process.userName),
    ofProcess("sf.proc.group", "S", "The name of the group.", (process) => process.groupName),
    ofProcess("sf.proc.cmdline", "S", "The executable, a space, and the arguments.", (process) => `${process.exe} ${process.exeArgs}`),
    ofProcessWide(
      "sf.proc.createts",
      "When the process was created, in nanoseconds since the epoch.",
      (process) => process.createTsLo,
      (process) => process.createTsHi,
    ),
    ofProcess("sf.proc.tty", "B", "Whether the process has a terminal.", (process) => process.tty),
    ofProcess("sf.proc.entry", "B", "Whether the process is the first one of its container.", (process) => process.entry),
    ofChain("sf.proc.aname", "L", "The base names of the process and its ancestors.", ({ ancestors }) => ancestors.map((process) => process.name)),
    ofChain("sf.proc.aexe", "L", "The executables of the process and its ancestors.", ({ ancestors }) => ancestors.map((process) => process.exe)),
    ofChain("sf.proc.acmdline", "L", "The command lines of the process and its ancestors.", ({ ancestors }) => ancestors.map(commandLine)),
    ofChain("sf.proc.apid", "L", "The process ids of the process and its ancestors.", ({ ancestors }) =>
      ancestors.map((process) => bigintOf(process.hpidLo, process.hpidHi)),
    ),
  ];
}

function parentAttributes(): readonly Attribute[] {
  return [
    ofProcess("sf.pproc.oid", "S", "The identity of the parent: 16 hexadecimal digits.", (process) => process.parentOidText),
    ofProcessWide(
      "sf.pproc.pid",
      "The process id of the parent on the host.",
      (process) => process.parentHpidLo,
      (process) => process.parentHpidHi,
    ),
    ofProcessWide(
      "sf.pproc.createts",
      "When the parent was created, in nanoseconds since the epoch.",
      (process) => process.parentCreateTsLo,
      (process) => process.parentCreateTsHi,
    ),
    ofParent("sf.pproc.uid", "I", 0, "The id of the parent's user.", (parent) => parent.uid),
    ofParent("sf.pproc.gid", "I", 0, "The id of the parent's group.", (parent) => parent.gid),
    ofParent("sf.pproc.name", "S", "", "The base name of the parent's executable.", (parent) => parent.name),
    ofParent("sf.pproc.exe", "S", "", "The executable of the parent.", (parent) => parent.exe),
    ofParent("sf.pproc.args", "S", "", "The arguments of the parent.", (parent) => parent.exeArgs),
    ofParent("sf.pproc.user", "S", "", "The name of the parent's user.", (parent) => parent.userName),
    ofParent("sf.pproc.group", "S", "", "The name of the parent's group.", (parent) => parent.groupName),
    ofParent("sf.pproc.cmdline", "S", "", "The command line of the parent.", commandLine),
    ofParent("sf.pproc.tty", "B", false, "Whether the parent has a terminal.", (parent) => parent.tty),
    ofParent("sf.pproc.entry", "B", false, "Whether the parent is the first process of its container.", (parent) => parent.entry),
  ];
}

/** The executable and its arguments, as the lists of ancestors show them: one quote at either end of each is left out. */
export function commandLine(process: ProcessVersion): string {
  const exe = unquote(process.exe);
  const args = unquote(process.exeArgs);
  return args === "" ? exe : `${exe} ${args}`;
}

function unquote(text: string): string {
  const from = /^["']/.test(text) ? 1 : 0;
  const to = text.length > from && /["']$/.test(text) ? text.length - 1 : text.length;
  return text.slice(from, to);
}

function fileAttributes(): readonly Attribute[] {
  return [
    ofFile("sf.file.name", "file", "S", "", "The base name of the file.", (file) => file.parsed.name),
    ofFile("sf.file.path", "file", "S", "", "The path of the file.", (file) => file.parsed.path),
    ofFile("sf.file.symlink", "file", "S", "", "Of a Unix socket: the addresses of its ends in the kernel.", (file) => file.parsed.symlink),
    ofFile("sf.file.oid", "file", "S", "", "The identity of the file: 40 hexadecimal digits.", oidOf),
    ofFile("sf.file.directory", "file", "S", "", "The folder of the file.", (file) => file.parsed.directory),
    ofFile("sf.file.newname", "newfile", "S", "", "The base name of the second file of a rename or link.", (file) => file.parsed.name),
    ofFile("sf.file.newpath", "newfile", "S", "", "The path of the second file of a rename or link.", (file) => file.parsed.path),
    ofFile("sf.file.newsymlink", "newfile", "S", "", "The same as sf.file.symlink of the second file.", (file) => file.parsed.symlink),
    ofFile("sf.file.newoid", "newfile", "S", "", "The identity of the second file.", oidOf),
    ofFile("sf.file.newdirectory", "newfile", "S", "", "The folder of the second file of a rename or link.", (file) => file.parsed.directory),
    ofFile("sf.file.type", "file", "S", "", "The type of the file, one character: f, d, u, p and so on.", (file) => file.restype),
    onFileFlow("sf.file.is_open_write", "B", false, "Whether the file was opened for writing.", [L.OPEN_FLAGS], (words, base) =>
      isOpenWrite(words[base + L.OPEN_FLAGS] as number),
    ),
    onFileFlow("sf.file.is_open_read", "B", false, "Whether the file was opened for reading.", [L.OPEN_FLAGS], (words, base) =>
      isOpenRead(words[base + L.OPEN_FLAGS] as number),
    ),
    onFileFlow("sf.file.fd", "I", 0, "The file descriptor.", [L.FD], (words, base) => words[base + L.FD] as number),
    onFileFlow("sf.file.openflags", "L", [], "The flags with which the file was opened.", [L.OPEN_FLAGS], (words, base) =>
      openFlagNames(words[base + L.OPEN_FLAGS] as number),
    ),
  ];
}

function oidOf(file: FileVersion): string {
  return file === ZERO_FILE ? "" : file.oid;
}

function onFileFlow(
  name: string,
  type: Attribute["type"],
  zero: AttributeValue,
  description: string,
  reads: readonly number[],
  value: (words: Int32Array, base: number) => AttributeValue,
): Attribute {
  return ofRecord(name, type, ["FF"], description, reads, (words, base) => (words[base] === N.FILE_FLOW ? value(words, base) : zero));
}

function flowAttributes(): readonly Attribute[] {
  const net = (
    name: string,
    type: Attribute["type"],
    description: string,
    zero: AttributeValue,
    reads: readonly number[],
    value: (words: Int32Array, base: number) => AttributeValue,
  ): Attribute => ofRecord(name, type, OF_NET, description, reads, (words, base) => (words[base] === N.NETWORK_FLOW ? value(words, base) : zero));
  const word =
    (at: number) =>
    (words: Int32Array, base: number): number =>
      words[base + at] as number;
  const address =
    (at: number) =>
    (words: Int32Array, base: number): string =>
      ipText(words[base + at] as number);
  return [
    net("sf.net.proto", "I", "The protocol, by its IANA number.", 0, [L.PROTO], word(L.PROTO)),
    net("sf.net.sport", "I", "The source port.", 0, [L.SPORT], word(L.SPORT)),
    net("sf.net.dport", "I", "The destination port.", 0, [L.DPORT], word(L.DPORT)),
    net("sf.net.port", "L", "The source and the destination port.", [], [L.SPORT, L.DPORT], (words, base) => [
      words[base + L.SPORT] as number,
      words[base + L.DPORT] as number,
    ]),
    net("sf.net.sip", "S", "The source address.", "", [L.SIP], address(L.SIP)),
    net("sf.net.dip", "S", "The destination address.", "", [L.DIP], address(L.DIP)),
    net("sf.net.ip", "L", "The source and the destination address.", [], [L.SIP, L.DIP], (words, base) => [
      ipText(words[base + L.SIP] as number),
      ipText(words[base + L.DIP] as number),
    ]),
    ofWords("sf.flow.rbytes", OF_FLOW, L.READ_BYTES, "Bytes read or received."),
    ofWords("sf.flow.rops", OF_FLOW, L.READ_OPS, "Operations that read or received."),
    ofWords("sf.flow.wbytes", OF_FLOW, L.WRITE_BYTES, "Bytes written or sent."),
    ofWords("sf.flow.wops", OF_FLOW, L.WRITE_OPS, "Operations that wrote or sent."),
  ];
}

function containerAttributes(): readonly Attribute[] {
  return [
    ofContainer("sf.container.id", "S", "", "The id of the container.", (container) => container.id),
    ofContainer("sf.container.name", "S", "", "The name of the container.", (container) => trimSpace(container.name)),
    ofContainer("sf.container.imageid", "S", "", "The id of the image.", (container) => container.imageId),
    ofContainer("sf.container.image", "S", "", "The name of the image.", (container) => trimSpace(container.image)),
    containerType(),
    ofContainer("sf.container.privileged", "I", 0, "1 for a privileged container, otherwise 0.", (container) => Number(container.privileged)),
  ];
}

function containerType(): Attribute {
  const description = "The type of the container, such as DOCKER or CRI; host outside of containers.";
  return ofContainer("sf.container.type", "S", "host", description, (container) => container.type.replaceAll("CT_", ""));
}

function podAttributes(): readonly Attribute[] {
  return [
    ofPod("sf.pod.ts", "I", true, 0n, "When the pod was seen, in nanoseconds since the epoch.", (pod) => pod.ts),
    ofPod("sf.pod.restartcnt", "I", true, 0n, "How often the pod was restarted.", (pod) => pod.restartCount),
    ofPod("sf.pod.id", "S", false, "", "The id of the pod.", (pod) => pod.id),
    ofPod("sf.pod.name", "S", false, "", "The name of the pod.", (pod) => trimSpace(pod.name)),
    ofPod("sf.pod.nodename", "S", false, "", "The name of the pod's node.", (pod) => trimSpace(pod.nodeName)),
    ofPod("sf.pod.namespace", "S", false, "", "The namespace of the pod.", (pod) => trimSpace(pod.namespace)),
    ofPod("sf.pod.hostip", "S", false, "", "The addresses of the host, as a JSON array.", (pod) => JSON.stringify(pod.hostIp)),
    ofPod("sf.pod.internalip", "S", false, "", "The addresses of the pod, as a JSON array.", (pod) => JSON.stringify(pod.internalIp)),
    ofPod("sf.pod.services", "S", false, "", "The services of the pod, as a JSON array of objects.", (pod) => `[${pod.services.map(serviceText).join(",")}]`),
    ofPod("sf.pod.hostip+", "L", false, [], "The addresses of the host, as a list.", (pod) => pod.hostIp),
    ofPod("sf.pod.internalip+", "L", false, [], "The addresses of the pod, as a list.", (pod) => pod.internalIp),
    ofPod("sf.pod.services+", "L", false, [], "The services of the pod, each as a JSON object.", (pod) => pod.services.map(serviceText)),
  ];
}

function serviceText(service: Service): string {
  const { clusterIp, name, id, namespace, portList } = service;
  return JSON.stringify({
    clusterip: clusterIp,
    name,
    id,
    namespace,
    portList: portList.map(({ port, targetPort, nodePort, proto }) => ({ port, targetPort, nodePort, proto })),
  });
}

function restAttributes(): readonly Attribute[] {
  const k8s = (
    name: string,
    zero: string,
    description: string,
    reads: readonly number[] | undefined,
    value: (words: Int32Array, base: number, batch: FlatRows) => string,
  ): Attribute => ofRecord(name, "S", OF_K8S, description, reads, (words, base, batch) => (words[base] === N.K8S_EVENT ? value(words, base, batch) : zero));
  // Rules were written for a peer in which the number 0 stands for the first name: that is the zero of these two.
  return [
    k8s(
      "sf.ke.action",
      N.K8S_ACTIONS[0] as string,
      "What happened, such as K8S_COMPONENT_ADDED.",
      [L.K8S_ACTION],
      (words, base) => N.K8S_ACTIONS[words[base + L.K8S_ACTION] as number] ?? "",
    ),
    k8s(
      "sf.ke.kind",
      N.K8S_KINDS[0] as string,
      "What it happened to, such as K8S_PODS.",
      [L.K8S_KIND],
      (words, base) => N.K8S_KINDS[words[base + L.K8S_KIND] as number] ?? "",
    ),
    k8s("sf.ke.message", "", "The event as JSON text.", undefined, (words, base, batch) => messageAt({ words, text: batch.text, values: [] }, base)),
    ofHeader("sf.node.id", "S", "", "The name of the exporter.", (header) => header.exporter),
    ofHeader("sf.node.ip", "S", "", "The address of the exporter.", (header) => header.ip),
    ofHeader("sf.meta.schema", "I", 0, "The version of the schema, as the header names it.", (header) => header.version),
    ofHeader("sf.meta.tracename", "S", ".", "The base name of the trace.", (header) => baseName(header.filename)),
  ];
}
