/**
 * The records of a SysFlow trace, as a plugin sees them. Field names and meanings are those of the SysFlow telemetry
 * format, schema versions 1 to 5 (sysflow.io); a field that an older trace lacks has the default of the newest schema.
 * Times are nanoseconds since the epoch. 64-bit values are `bigint` here; inside the runtime they are never boxed.
 */

/** The short names of the record types, by their branch in the union of the format. */
export type RecordType = "H" | "C" | "P" | "F" | "PE" | "NF" | "FF" | "FE" | "NE" | "PF" | "PD" | "KE";

/** The state of a process or file record: new, changed, or announced again after a roll-over. */
export type ObjectState = "CREATED" | "MODIFIED" | "REUP";

/** The identity of a process: when it was created, and its process id on the host. */
export interface Oid {
  readonly createTs: bigint;
  readonly hpid: bigint;
}

export interface Header {
  readonly version: number;
  readonly exporter: string;
  readonly ip: string;
  readonly filename: string;
}

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  /** `CT_DOCKER` and its kin; `unknown` for a number that the format does not name. */
  readonly type: string;
  readonly privileged: boolean;
  readonly podId: string | undefined;
}

export interface Port {
  readonly port: number;
  readonly targetPort: number;
  readonly nodePort: number;
  readonly proto: string;
}

export interface Service {
  readonly name: string;
  readonly id: string;
  readonly namespace: string;
  readonly portList: readonly Port[];
  /** Dotted. */
  readonly clusterIp: readonly string[];
}

export interface Pod {
  readonly ts: bigint;
  readonly id: string;
  readonly name: string;
  readonly nodeName: string;
  /** Dotted. */
  readonly hostIp: readonly string[];
  /** Dotted. */
  readonly internalIp: readonly string[];
  readonly namespace: string;
  readonly restartCount: bigint;
  readonly labels: Readonly<Record<string, string>>;
  readonly selectors: Readonly<Record<string, string>>;
  readonly services: readonly Service[];
}

export interface Process {
  readonly state: ObjectState;
  readonly oid: Oid;
  readonly poid: Oid | undefined;
  readonly ts: bigint;
  readonly exe: string;
  readonly exeArgs: string;
  readonly uid: number;
  readonly userName: string;
  readonly gid: number;
  readonly groupName: string;
  readonly tty: boolean;
  readonly containerId: string | undefined;
  readonly entry: boolean;
  readonly cwd: string;
  readonly env: readonly string[];
}

export interface File {
  readonly state: ObjectState;
  /** 40 lower-case hexadecimal digits. */
  readonly oid: string;
  readonly ts: bigint;
  /** One character: `f`, `d`, `u`, `p` and so on. */
  readonly restype: string;
  readonly path: string;
  readonly containerId: string | undefined;
}

interface ProcessBound {
  readonly procOid: Oid;
  readonly ts: bigint;
  /** Bits, as unsigned 32-bit number. */
  readonly opFlags: number;
}

interface ThreadBound extends ProcessBound {
  readonly tid: bigint;
}

export interface ProcessEvent extends ThreadBound {
  readonly args: readonly string[];
  readonly ret: number;
}

interface FlowCounters {
  readonly endTs: bigint;
  readonly fd: number;
  readonly numRRecvOps: bigint;
  readonly numWSendOps: bigint;
  readonly numRRecvBytes: bigint;
  readonly numWSendBytes: bigint;
}

interface Connection {
  /** Dotted. */
  readonly sip: string;
  readonly sport: number;
  /** Dotted. */
  readonly dip: string;
  readonly dport: number;
  /** IANA number. */
  readonly proto: number;
}

export interface NetworkFlow extends ThreadBound, FlowCounters, Connection {}

export interface NetworkEvent extends ThreadBound, Connection {
  readonly ret: number;
}

export interface FileFlow extends ThreadBound, FlowCounters {
  readonly openFlags: number;
  readonly fileOid: string;
}

export interface FileEvent extends ThreadBound {
  readonly fileOid: string;
  readonly ret: number;
  readonly newFileOid: string | undefined;
}

export interface ProcessFlow extends ProcessBound {
  readonly numThreadsCloned: bigint;
  readonly endTs: bigint;
  readonly numThreadsExited: bigint;
  readonly numCloneErrors: bigint;
}

export interface K8sEvent {
  /** `K8S_PODS` and its kin. */
  readonly kind: string;
  /** `K8S_COMPONENT_ADDED` and its kin. */
  readonly action: string;
  readonly ts: bigint;
  /** JSON text of a watch event. */
  readonly message: string;
}

/** A record with its type. */
export type SysflowRecord =
  | { readonly type: "H"; readonly value: Header }
  | { readonly type: "C"; readonly value: Container }
  | { readonly type: "P"; readonly value: Process }
  | { readonly type: "F"; readonly value: File }
  | { readonly type: "PE"; readonly value: ProcessEvent }
  | { readonly type: "NF"; readonly value: NetworkFlow }
  | { readonly type: "FF"; readonly value: FileFlow }
  | { readonly type: "FE"; readonly value: FileEvent }
  | { readonly type: "NE"; readonly value: NetworkEvent }
  | { readonly type: "PF"; readonly value: ProcessFlow }
  | { readonly type: "PD"; readonly value: Pod }
  | { readonly type: "KE"; readonly value: K8sEvent };
