import type { ObjectState, RecordType } from "@millrace/api/sysflow";

/** The short names of the record types. The index is the number of the type, everywhere. */
export const RECORD_TYPES: readonly RecordType[] = ["H", "C", "P", "F", "PE", "NF", "FF", "FE", "NE", "PF", "PD", "KE"];

/** The names of the records in the Avro schema, by the number of the type. */
export const RECORD_NAMES: readonly string[] = [
  "sysflow.entity.SFHeader",
  "sysflow.entity.Container",
  "sysflow.entity.Process",
  "sysflow.entity.File",
  "sysflow.event.ProcessEvent",
  "sysflow.flow.NetworkFlow",
  "sysflow.flow.FileFlow",
  "sysflow.event.FileEvent",
  "sysflow.event.NetworkEvent",
  "sysflow.flow.ProcessFlow",
  "sysflow.entity.Pod",
  "sysflow.event.K8sEvent",
];

/** Numbers of the record types. */
export const HEADER = 0;
export const CONTAINER = 1;
export const PROCESS = 2;
export const FILE = 3;
export const PROCESS_EVENT = 4;
export const NETWORK_FLOW = 5;
export const FILE_FLOW = 6;
export const FILE_EVENT = 7;
export const NETWORK_EVENT = 8;
export const PROCESS_FLOW = 9;
export const POD = 10;
export const K8S_EVENT = 11;
/** A branch of the writer's union that the format does not name (yet). */
export const UNKNOWN_TYPE = 12;

export const OBJECT_STATES: readonly ObjectState[] = ["CREATED", "MODIFIED", "REUP"];
export const CREATED = 0;
export const MODIFIED = 1;
export const REUP = 2;

export const CONTAINER_TYPES: readonly string[] = [
  "CT_DOCKER",
  "CT_LXC",
  "CT_LIBVIRT_LXC",
  "CT_MESOS",
  "CT_RKT",
  "CT_CUSTOM",
  "CT_CRI",
  "CT_CONTAINERD",
  "CT_CRIO",
  "CT_BPM",
];

export const K8S_ACTIONS: readonly string[] = [
  "K8S_COMPONENT_ADDED",
  "K8S_COMPONENT_MODIFIED",
  "K8S_COMPONENT_DELETED",
  "K8S_COMPONENT_ERROR",
  "K8S_COMPONENT_NONEXISTENT",
  "K8S_COMPONENT_UNKNOWN",
];

export const K8S_KINDS: readonly string[] = [
  "K8S_NODES",
  "K8S_NAMESPACES",
  "K8S_PODS",
  "K8S_REPLICATIONCONTROLLERS",
  "K8S_SERVICES",
  "K8S_EVENTS",
  "K8S_REPLICASETS",
  "K8S_DAEMONSETS",
  "K8S_DEPLOYMENTS",
  "K8S_UNKNOWN",
];
