import type { BatchData } from "@millrace/api";

/** How much a source may have in flight: what it sent and what is not settled, and what waits on edges that lead back. */
export class CreditAccount {
  readonly limit: { readonly records: number; readonly bytes: number };
  records = 0;
  bytes = 0;
  batches = 0;
  /** The most that was ever in flight. */
  peakRecords = 0;
  private readonly waiting: { readonly data: BatchData; readonly admitted: () => void }[] = [];
  private readonly blocked: () => void;

  /** `blocked` is called when somebody begins to wait. */
  constructor(limit: { readonly records: number; readonly bytes: number }, blocked: () => void) {
    this.limit = limit;
    this.blocked = blocked;
  }

  get exhausted(): boolean {
    return this.waiting.length > 0;
  }

  /** Takes credit for a batch if there is any and nobody waits for it. One batch is always let through. */
  take(data: BatchData): boolean {
    if (this.waiting.length > 0 || !this.fits(data)) return false;
    this.charge(data.records, data.bytes);
    this.batches += 1;
    return true;
  }

  /** Calls back once the batch has been charged for. */
  wait(data: BatchData, admitted: () => void): void {
    this.waiting.push({ data, admitted });
    this.blocked();
  }

  /** Takes credit whether there is any or not. */
  charge(records: number, bytes: number): void {
    this.records += records;
    this.bytes += bytes;
    if (this.records > this.peakRecords) this.peakRecords = this.records;
  }

  /** Gives back the credit of a batch that was taken. */
  release(records: number, bytes: number): void {
    this.batches -= 1;
    this.discharge(records, bytes);
  }

  /** Gives back credit that was charged. */
  discharge(records: number, bytes: number): void {
    this.records -= records;
    this.bytes -= bytes;
    this.admit();
  }

  /** Lets everybody through who waits: the run is over, and sending tells them so. */
  open(): void {
    for (const { data, admitted } of this.waiting.splice(0)) {
      this.charge(data.records, data.bytes);
      this.batches += 1;
      admitted();
    }
  }

  private admit(): void {
    for (let first = this.waiting[0]; first !== undefined && this.fits(first.data); first = this.waiting[0]) {
      this.waiting.shift();
      this.charge(first.data.records, first.data.bytes);
      this.batches += 1;
      first.admitted();
    }
  }

  private fits(data: BatchData): boolean {
    if (this.records <= 0) return true;
    return this.records + data.records <= this.limit.records && this.bytes + data.bytes <= this.limit.bytes;
  }
}
