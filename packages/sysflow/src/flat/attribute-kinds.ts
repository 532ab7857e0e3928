import { Buffer } from "node:buffer";
import type { AttributeValue, FlatType } from "@millrace/api/sysflow";
import type { Surroundings } from "../entities/surroundings.ts";
import { type ContainerVersion, FileVersion, type HeaderVersion, type PodVersion, ProcessVersion } from "../entities/versions.ts";
import { bigintOf } from "../int64.ts";
import * as L from "../rows/layout.ts";
import type { RowSource } from "../rows/to-records.ts";
import type { FlatRows } from "./flat-rows.ts";

/** What an attribute depends on: if that is the same version for two records, so is the attribute. */
export type AttributeScope = "record" | "process" | "chain" | "file" | "newfile" | "container" | "pod" | "header";

/** An attribute of flat records. */
export interface Attribute {
  readonly name: string;
  /** `S` text, `I` integer, `B` boolean, `L` list of texts or integers. */
  readonly type: "S" | "I" | "B" | "L";
  /** Of an integer: whether it takes 64 bits and so is a `bigint`. */
  readonly wide: boolean;
  readonly scope: AttributeScope;
  /** The types of records that have it. On others it is zero: `""`, `0` or `0n`, `false`, `[]`. */
  readonly types: readonly FlatType[];
  readonly description: string;
  /** The attribute that this one is another name of. */
  readonly aliasOf?: string;
  get(batch: FlatRows, index: number): AttributeValue;
  /** Of a wide integer: its halves, without making a `bigint`. */
  readonly low?: (batch: FlatRows, index: number) => number;
  readonly high?: (batch: FlatRows, index: number) => number;
  /** Of a record's attribute: the words of the row that decide it, where the same values come again and again. */
  readonly reads?: readonly number[];
  /** The value from the version alone, for an attribute whose scope is a version. */
  readonly of?: AttributeOf;
}

/** The value of an attribute from the version that it depends on. */
export type AttributeOf =
  | { readonly scope: "process"; readonly value: (process: ProcessVersion) => AttributeValue }
  | { readonly scope: "file" | "newfile"; readonly value: (file: FileVersion) => AttributeValue }
  | { readonly scope: "container"; readonly value: (container: ContainerVersion) => AttributeValue }
  | { readonly scope: "pod"; readonly value: (pod: PodVersion) => AttributeValue }
  | { readonly scope: "header"; readonly value: (header: HeaderVersion) => AttributeValue }
  | { readonly scope: "chain"; readonly value: (around: Surroundings) => AttributeValue };

export const ALL: readonly FlatType[] = ["PE", "NF", "FF", "FE", "KE"];
export const OF_PROCESS: readonly FlatType[] = ["PE", "NF", "FF", "FE"];
export const OF_FILE: readonly FlatType[] = ["FF", "FE"];
export const OF_FLOW: readonly FlatType[] = ["NF", "FF"];
export const OF_NET: readonly FlatType[] = ["NF"];
export const OF_K8S: readonly FlatType[] = ["KE"];

const NOTHING: RowSource = { words: new Int32Array(L.STRIDE), text: Buffer.alloc(1), values: [] };

/** What stands for an entity that is not known: all zero. */
export const ZERO_PROCESS: ProcessVersion = /* @__PURE__ */ new ProcessVersion(NOTHING, 0);
export const ZERO_FILE: FileVersion = /* @__PURE__ */ new FileVersion(NOTHING, 0);

type Type = Attribute["type"];

/**
 * An attribute of the record alone.
 *
 * @param reads - as {@link Attribute.reads}; `undefined` for a value that mostly is another one on each record
 */
export function ofRecord(
  name: string,
  type: Type,
  types: readonly FlatType[],
  description: string,
  reads: readonly number[] | undefined,
  value: (words: Int32Array, base: number, batch: FlatRows) => AttributeValue,
): Attribute {
  return {
    name,
    type,
    wide: false,
    scope: "record",
    types,
    description,
    ...(reads && { reads }),
    get: (batch, index) => value(batch.words, batch.bases[index] as number, batch),
  };
}

/** An attribute that is a 64-bit number at a place of the row. */
export function ofWords(name: string, types: readonly FlatType[], at: number, description: string): Attribute {
  const half =
    (offset: number) =>
    (batch: FlatRows, index: number): number =>
      applies(types, batch, index) ? (batch.words[(batch.bases[index] as number) + at + offset] as number) : 0;
  return wide({ name, type: "I", scope: "record", types, description }, half(0), half(1));
}

