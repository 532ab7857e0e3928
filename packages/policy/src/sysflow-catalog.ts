import { ATTRIBUTES, findAttribute } from "@millrace/sysflow";
import type { AttributeCatalog, AttributeInfo } from "./catalog.ts";

const VIEWS = { S: "text", I: "number", B: "boolean", L: "list" } as const;

/** The attributes of flat records. */
export const sysflowCatalog: AttributeCatalog = {
  find(name): AttributeInfo | undefined {
    const attribute = findAttribute(name);
    return attribute && { name, view: VIEWS[attribute.type] };
  },
  names: () => ATTRIBUTES.keys(),
  searchable: [
    "sf.proc.exe",
    "sf.proc.args",
    "sf.proc.user",
    "sf.proc.group",
    "sf.pproc.exe",
    "sf.pproc.args",
    "sf.pproc.user",
    "sf.file.path",
    "sf.file.newpath",
    "sf.container.id",
    "sf.container.name",
    "sf.container.image",
    "sf.pod.name",
    "sf.pod.namespace",
    "sf.net.ip",
    "sf.ke.message",
    "sf.node.id",
  ],
};
