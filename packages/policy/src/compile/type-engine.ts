import { type FlatRows, names, type Surroundings } from "@millrace/sysflow";
import type { Rule } from "../rule-set.ts";
import type { Condition } from "../tree.ts";
import { hasBit } from "./bits.ts";
import { type EntityMemory, MOST_SIGNATURES } from "./entity-memory.ts";
import { leavesOf } from "./leaves.ts";
import { RecordDimension } from "./record-dimension.ts";
import { scopeOf } from "./scope.ts";
import { TruthFinder } from "./truth.ts";
import { DROPPED, NOTHING, type Verdict } from "./verdict.ts";

/** How many combinations an engine remembers before it forgets all and begins anew. */
const MOST_MEMORIES = 500_000;

/** A rule, and what its condition comes to on records of one type. */
export interface TypeRule {
  readonly rule: Rule;
  readonly condition: Condition;
}

/** The engine for records of one type. */
export class TypeEngine {
  readonly #rules: readonly TypeRule[];
  readonly #filters: readonly Condition[];
  readonly #memory: EntityMemory;
  readonly #record: RecordDimension;
  readonly #hasFiles: boolean;
  /** By the signatures of record and file: the verdict, or that it depends on what is around. */
  #early: Map<number, Verdict | undefined> = new Map();
  /** By the signature of what is around, then by those of record and file. */
  #late: Map<number, Verdict>[] = [];
  #memories = 0;
  #generation = 0;
  /** Files of a rename or link: a number for each pair of signatures. */
  #pairs: Map<number, number> = new Map();
  #paired: (readonly [number, number])[] = [];

  constructor(type: number, rules: readonly TypeRule[], filters: readonly Condition[], memory: EntityMemory) {
    this.#rules = rules;
    this.#filters = filters;
    this.#memory = memory;
    const leaves = leavesOf([...rules.map(({ condition }) => condition), ...filters]);
    this.#record = new RecordDimension(
      type,
      leaves.filter((leaf) => scopeOf(leaf) === "record"),
    );
    this.#hasFiles = type === names.FILE_FLOW || type === names.FILE_EVENT;
  }

  judge(batch: FlatRows, index: number): Verdict {
    if (this.#rules.length === 0 && this.#filters.length === 0) return NOTHING;
    const memory = this.#memory;
    const record = this.#record.signature(batch, index);
    let file = 0;
    if (this.#hasFiles) {
      file = memory.fileSignature(batch.files[index], batch, index);
      if (!memory.newFile.empty) file = this.#pair(file, memory.newFileSignature(batch.newFiles?.[index], batch, index));
    }
    const key = (record << 16) | file;
    let early = this.#early.get(key);
    if (early === undefined && !this.#early.has(key)) {
      early = this.#verdict(record, file, undefined);
      this.#remember();
      this.#early.set(key, early);
    }
    if (early !== undefined) return early;
    const around = memory.aroundSignature(batch.around[index] as Surroundings, batch, index);
    let late = this.#late[around];
    if (late === undefined) {
      late = new Map();
      this.#late[around] = late;
    }
    let verdict = late.get(key);
    if (verdict === undefined) {
      verdict = this.#verdict(record, file, around) as Verdict;
      this.#remember();
      late.set(key, verdict);
    }
    return verdict;
  }

  /** The verdict for some signatures; without that of what is around, only where it does not matter. */
  #verdict(record: number, file: number, around: number | undefined): Verdict | undefined {
    const memory = this.#memory;
    const recordBits = this.#record.bitsOf(record);
    const [first, second] = this.#unpair(file);
    const finder = new TruthFinder((leaf) => {
      switch (scopeOf(leaf)) {
        case "record":
          return hasBit(recordBits, this.#record.bitOf.get(leaf) as number);
        case "file":
          return hasBit(memory.file.signatures.bitsOf(first), memory.file.bitOf.get(leaf) as number);
        case "newfile":
          return hasBit(memory.newFile.signatures.bitsOf(second), memory.newFile.bitOf.get(leaf) as number);
        case "around":
          return around === undefined ? undefined : hasBit(memory.around.signatures.bitsOf(around), memory.around.bitOf.get(leaf) as number);
      }
    });
    const drops = this.#filters.map((condition) => finder.truth(condition));
    if (drops.includes(true)) return DROPPED;
    const rules: Rule[] = [];
    let open = drops.includes(undefined);
    for (const { rule, condition } of this.#rules) {
      const truth = finder.truth(condition);
      if (truth === true) rules.push(rule);
      else if (truth === undefined) open = true;
    }
    if (open) return undefined;
    return rules.length === 0 ? NOTHING : { dropped: false, rules };
  }

  #pair(first: number, second: number): number {
    const key = (first << 16) | second;
    let id = this.#pairs.get(key);
    if (id === undefined) {
      id = this.#paired.length;
      this.#paired.push([first, second]);
      this.#pairs.set(key, id);
    }
    return id;
  }

  #unpair(file: number): readonly [number, number] {
    return this.#memory.newFile.empty || !this.#hasFiles ? [file, 0] : (this.#paired[file] as readonly [number, number]);
  }

  #remember(): void {
    this.#memories += 1;
  }

  /** Forgets what it must: numbers must stay small enough to be packed, and memory bounded. */
  makeRoom(): void {
    const memory = this.#memory;
    if (this.#record.signatures > MOST_SIGNATURES) this.#record.forget();
    else if (this.#generation === memory.generation && this.#memories < MOST_MEMORIES && this.#paired.length <= MOST_SIGNATURES) return;
    this.#generation = memory.generation;
    this.#memories = 0;
    this.#early = new Map();
    this.#late = [];
    this.#pairs = new Map();
    this.#paired = [];
  }
}
