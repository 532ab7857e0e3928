import type { K8sEvent, Service } from "@millrace/api/sysflow";
import type { OpenFlag, Operation, Protocol } from "./flags.ts";

/** When something happens, and in which thread. */
export interface WhenOptions {
  /** Milliseconds after what came before; one if absent. */
  readonly after?: number;
  /** The thread; the process's first thread if absent. */
  readonly tid?: number;
}

export interface HostOptions {
  /** Dotted; `NA` if absent. */
  readonly ip?: string;
  /** The name of the trace, as the collector wrote it. */
  readonly filename?: string;
  /** The version of the schema, 4 if absent. */
  readonly version?: number;
}

export interface ContainerOptions {
  readonly id?: string;
  readonly image?: string;
  readonly imageId?: string;
  /** `CT_DOCKER` if absent. */
  readonly type?: string;
  readonly privileged?: boolean;
  /** The name of a pod of the scenario. */
  readonly pod?: string;
}

export interface PodOptions {
  readonly id?: string;
  readonly node?: string;
  readonly namespace?: string;
  readonly hostIp?: readonly string[];
  readonly internalIp?: readonly string[];
  readonly restartCount?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly selectors?: Readonly<Record<string, string>>;
  readonly services?: readonly Service[];
}

export interface ProcessOptions {
  /** The program; the name of the process if absent. */
  readonly exe?: string;
  readonly args?: string;
  /** The process id on the host; the next free one from 1000 if absent. */
  readonly pid?: number;
  /** When it was created, in nanoseconds since the epoch; now, if absent. */
  readonly created?: bigint;
  /** The name of a process of the scenario. */
  readonly parent?: string;
  /** The name of a container of the scenario. */
  readonly container?: string;
  /** 0 if absent. */
  readonly uid?: number;
  readonly user?: string;
  readonly gid?: number;
  readonly group?: string;
  readonly tty?: boolean;
  /** Whether it is the first process of its container. */
  readonly entry?: boolean;
  readonly cwd?: string;
  readonly env?: readonly string[];
}

export interface ExecOptions extends WhenOptions {
  /** The new program; a process record says so before the event does. */
  readonly exe?: string;
  readonly args?: string;
  readonly ret?: number;
}

export interface FileEventOptions extends WhenOptions {
  readonly ret?: number;
}

/** What went over a flow. */
export interface TrafficOptions extends WhenOptions {
  readonly fd?: number;
  /** How long the flow lasts, in milliseconds; 0 if absent. */
  readonly lasts?: number;
  readonly readBytes?: number;
  readonly readOps?: number;
  readonly writeBytes?: number;
  readonly writeOps?: number;
}

export interface FileFlowOptions extends TrafficOptions {
  readonly operations?: readonly Operation[];
  readonly open?: readonly OpenFlag[];
}

export interface NetworkFlowOptions extends TrafficOptions {
  readonly operations?: readonly Operation[];
  /** `tcp` if absent. */
  readonly protocol?: Protocol;
}

export interface ProcessFlowOptions extends WhenOptions {
  readonly lasts?: number;
  readonly cloned?: number;
  readonly exited?: number;
  readonly errors?: number;
}

export interface K8sOptions extends WhenOptions {
  /** `K8S_PODS` if absent. */
  readonly kind?: K8sEvent["kind"];
  /** `K8S_COMPONENT_ADDED` if absent. */
  readonly action?: K8sEvent["action"];
  /** The watch event, as a value that has a JSON form. */
  readonly message?: unknown;
}
