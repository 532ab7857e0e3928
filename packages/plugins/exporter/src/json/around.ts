import type { Port, Service } from "@millrace/api/sysflow";
import { baseName, type ContainerVersion, type HeaderVersion, highOf, lowOf, type PodVersion, trimSpace } from "@millrace/sysflow";
import { ascii, type JsonWriter } from "../bytes/json-writer.ts";

const CONTAINER: Uint8Array = ascii(',"container":{"id":');
const IMAGE: Uint8Array = ascii(',"image":');
const IMAGE_ID: Uint8Array = ascii(',"imageid":');
const NAME: Uint8Array = ascii(',"name":');
const PRIVILEGED: Uint8Array = ascii(',"privileged":');
const TYPE: Uint8Array = ascii(',"type":');
const META: Uint8Array = ascii(',"meta":{"schema":');
const TRACE_NAME: Uint8Array = ascii(',"tracename":');
const NODE: Uint8Array = ascii(',"node":{"id":');
const IP: Uint8Array = ascii(',"ip":');
const POD: Uint8Array = ascii(',"pod":{"hostip":');
const ID: Uint8Array = ascii(',"id":');
const INTERNAL_IP: Uint8Array = ascii(',"internalip":');
const NAMESPACE: Uint8Array = ascii(',"namespace":');
const NODE_NAME: Uint8Array = ascii(',"nodename":');
const RESTARTS: Uint8Array = ascii(',"restartcnt":');
const SERVICES: Uint8Array = ascii(',"services":[');
const SERVICE: Uint8Array = ascii('{"id":');
const CLUSTER_IP: Uint8Array = ascii(',"clusterIP":');
const PORTS: Uint8Array = ascii(',"ports":[');
const PORT: Uint8Array = ascii('{"port":');
const TARGET_PORT: Uint8Array = ascii(',"targetport":');
const NODE_PORT: Uint8Array = ascii(',"nodeport":');
const PROTO: Uint8Array = ascii(',"proto":');
const END_PORTS: Uint8Array = ascii("]}");
const END_SERVICES: Uint8Array = ascii('],"ts":');
const CLOSE: Uint8Array = ascii("}");

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
