import type { FlatRows, Surroundings } from "@millrace/sysflow";
import * as names from "@millrace/sysflow/names";
import type { Leaf } from "../interpret.ts";
import type { Condition } from "../tree.ts";
import { type BitInterner, hasBit } from "./bits.ts";
import { ChangingLeaves } from "./changing-leaves.ts";
import { type EntityMemory, MOST_SIGNATURES } from "./entity-memory.ts";
import { IntMap } from "./int-map.ts";
import { Knowledge, type TypeRule } from "./knowledge.ts";
import { leavesOf } from "./leaves.ts";
import { RecurringLeaves, recurringWords } from "./recurring-leaves.ts";
import { scopeOf } from "./scope.ts";
import type { Truth } from "./truth.ts";
import type { Verdict } from "./verdict.ts";

/** How many steps an engine remembers before it forgets all and begins anew. */
const MOST_STEPS = 500_000;
/** How many nodes there may be, between batches. One more batch may add a few for each record, and their numbers still pack with a signature into 31 bits. */
const MOST_NODES = 0x4000;

/** Dimensions, in the order in which they are asked where it makes no difference. */
const RECURRING = 0;
const AROUND = 1;
const FILE = 2;
const NEW_FILE = 3;
const CHANGING = 4;

/** What has leaves of one dimension, and signatures for what is true of them. */
interface Side {
  readonly bitOf: ReadonlyMap<Leaf, number>;
  readonly signatures: BitInterner;
}

/**
 * The engine for records of one type.
 *
 * It follows a tree. A node names the dimension that is asked next, and the signature leads on: to another node or, as soon
 * as nothing depends on the rest any more, to a verdict. The tree grows where a record comes to what nobody has been to.
 */
export class TypeEngine {
  readonly #memory: EntityMemory;
  readonly #recurring: RecurringLeaves;
  readonly #changing: ChangingLeaves;
  readonly #sides: readonly Side[];
  /** The dimension of each leaf. */
  readonly #dimensionOf: ReadonlyMap<Leaf, number>;
  readonly #start: Knowledge;
  readonly #verdicts: Verdict[] = [];
  /** By node: what is known there, and the dimension that it asks. */
  readonly #nodes: Knowledge[] = [];
  readonly #asks: number[] = [];
  /** By node and signature: the place where that leads. Twice the number of a verdict, or twice the number of a node plus one. */
  readonly #steps = new IntMap();
  /** The first place, -1 before the first record. */
  #root = -1;
  #generation = 0;

  constructor(type: number, rules: readonly TypeRule[], filters: readonly Condition[], memory: EntityMemory) {
    const leaves = leavesOf([...rules.map(({ condition }) => condition), ...filters]);
    const hasFiles = type === names.FILE_FLOW || type === names.FILE_EVENT;
    const dimension = (leaf: Leaf): number => {
      const scope = scopeOf(leaf);
      if (scope === "around") return AROUND;
      if (hasFiles && scope === "file") return FILE;
      if (hasFiles && scope === "newfile") return NEW_FILE;
      return recurringWords(leaf) === undefined ? CHANGING : RECURRING;
    };
    this.#dimensionOf = new Map(leaves.map((leaf) => [leaf, dimension(leaf)]));
    const of = (wanted: number): Leaf[] => leaves.filter((leaf) => this.#dimensionOf.get(leaf) === wanted);
    this.#memory = memory;
    this.#recurring = new RecurringLeaves(of(RECURRING));
    this.#changing = new ChangingLeaves(of(CHANGING));
    this.#sides = [this.#recurring, memory.around, memory.file, memory.newFile, this.#changing];
    this.#start = Knowledge.none(rules, filters);
  }

  judge(batch: FlatRows, index: number): Verdict {
    let place = this.#root;
    if (place < 0) place = this.#root = this.#place(this.#start, batch, index);
    while ((place & 1) === 1) {
      const node = place >>> 1;
      const signature = this.#signature(this.#asks[node] as number, batch, index);
      place = this.#steps.get((node << 15) | signature);
      if (place < 0) place = this.#step(node, signature, batch, index);
    }
    return this.#verdicts[place >>> 1] as Verdict;
  }

  #signature(dimension: number, batch: FlatRows, index: number): number {
    switch (dimension) {
      case RECURRING:
        return this.#recurring.signature(batch, index);
      case AROUND:
        return this.#memory.aroundSignature(batch.around[index] as Surroundings, batch, index);
      case FILE:
        return this.#memory.fileSignature(batch.files[index], batch, index);
      case NEW_FILE:
        return this.#memory.newFileSignature(batch.newFiles?.[index], batch, index);
      default:
        return this.#changing.signature(batch, index);
    }
  }

  /** Where a signature leads that no record has had at a node so far. */
  #step(node: number, signature: number, batch: FlatRows, index: number): number {
    const known = (this.#nodes[node] as Knowledge).and(this.#asks[node] as number, signature, this.#leaf);
    const place = this.#place(known, batch, index);
    this.#steps.add((node << 15) | signature, place);
    return place;
  }

  #place(known: Knowledge, batch: FlatRows, index: number): number {
    const { verdict } = known;
    if (verdict !== undefined) return (this.#verdicts.push(verdict) - 1) * 2;
    this.#asks.push(this.#next(known, batch, index));
    return (this.#nodes.push(known) - 1) * 2 + 1;
  }

  /** The dimension to ask next: the first that decides the record at hand, which other records are like, or else the first that matters. */
  #next(known: Knowledge, batch: FlatRows, index: number): number {
    const dimensions = [...new Set(known.openLeaves(this.#leaf).map((leaf) => this.#dimensionOf.get(leaf) as number))].sort((a, b) => a - b);
    const decides = (dimension: number): boolean => known.and(dimension, this.#signature(dimension, batch, index), this.#leaf).verdict !== undefined;
    return dimensions.find(decides) ?? (dimensions[0] as number);
  }

  /** The truth of a leaf, given signatures. */
  readonly #leaf = (leaf: Leaf, signatures: readonly (number | undefined)[]): Truth => {
    const dimension = this.#dimensionOf.get(leaf) as number;
    const signature = signatures[dimension];
    if (signature === undefined) return undefined;
    const side = this.#sides[dimension] as Side;
    return hasBit(side.signatures.bitsOf(signature), side.bitOf.get(leaf) as number);
  };

  /** Forgets what it must: numbers must stay small enough to be packed, and memory bounded. To be called between records. */
  makeRoom(): void {
    const full = this.#nodes.length > MOST_NODES || this.#verdicts.length > MOST_STEPS || this.#steps.size > MOST_STEPS;
    const changed = this.#recurring.signatures.size > MOST_SIGNATURES || this.#changing.signatures.size > MOST_SIGNATURES;
    if (!full && !changed && this.#generation === this.#memory.generation) return;
    if (changed) {
      this.#recurring.forget();
      this.#changing.forget();
    }
    this.#generation = this.#memory.generation;
    this.#root = -1;
    this.#verdicts.length = 0;
    this.#nodes.length = 0;
    this.#asks.length = 0;
    this.#steps.clear();
  }
}
