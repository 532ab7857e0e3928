import { MAX_RECORDS } from "@millrace/api";
import type { AttributeValue, FlatType } from "@millrace/api/sysflow";
import { type Attribute, type FileVersion, type FlatRows, Memo, type Memoised, memoOf, names, type Surroundings } from "@millrace/sysflow";
import type { Leaf } from "../interpret.ts";
import type { Rule, RuleSet } from "../rule-set.ts";
import type { Condition, ConditionBuilder } from "../tree.ts";
import { hasBit } from "./bits.ts";
import { Dimension } from "./dimension.ts";
import { RecordDimension } from "./record-dimension.ts";
import { scopeOf } from "./scope.ts";
import { Specialiser } from "./specialise.ts";
import { TruthFinder } from "./truth.ts";

/** What rules say of a record. Records of which they say the same share one. */
export interface Verdict {
  /** Whether a drop filter holds: no rule is asked then. */
  readonly dropped: boolean;
  /** The rules that hold, in their order. */
  readonly rules: readonly Rule[];
}

/** How many things the engine remembers before it forgets all and begins anew. */
const MOST_MEMORIES = 500_000;
/** Signatures are packed into one small integer, two at a time; a batch may add as many as it has records. */
const MOST_SIGNATURES: number = 0x7fff - MAX_RECORDS;

const TYPES: readonly FlatType[] = ["PE", "NF", "FF", "FE", "KE"];
const TYPE_NUMBERS: readonly number[] = [names.PROCESS_EVENT, names.NETWORK_FLOW, names.FILE_FLOW, names.FILE_EVENT, names.K8S_EVENT];

const NOTHING: Verdict = { dropped: false, rules: [] };
const DROPPED: Verdict = { dropped: true, rules: [] };

/**
 * Judges records by a set of rules.
 *
 * What a rule asks of a record is decided in four dimensions: the record's own numbers, its file, the second file of a
 * rename or link, and what is around it (process, ancestors, container, pod, header). In each dimension the truth of all
 * its leaves is found together, once for each version of an entity, and equal truths have one number. The verdict depends
 * on these numbers alone, so it is worked out once for each combination that occurs. Where the first dimensions already
 * say that no rule can hold, the others are not looked at.
 */
export class Engine {
  readonly #types: readonly (TypeEngine | undefined)[];
  readonly #memory: Memory;

  /**
   * @param memos - where the engine's memos stand on versions. An engine that takes another's place takes its memos too, so
   *   that a version never carries those of engines that are gone.
   */
  constructor(ruleSet: RuleSet, builder: ConditionBuilder, memos: EngineMemos = new EngineMemos()) {
    const rules = ruleSet.rules.filter(({ enabled }) => enabled);
    const filters = ruleSet.filters.filter(({ enabled }) => enabled);
    const special = TYPES.map((type) => {
      const specialiser = new Specialiser(type, builder);
      return {
        rules: rules.flatMap((rule) => {
          if (rule.types.length > 0 && !rule.types.includes(type)) return [];
          return { rule, condition: specialiser.specialise(rule.condition) };
        }),
        filters: filters.map(({ condition }) => specialiser.specialise(condition)),
      };
    });
    const shared = leavesOf(special.flatMap(({ rules: list, filters: drops }) => [...list.map(({ condition }) => condition), ...drops]));
    this.#memory = new Memory(
      new Dimension(shared.filter((leaf) => scopeOf(leaf) === "around")),
      new Dimension(shared.filter((leaf) => scopeOf(leaf) === "file")),
      new Dimension(shared.filter((leaf) => scopeOf(leaf) === "newfile")),
      memos,
    );
    const engines: (TypeEngine | undefined)[] = new Array<TypeEngine | undefined>(16).fill(undefined);
    special.forEach(({ rules: list, filters: drops }, index) => {
      const type = TYPE_NUMBERS[index] as number;
      engines[type] = new TypeEngine(type, list.filter(({ condition }) => !isNever(condition)), drops.filter((condition) => !isNever(condition)), this.#memory);
    });
    this.#types = engines;
  }

