import { MAX_RECORDS } from "@millrace/api";
import type { AttributeValue } from "@millrace/api/sysflow";
import { type Attribute, type FileVersion, type FlatRows, Memo, type Memoised, memoOf, type Surroundings } from "@millrace/sysflow";
import type { Dimension } from "./dimension.ts";

/** Signatures are packed into one small integer, two at a time; a batch may add as many as it has records. */
export const MOST_SIGNATURES: number = 0x7fff - MAX_RECORDS;

/** What has been found out about versions of entities, for all types of records. */
export class EntityMemory {
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
  #last: Memoised | undefined;
  #lastId = 0;

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
    this.#last = undefined;
    this.#dimension.forget();
  }

  signature(version: Memoised, batch: FlatRows, index: number): number {
    // One after the other, records often have the same version.
    if (version === this.#last) return this.#lastId;
    if (this.#dimension.empty) return 0;
    let known = memoOf(version, this.#owner) as Signature | undefined;
    if (known === undefined) {
      known = new Signature(this.#owner, version.memo);
      version.memo = known;
    }
    if (known.generation !== this.#generation) {
      known.id = this.#decide(batch, index);
      known.generation = this.#generation;
    }
    this.#last = version;
    this.#lastId = known.id;
    return known.id;
  }

  /** Apart from {@link signature}: a function that makes a closure costs something even where it makes none. */
  #decide(batch: FlatRows, index: number): number {
    this.#bits.fill(0);
    this.#dimension.decide((attribute: Attribute): AttributeValue => attribute.get(batch, index), this.#bits);
    return this.#dimension.signatures.intern(this.#bits);
  }
}
