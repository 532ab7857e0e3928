import type { Port, Service } from "@millrace/api/sysflow";
import { type ContainerVersion, type HeaderVersion, highOf, lowOf, type PodVersion, trimSpace } from "@millrace/sysflow";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";
import { writeAddresses, writeEach } from "../json/around.ts";
import type { TimeText } from "./time-text.ts";

const HOST: Literal = literal(',"host":{"id":');
const IP: Literal = literal(',"ip":');
const CONTAINER: Literal = literal(',"container":{"id":');
const IMAGE: Literal = literal(',"image":{"id":');
const NAME: Literal = literal(',"name":');
const RUNTIME: Literal = literal(',"runtime":');
const PRIVILEGED: Literal = literal(',"sf_privileged":');
const ORCHESTRATOR: Literal = literal(',"orchestrator":{"namespace":');
const RESOURCE: Literal = literal(',"resource":{"name":');
const TYPE: Literal = literal(',"type":');
const KUBERNETES: Literal = literal('},"type":"kubernetes"}');
const POD: Literal = literal(',"pod":{"hostip":');
const ID: Literal = literal(',"id":');
const INTERNAL_IP: Literal = literal(',"internalip":');
const NAMESPACE: Literal = literal(',"namespace":');
const NODE_NAME: Literal = literal(',"nodename":');
const RESTARTS: Literal = literal(',"restartcnt":');
const TS: Literal = literal(',"ts":');
const SERVICES: Literal = literal(',"service":[');
const CLUSTER_IP: Literal = literal('{"clusterip":');
const PORTS: Literal = literal(',"ports":[');
const NODE_PORT: Literal = literal('{"nodeport":');
const PORT: Literal = literal(',"port":');
const PROTO: Literal = literal(',"proto":');
const TARGET_PORT: Literal = literal(',"targetport":');
const END_PORTS: Literal = literal("]}");
const END_LIST: Literal = literal("]");
const CLOSE: Literal = literal("}");

/** Writes the exporter. */
export function writeHost(out: JsonWriter, header: HeaderVersion | undefined): void {
  out.need(0);
  out.put(HOST);
  out.unquoted(header?.exporter ?? "");
  out.put(IP);
  out.unquoted(header?.ip ?? "");
  out.put(CLOSE);
}

/** Writes the container; nothing outside of containers. */
export function writeContainer(out: JsonWriter, container: ContainerVersion | undefined): void {
  if (!container?.id) return;
  out.need(0);
  out.put(CONTAINER);
  out.unquoted(container.id);
  if (container.imageId !== "") {
    out.put(IMAGE);
    out.unquoted(container.imageId);
    out.put(NAME);
    out.unquoted(trimSpace(container.image));
    out.put(CLOSE);
  }
  out.put(NAME);
  out.unquoted(trimSpace(container.name));
  out.put(RUNTIME);
  out.unquoted(container.type.replaceAll("CT_", ""));
  out.put(PRIVILEGED);
  out.bool(container.privileged);
  out.put(CLOSE);
}

/** Writes what orchestrates: of a pod, or of the object that an event of Kubernetes tells of. */
export function writeOrchestrator(out: JsonWriter, namespace: string, name: string, type: string): void {
  out.need(0);
  out.put(ORCHESTRATOR);
  out.unquoted(namespace);
  out.put(RESOURCE);
  out.unquoted(name);
  out.put(TYPE);
  out.unquoted(type);
  out.put(KUBERNETES);
}

/** Writes the pod and its services; nothing outside of pods. */
export function writePod(out: JsonWriter, pod: PodVersion | undefined, times: TimeText): void {
  if (!pod?.id) return;
  const [name, namespace] = [trimSpace(pod.name), trimSpace(pod.namespace)];
  writeOrchestrator(out, namespace, name, "pod");
  out.put(POD);
  writeAddresses(out, pod.hostIp);
  out.put(ID);
  out.unquoted(pod.id);
  out.put(INTERNAL_IP);
  writeAddresses(out, pod.internalIp);
  out.put(NAME);
  out.unquoted(name);
  out.put(NAMESPACE);
  out.unquoted(namespace);
  out.put(NODE_NAME);
  out.unquoted(trimSpace(pod.nodeName));
  out.put(RESTARTS);
  out.long(lowOf(pod.restartCount), highOf(pod.restartCount));
  out.put(TS);
  times.write(out, lowOf(pod.ts), highOf(pod.ts));
  out.put(CLOSE);
  if (pod.services.length === 0) return;
  out.put(SERVICES);
  writeEach(out, pod.services, writeService);
  out.put(END_LIST);
}

function writeService(service: Service, out: JsonWriter): void {
  out.put(CLUSTER_IP);
  writeAddresses(out, service.clusterIp);
  out.put(ID);
  out.unquoted(service.id);
  out.put(NAME);
  out.unquoted(service.name);
  out.put(NAMESPACE);
  out.unquoted(service.namespace);
  out.put(PORTS);
  writeEach(out, service.portList, writePort);
  out.put(END_PORTS);
}

function writePort({ port, targetPort, nodePort, proto }: Port, out: JsonWriter): void {
  out.put(NODE_PORT);
  out.int(nodePort);
  out.put(PORT);
  out.int(port);
  out.put(PROTO);
  out.unquoted(proto);
  out.put(TARGET_PORT);
  out.int(targetPort);
  out.put(CLOSE);
}
