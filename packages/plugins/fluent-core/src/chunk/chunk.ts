import type { Hold, Outcome, RefusedStatus, Status } from "@millrace/api";
import type { BufferAccount } from "@millrace/api/fluent";
import type { EncodedRecords, Entries } from "@millrace/fluent";

/** What one batch has brought into a chunk. */
interface Piece {
  readonly entries: EncodedRecords;
  readonly account: BufferAccount | undefined;
  /** Keeps the batch open until the chunk has ended; `undefined` where it was done at once. */
  readonly hold: Hold | undefined;
  /** The index in the chunk of its first record. */
  readonly first: number;
}

/** Records of one input under one tag, on their way. */
export class Chunk {
  readonly key: string;
  readonly source: string;
  readonly tag: string;
  /** How logs name it: a number, and when it was begun. */
  readonly id: string;
  bytes = 0;
  private records = 0;
  private readonly pieces: Piece[] = [];
  private readonly statuses: Status[] = [];
  /** Why records were lost, by their index. */
  private readonly causes: Map<number, unknown> = new Map();

  constructor(key: string, source: string, tag: string, number: number, nanos: bigint) {
    this.key = key;
    this.source = source;
    this.tag = tag;
    this.id = `${number}-${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, "0")}`;
  }

  append(entries: EncodedRecords, account: BufferAccount | undefined, hold: Hold | undefined): void {
    this.pieces.push({ entries, account, hold, first: this.records });
    this.records += entries.bounds.length - 1;
    this.bytes += entries.bytes.length;
    account?.taken(entries.bytes.length);
  }

  /** All entries, joined. */
  entries(): Pick<Entries, "bytes" | "bounds"> {
    const bounds = new Uint32Array(this.records + 1);
    let at = 0;
    for (const { entries, first } of this.pieces) {
      for (let index = 1; index < entries.bounds.length; index++) bounds[first + index] = at + (entries.bounds[index] as number);
      at += entries.bytes.length;
    }
    const [only] = this.pieces;
    const bytes = this.pieces.length === 1 && only !== undefined ? only.entries.bytes : Buffer.concat(this.pieces.map((piece) => piece.entries.bytes));
    return { bytes, bounds };
  }

  /** Notes how the records from `first` on ended. */
  answer(first: number, statuses: readonly Status[], outcome: Outcome): void {
    statuses.forEach((status, index) => {
      this.statuses[first + index] = status;
      if (outcome.state === "lost" && status !== "done") this.causes.set(first + index, outcome.cause);
    });
  }

  /** All parts have ended: gives the memory back, and answers the batches that are held. */
  end(): void {
    const freed = new Map<BufferAccount, number>();
    for (const { account, entries } of this.pieces) if (account !== undefined) freed.set(account, (freed.get(account) ?? 0) + entries.bytes.length);
    for (const [account, bytes] of freed) account.freed(bytes);
    for (const piece of this.pieces) if (piece.hold !== undefined) this.settle(piece, piece.hold);
  }

  private settle(piece: Piece, hold: Hold): void {
    const refused = new Map<RefusedStatus, number[]>();
    let lost: { readonly cause: unknown } | undefined;
    for (let index = 0; index < piece.entries.bounds.length - 1; index++) {
      const at = piece.first + index;
      const status = this.statuses[at] ?? "done";
      if (this.causes.has(at)) lost ??= { cause: this.causes.get(at) };
      if (status === "done") continue;
      const records = refused.get(status) ?? [];
      records.push(piece.entries.origins?.[index] ?? index);
      refused.set(status, records);
    }
    if (lost !== undefined) hold.fail(lost.cause);
    else if (refused.size === 0) hold.release();
    else hold.refuseEach([...refused].map(([status, records]) => ({ status, records })));
  }
}
