import type { RecordType } from "@millrace/api/sysflow";

/** The record types that the categories of Sigma's log sources speak of. */
const TYPES: Readonly<Record<string, readonly RecordType[]>> = {
  process_creation: ["PE"],
  process_termination: ["PE"],
  process_access: ["PE"],
  network_connection: ["NF"],
  firewall: ["NF"],
  file_access: ["FF", "FE"],
  file_event: ["FF", "FE"],
  file_change: ["FF", "FE"],
  file_delete: ["FE"],
  file_rename: ["FE"],
};

/** The record types of a log source; `undefined` for one that says nothing of any. */
export function logsourceTypes(product: string | undefined, category: string | undefined): readonly RecordType[] | undefined {
  if (category !== undefined) return TYPES[category];
  return product === "kubernetes" ? ["KE"] : undefined;
}
