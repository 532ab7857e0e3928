/**
 * SysFlow plugins: drivers, processors, handlers and actions.
 *
 * @packageDocumentation
 */
export type { AttributeValue, EventBatch, FlatBatch, FlatRecord, FlatType, SysflowBatch, SysflowEvent } from "./channels.ts";
export {
  type Action,
  type ActionDefinition,
  type Driver,
  type DriverDefinition,
  defineAction,
  defineDriver,
  defineHandler,
  defineProcessor,
  type EntityKind,
  type Handler,
  type HandlerDefinition,
  type HandlerInstance,
  type Processor,
  type ProcessorDefinition,
  type RecordContext,
} from "./define.ts";
export type {
  Container,
  File,
  FileEvent,
  FileFlow,
  Header,
  K8sEvent,
  NetworkEvent,
  NetworkFlow,
  ObjectState,
  Oid,
  Pod,
  Port,
  Process,
  ProcessEvent,
  ProcessFlow,
  RecordType,
  Service,
  SysflowRecord,
} from "./records.ts";
