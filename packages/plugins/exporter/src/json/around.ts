import type { Port, Service } from "@millrace/api/sysflow";
import { baseName, type ContainerVersion, type HeaderVersion, highOf, lowOf, type PodVersion, trimSpace } from "@millrace/sysflow";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";

const CONTAINER: Literal = literal(',"container":{"id":');
const IMAGE: Literal = literal(',"image":');
const IMAGE_ID: Literal = literal(',"imageid":');
const NAME: Literal = literal(',"name":');
const PRIVILEGED: Literal = literal(',"privileged":');
const TYPE: Literal = literal(',"type":');
const META: Literal = literal(',"meta":{"schema":');
const TRACE_NAME: Literal = literal(',"tracename":');
const NODE: Literal = literal(',"node":{"id":');
const IP: Literal = literal(',"ip":');
const POD: Literal = literal(',"pod":{"hostip":');
const ID: Literal = literal(',"id":');
const INTERNAL_IP: Literal = literal(',"internalip":');
const NAMESPACE: Literal = literal(',"namespace":');
const NODE_NAME: Literal = literal(',"nodename":');
const RESTARTS: Literal = literal(',"restartcnt":');
const SERVICES: Literal = literal(',"services":[');
const SERVICE: Literal = literal('{"id":');
const CLUSTER_IP: Literal = literal(',"clusterIP":');
const PORTS: Literal = literal(',"ports":[');
const PORT: Literal = literal('{"port":');
const TARGET_PORT: Literal = literal(',"targetport":');
const NODE_PORT: Literal = literal(',"nodeport":');
const PROTO: Literal = literal(',"proto":');
const END_PORTS: Literal = literal("]}");
const END_SERVICES: Literal = literal('],"ts":');
const CLOSE: Literal = literal("}");

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;

/** Writes the section of the container; nothing outside of containers. */
export function writeContainer(out: JsonWriter, container: ContainerVersion | undefined): void {
  if (!container?.id) return;
  out.need(0);
  out.put(CONTAINER);
  out.unquoted(container.id);
  out.put(IMAGE);
  out.unquoted(trimSpace(container.image));
  out.put(IMAGE_ID);
  out.unquoted(container.imageId);
  out.put(NAME);
  out.unquoted(trimSpace(container.name));
  out.put(PRIVILEGED);
  out.int(Number(container.privileged));
  out.put(TYPE);
  out.unquoted(container.type.replaceAll("CT_", ""));
  out.put(CLOSE);
}

/** Writes the section of the trace. */
export function writeMeta(out: JsonWriter, header: HeaderVersion | undefined): void {
  const schema = BigInt(header?.version ?? 0);
  out.need(0);
  out.put(META);
  out.long(lowOf(schema), highOf(schema));
  out.put(TRACE_NAME);
  out.unquoted(header ? baseName(header.filename) : ".");
  out.put(CLOSE);
}

/** Writes the section of the exporter. */
export function writeNode(out: JsonWriter, header: HeaderVersion | undefined): void {
  out.need(0);
  out.put(NODE);
  out.unquoted(header?.exporter ?? "");
  out.put(IP);
  out.unquoted(header?.ip ?? "");
  out.put(CLOSE);
}

/** Writes the section of the pod; nothing outside of pods. */
export function writePod(out: JsonWriter, pod: PodVersion | undefined): void {
  if (!pod?.id) return;
  out.need(0);
  out.put(POD);
  writeAddresses(out, pod.hostIp);
  out.put(ID);
  out.unquoted(pod.id);
  out.put(INTERNAL_IP);
  writeAddresses(out, pod.internalIp);
  out.put(NAME);
  out.unquoted(trimSpace(pod.name));
  out.put(NAMESPACE);
  out.unquoted(trimSpace(pod.namespace));
  out.put(NODE_NAME);
  out.unquoted(trimSpace(pod.nodeName));
  out.put(RESTARTS);
  out.long(lowOf(pod.restartCount), highOf(pod.restartCount));
  out.put(SERVICES);
  writeEach(out, pod.services, writeService);
  out.put(END_SERVICES);
  out.long(lowOf(pod.ts), highOf(pod.ts));
  out.put(CLOSE);
}

/** Writes a list of addresses. */
export function writeAddresses(out: JsonWriter, addresses: readonly string[]): void {
  out.bytes[out.at++] = OPEN_LIST;
  writeEach(out, addresses, (address) => out.string(address));
  out.bytes[out.at++] = CLOSE_LIST;
}

/** Writes items with commas between them. */
export function writeEach<T>(out: JsonWriter, items: readonly T[], write: (item: T, out: JsonWriter) => void): void {
  items.forEach((item, index) => {
    out.need(0);
    if (index > 0) out.bytes[out.at++] = COMMA;
    write(item, out);
  });
}

function writeService(service: Service, out: JsonWriter): void {
  out.put(SERVICE);
  out.unquoted(service.id);
  out.put(NAME);
  out.unquoted(service.name);
  out.put(NAMESPACE);
  out.unquoted(service.namespace);
  out.put(CLUSTER_IP);
  writeAddresses(out, service.clusterIp);
  out.put(PORTS);
  writeEach(out, service.portList, writePort);
  out.put(END_PORTS);
}

function writePort({ port, targetPort, nodePort, proto }: Port, out: JsonWriter): void {
  out.put(PORT);
  out.int(port);
  out.put(TARGET_PORT);
  out.int(targetPort);
  out.put(NODE_PORT);
  out.int(nodePort);
  out.put(PROTO);
  out.unquoted(proto);
  out.put(CLOSE);
}
