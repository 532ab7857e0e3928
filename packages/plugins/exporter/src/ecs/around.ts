import type { Port, Service } from "@millrace/api/sysflow";
import { type ContainerVersion, type HeaderVersion, highOf, lowOf, type PodVersion, trimSpace } from "@millrace/sysflow";
import { bool, type Field, int, list, long, object, section, text, texts } from "../bytes/fields.ts";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { TimeText } from "./time-text.ts";

/** Writes the exporter. */
export const writeHost: Field<HeaderVersion | undefined> = section(
  "host",
  object({
    id: text((header) => header?.exporter ?? ""),
    ip: text((header) => header?.ip ?? ""),
  }),
);

const CONTAINER_ID: Field<ContainerVersion> = text(({ id }) => id);
const CONTAINER_REST: Readonly<Record<string, Field<ContainerVersion>>> = {
  name: text(({ name }) => trimSpace(name)),
  runtime: text(({ type }) => type.replaceAll("CT_", "")),
  sf_privileged: bool(({ privileged }) => privileged),
};
const IMAGE: Field<ContainerVersion> = object({
  id: text(({ imageId }) => imageId),
  name: text(({ image }) => trimSpace(image)),
});
const CONTAINER: Field<ContainerVersion> = section("container", object({ id: CONTAINER_ID, image: IMAGE, ...CONTAINER_REST }));
const CONTAINER_WITHOUT_IMAGE: Field<ContainerVersion> = section("container", object({ id: CONTAINER_ID, ...CONTAINER_REST }));

/** What is orchestrated: a pod, or the object that an event of Kubernetes tells of. */
export interface Orchestrated {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
}

/** Writes what orchestrates. */
export const writeOrchestrator: Field<Orchestrated> = section(
  "orchestrator",
  object({
    namespace: text(({ namespace }) => namespace),
    resource: object({ name: text(({ name }) => name), type: text(({ kind }) => kind) }),
    type: text(() => "kubernetes"),
  }),
);

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
    ts: (out, { ts }) => new TimeText().write(out, lowOf(ts), highOf(ts)),
  }),
);

const PORT: Field<Port> = object({
  nodeport: int(({ nodePort }) => nodePort),
  port: int(({ port }) => port),
  proto: text(({ proto }) => proto),
  targetport: int(({ targetPort }) => targetPort),
});

const SERVICES: Field<PodVersion> = section(
  "service",
  list(
    ({ services }) => services,
    object<Service>({
      clusterip: texts(({ clusterIp }) => clusterIp),
      id: text(({ id }) => id),
      name: text(({ name }) => name),
      namespace: text(({ namespace }) => namespace),
      ports: list(({ portList }) => portList, PORT),
    }),
  ),
);

/** Writes the container; nothing outside of containers. */
export function writeContainer(out: JsonWriter, container: ContainerVersion): void {
  if (container.id === "") return;
  if (container.imageId === "") CONTAINER_WITHOUT_IMAGE(out, container);
  else CONTAINER(out, container);
}

/** Writes the pod and its services; nothing outside of pods. */
export function writePod(out: JsonWriter, pod: PodVersion): void {
  if (pod.id === "") return;
  writeOrchestrator(out, { namespace: trimSpace(pod.namespace), name: trimSpace(pod.name), kind: "pod" });
  POD(out, pod);
  if (pod.services.length > 0) SERVICES(out, pod);
}
