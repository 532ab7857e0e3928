// What is measured, and the ratio to inflating alone that each work must have on a repeated recorded trace.
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The works there are, given the folder of the conformance data: policies of the recorded cases are there. */
export function worksOf(data) {
  const alert = (file) => ({ name: `${file}, alert → json file`, policies: join(data, "policies", file), export: "json", must: 0.2 });
  return [
    { name: "read and flatten", must: 0.3 },
    alert("falco.yaml"),
    alert("runtimeintegrity/ttps.yaml"),
    { name: "enrich → json file", export: "json", must: 0.08 },
    { name: "enrich → ecs file", export: "ecs", must: 0.08 },
  ].filter(({ policies }) => policies === undefined || existsSync(policies));
}
