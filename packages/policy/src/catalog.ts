import type { RecordType } from "@millrace/api/sysflow";

/** What rules may ask of a record, as far as reading rules has to know it. */
export interface AttributeInfo {
  readonly name: string;
  /** How its value is compared: a text, a number, a truth, or each text or number of a list. */
  readonly view: "text" | "number" | "boolean" | "list";
}

/** The attributes that rules may name. */
export interface AttributeCatalog {
  find(name: string): AttributeInfo | undefined;
  /** Every name, for a hint to the nearest one. */
  names(): Iterable<string>;
  /** Attributes that a keyword is looked for in. */
  readonly searchable: readonly string[];
}

/** The record types that a policy can judge. */
export const JUDGED_TYPES: readonly RecordType[] = ["PE", "NF", "FF", "FE", "KE"];
