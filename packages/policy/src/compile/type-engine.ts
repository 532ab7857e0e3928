import { MAX_RECORDS } from "@millrace/api";
import { type FlatRows, names, type Surroundings } from "@millrace/sysflow";
import type { Rule } from "../rule-set.ts";
import type { Condition } from "../tree.ts";
import { hasBit } from "./bits.ts";
import { type EntityMemory, MOST_SIGNATURES } from "./entity-memory.ts";
import { IntMap } from "./int-map.ts";
import { leavesOf } from "./leaves.ts";
import { RecordDimension } from "./record-dimension.ts";
import { scopeOf } from "./scope.ts";
import { TruthFinder } from "./truth.ts";
import { DROPPED, NOTHING, type Verdict } from "./verdict.ts";

/** How many combinations an engine remembers before it forgets all and begins anew. */
const MOST_MEMORIES = 500_000;
/** How many pairs of record and file may leave the verdict open: their number is packed with a signature into 31 bits. */
const MOST_PAIRS = 0xffff - MAX_RECORDS;

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
  readonly #verdicts: Verdict[] = [];
  /** By the signatures of record and file: twice the number of the verdict, or, if it depends on what is around, twice the number of the pair plus one. */
  readonly #early = new IntMap();
  #pairs = 0;
  /** By the number of the pair and the signature of what is around: the number of the verdict. */
  readonly #late = new IntMap();
  #generation = 0;
  /** Files of a rename or link: a number for each two signatures. */
  readonly #files = new IntMap();
  #filed: (readonly [number, number])[] = [];

  constructor(type: number, rules: readonly TypeRule[], filters: readonly Condition[], memory: EntityMemory) {
    this.#rules = rules;
    this.#filters = filters;
    this.#memory = memory;
    const leaves = leavesOf([...rules.map(({ condition }) => condition), ...filters]);
    this.#record = new RecordDimension(leaves.filter((leaf) => scopeOf(leaf) === "record"));
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
    if (early < 0) {
      early = this.#number(this.#verdict(record, file, undefined));
      this.#early.add(key, early);
    }
    if ((early & 1) === 0) return this.#verdicts[early >>> 1] as Verdict;
    const around = memory.aroundSignature(batch.around[index] as Surroundings, batch, index);
    const pair = ((early >>> 1) << 15) | around;
    let late = this.#late.get(pair);
    if (late < 0) {
      late = this.#verdicts.push(this.#verdict(record, file, around) as Verdict) - 1;
      this.#late.add(pair, late);
    }
    return this.#verdicts[late] as Verdict;
  }

  #number(verdict: Verdict | undefined): number {
    return verdict === undefined ? this.#pairs++ * 2 + 1 : (this.#verdicts.push(verdict) - 1) * 2;
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
    let id = this.#files.get(key);
    if (id < 0) {
      id = this.#filed.push([first, second]) - 1;
      this.#files.add(key, id);
    }
    return id;
  }

  #unpair(file: number): readonly [number, number] {
    return this.#memory.newFile.empty || !this.#hasFiles ? [file, 0] : (this.#filed[file] as readonly [number, number]);
  }

  /** Forgets what it must: numbers must stay small enough to be packed, and memory bounded. */
  makeRoom(): void {
    const memory = this.#memory;
    const full = this.#filed.length > MOST_SIGNATURES || this.#pairs > MOST_PAIRS || this.#early.size + this.#late.size > MOST_MEMORIES;
    if (this.#record.signatures > MOST_SIGNATURES) this.#record.forget();
    else if (this.#generation === memory.generation && !full) return;
    this.#generation = memory.generation;
    this.#verdicts.length = 0;
    this.#early.clear();
    this.#pairs = 0;
    this.#late.clear();
    this.#files.clear();
    this.#filed = [];
  }
}