/** An attribute of the process. On a record whose process is not known it is that of the zero process. */
export function ofProcess(name: string, type: Type, description: string, value: (process: ProcessVersion) => AttributeValue): Attribute {
  return {
    name,
    type,
    wide: false,
    scope: "process",
    types: OF_PROCESS,
    description,
    of: { scope: "process", value },
    get: (batch, index) => value(batch.around[index]?.process ?? ZERO_PROCESS),
  };
}

/** A 64-bit number of the process. */
export function ofProcessWide(
  name: string,
  description: string,
  low: (process: ProcessVersion) => number,
  high: (process: ProcessVersion) => number,
): Attribute {
  return {
    ...wide(
      { name, type: "I", scope: "process", types: OF_PROCESS, description },
      (batch, index) => low(batch.around[index]?.process ?? ZERO_PROCESS),
      (batch, index) => high(batch.around[index]?.process ?? ZERO_PROCESS),
    ),
    of: { scope: "process", value: (process) => bigintOf(low(process), high(process)) },
  };
}

/** An attribute of the parent, zero where it is not known. */
export function ofParent(name: string, type: Type, zero: AttributeValue, description: string, value: (parent: ProcessVersion) => AttributeValue): Attribute {
  return ofChain(name, type, description, ({ ancestors }) => (ancestors[1] ? value(ancestors[1]) : zero));
}

/** An attribute of the process and its ancestors. */
export function ofChain(name: string, type: Type, description: string, value: (around: Surroundings) => AttributeValue): Attribute {
  return {
    name,
    type,
    wide: false,
    scope: "chain",
    types: OF_PROCESS,
    description,
    of: { scope: "chain", value },
    get: (batch, index) => value(batch.around[index] as Surroundings),
  };
}

/** An attribute of the file, or of the second file of a rename or link. */
export function ofFile(
  name: string,
  scope: "file" | "newfile",
  type: Type,
  zero: AttributeValue,
  description: string,
  value: (file: FileVersion) => AttributeValue,
): Attribute {
  return {
    name,
    type,
    wide: false,
    scope,
    types: OF_FILE,
    description,
    of: { scope, value },
    get: (batch, index) => (applies(OF_FILE, batch, index) ? value((scope === "file" ? batch.files[index] : batch.newFiles?.[index]) ?? ZERO_FILE) : zero),
  };
}

export function ofContainer(
  name: string,
  type: Type,
  zero: AttributeValue,
  description: string,
  value: (container: ContainerVersion) => AttributeValue,
): Attribute {
  return {
    name,
    type,
    wide: false,
    scope: "container",
    types: OF_PROCESS,
    description,
    of: { scope: "container", value },
    get: (batch, index) => {
      const container = batch.around[index]?.container;
      return container ? value(container) : zero;
    },
  };
}

export function ofPod(
  name: string,
  type: Type,
  isWide: boolean,
  zero: AttributeValue,
  description: string,
  value: (pod: PodVersion) => AttributeValue,
): Attribute {
  return {
    name,
    type,
    wide: isWide,
    scope: "pod",
    types: OF_PROCESS,
    description,
    of: { scope: "pod", value },
    get: (batch, index) => {
      const pod = batch.around[index]?.pod;
      return pod ? value(pod) : zero;
    },
  };
}

export function ofHeader(name: string, type: Type, zero: AttributeValue, description: string, value: (header: HeaderVersion) => AttributeValue): Attribute {
  return {
    name,
    type,
    wide: false,
    scope: "header",
    types: ALL,
    description,
    of: { scope: "header", value },
    get: (batch, index) => {
      const header = batch.around[index]?.header;
      return header ? value(header) : zero;
    },
  };
}

/** Whether a record is of one of some types. */
function applies(types: readonly FlatType[], batch: FlatRows, index: number): boolean {
  return types === ALL || types.includes(TYPE_NAMES[batch.type(index)] as FlatType);
}

const TYPE_NAMES: readonly (FlatType | undefined)[] = [
  undefined,
  undefined,
  undefined,
  undefined,
  "PE",
  "NF",
  "FF",
  "FE",
  undefined,
  undefined,
  undefined,
  "KE",
];

function wide(
  described: Pick<Attribute, "name" | "type" | "scope" | "types" | "description">,
  low: NonNullable<Attribute["low"]>,
  high: NonNullable<Attribute["high"]>,
): Attribute {
  return { ...described, wide: true, low, high, get: (batch, index) => bigintOf(low(batch, index), high(batch, index)) };
}