  /** To be called before the records of a batch: makes room for what they may add to the engine's memory. */
  begin(): void {
    this.#memory.makeRoom();
    for (const type of this.#types) type?.makeRoom();
  }

  /** The verdict on a record of a batch. */
  judge(batch: FlatRows, index: number): Verdict {
    return this.#types[batch.type(index)]?.judge(batch, index) ?? NOTHING;
  }
}

function isNever(condition: Condition): boolean {
  return condition.node === "constant" && !condition.value;
}

function leavesOf(conditions: readonly Condition[]): Leaf[] {
  const seen = new Set<Condition>();
  const leaves: Leaf[] = [];
  const open = [...conditions];
  for (let condition = open.pop(); condition !== undefined; condition = open.pop()) {
    if (seen.has(condition)) continue;
    seen.add(condition);
    if (condition.node === "and" || condition.node === "or") open.push(...condition.terms);
    else if (condition.node === "not") open.push(condition.term);
    else if (condition.node !== "constant") leaves.push(condition);
  }
  return leaves;
}

/** What has been found out about versions of entities, for all types of records. */
class Memory {
  readonly around: Dimension;
  readonly file: Dimension;
  readonly newFile: Dimension;
  /** Changes whenever all signatures were forgotten. */
  generation = 0;
  /** What stands for a file that is not known. */
  readonly #unknownFile: Memoised = { memo: undefined };
  readonly #seen: { readonly around: Seen; readonly file: Seen; readonly newFile: Seen };

  constructor(around: Dimension, file: Dimension, newFile: Dimension, memos: EngineMemos) {
    this.around = around;
    this.file = file;
    this.newFile = newFile;
    this.#seen = { around: new Seen(around, memos.around), file: new Seen(file, memos.file), newFile: new Seen(newFile, memos.newFile) };
  }

  /** Forgets all, if hostile data has made too many signatures. To be called between records. */
  makeRoom(): void {
    if (!Object.values(this.#seen).some((seen) => seen.isFull)) return;
    for (const seen of Object.values(this.#seen)) seen.forget();
    this.generation += 1;
  }

  aroundSignature(around: Surroundings, batch: FlatRows, index: number): number {
    return this.#seen.around.signature(around, batch, index);
  }

  fileSignature(file: FileVersion | undefined, batch: FlatRows, index: number): number {
    return this.#seen.file.signature(file ?? this.#unknownFile, batch, index);
  }

  newFileSignature(file: FileVersion | undefined, batch: FlatRows, index: number): number {
    return this.#seen.newFile.signature(file ?? this.#unknownFile, batch, index);
  }
}


/** Under whom memos of one dimension stand, and how often they have begun anew. */
interface MemoOwner {
  generations: number;
}

/** The places on versions where an engine keeps what it has found out. */
export class EngineMemos {
  readonly around: MemoOwner = { generations: 0 };
  readonly file: MemoOwner = { generations: 0 };
  readonly newFile: MemoOwner = { generations: 0 };
}

/** The signature of a version, as one dimension has it. */
class Signature extends Memo {
  generation = -1;
  id = 0;
}

/** The signatures of versions in one dimension. Each stands with its version, and goes with it. */
class Seen {
  readonly #dimension: Dimension;
  readonly #bits: Int32Array;
  readonly #owner: MemoOwner;
  #generation: number;

  constructor(dimension: Dimension, owner: MemoOwner) {
    this.#dimension = dimension;
    this.#owner = owner;
    this.#generation = ++owner.generations;
    this.#bits = new Int32Array(dimension.words);
  }

  get isFull(): boolean {
    return this.#dimension.signatures.size > MOST_SIGNATURES;
  }

  forget(): void {
    this.#generation = ++this.#owner.generations;
    this.#dimension.forget();
  }

  signature(version: Memoised, batch: FlatRows, index: number): number {
    if (this.#dimension.empty) return 0;
    let known = memoOf(version, this.#owner) as Signature | undefined;
    if (known === undefined) {
      known = new Signature(this.#owner, version.memo);
      version.memo = known;
    }
    if (known.generation !== this.#generation) {
      this.#bits.fill(0);
      this.#dimension.decide((attribute: Attribute): AttributeValue => attribute.get(batch, index), this.#bits);
      known.id = this.#dimension.signatures.intern(this.#bits);
      known.generation = this.#generation;
    }
    return known.id;
  }
}

interface TypeRule {
  readonly rule: Rule;
  readonly condition: Condition;
}

/** The engine for records of one type. */
class TypeEngine {
  readonly #rules: readonly TypeRule[];
  readonly #filters: readonly Condition[];
  readonly #memory: Memory;
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

  constructor(type: number, rules: readonly TypeRule[], filters: readonly Condition[], memory: Memory) {
    this.#rules = rules;
    this.#filters = filters;
    this.#memory = memory;
    const leaves = leavesOf([...rules.map(({ condition }) => condition), ...filters]);
    this.#record = new RecordDimension(type, leaves.filter((leaf) => scopeOf(leaf) === "record"));
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
