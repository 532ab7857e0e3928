import type { Port, Service } from "@millrace/api/sysflow";
import { baseName, type ContainerVersion, type HeaderVersion, type PodVersion, trimSpace } from "@millrace/sysflow";
import { type Field, int, list, long, object, section, text, texts } from "../bytes/fields.ts";
import type { JsonWriter } from "../bytes/json-writer.ts";

const CONTAINER: Field<ContainerVersion> = section(
  "container",
  object({
    id: text(({ id }) => id),
    image: text(({ image }) => trimSpace(image)),
    imageid: text(({ imageId }) => imageId),
    name: text(({ name }) => trimSpace(name)),
    privileged: int(({ privileged }) => Number(privileged)),
    type: text(({ type }) => type.replaceAll("CT_", "")),
  }),
);

/** Writes the section of the trace. */
export const writeMeta: Field<HeaderVersion | undefined> = section(
  "meta",
  object({
    schema: long((header) => BigInt(header?.version ?? 0)),
    tracename: text((header) => (header ? baseName(header.filename) : ".")),
  }),
);

/** Writes the section of the exporter. */
export const writeNode: Field<HeaderVersion | undefined> = section(
  "node",
  object({
    id: text((header) => header?.exporter ?? ""),
    ip: text((header) => header?.ip ?? ""),
  }),
);

const PORT: Field<Port> = object({
  port: int(({ port }) => port),
  targetport: int(({ targetPort }) => targetPort),
  nodeport: int(({ nodePort }) => nodePort),
  proto: text(({ proto }) => proto),
});

const SERVICE: Field<Service> = object({
  id: text(({ id }) => id),
  name: text(({ name }) => name),
  namespace: text(({ namespace }) => namespace),
  clusterIP: texts(({ clusterIp }) => clusterIp),
  ports: list(({ portList }) => portList, PORT),
});

const POD: Field<PodVersion> = section(
  "pod",
  object({
    hostip: texts(({ hostIp }) => hostIp),
    id: text(({ id }) => id),
    internalip: texts(({ internalIp }) => internalIp),
    name: text(({ name }) => trimSpace(name)),
    namespace: text(({ namespace }) => trimSpace(namespace)),
    nodename: text(({ nodeName }) => trimSpace(nodeName)),
    restartcnt: long(({ restartCount }) => restartCount),
    services: list(({ services }) => services, SERVICE),
    ts: long(({ ts }) => ts),
  }),
);

/** Writes the section of the container; nothing outside of containers. */
export function writeContainer(out: JsonWriter, container: ContainerVersion): void {
  if (container.id !== "") CONTAINER(out, container);
}

/** Writes the section of the pod; nothing outside of pods. */
export function writePod(out: JsonWriter, pod: PodVersion): void {
  if (pod.id !== "") POD(out, pod);
}
