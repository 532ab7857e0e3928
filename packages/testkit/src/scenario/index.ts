export { exampleTraces } from "./example-traces.ts";
export type { OpenFlag, Operation, Protocol } from "./flags.ts";
export type {
  ContainerOptions,
  ExecOptions,
  FileEventOptions,
  FileFlowOptions,
  HostOptions,
  K8sOptions,
  NetworkFlowOptions,
  PodOptions,
  ProcessFlowOptions,
  ProcessOptions,
  TrafficOptions,
  WhenOptions,
} from "./options.ts";
export { Scenario, scenario, sysflowBatch } from "./scenario.ts";
export { clientServerScene, podScene } from "./scenes.ts";
