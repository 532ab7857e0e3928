import type { BatchData } from "@millrace/api";
import { Deque } from "../channel/deque.ts";
import type { Flow } from "../run/stats.ts";

/** How much a source may have in flight: what it sent and what is not settled, and what waits on edges that lead back. */
export class CreditAccount {
  readonly limit: { readonly records: number; readonly bytes: number };
  records = 0;
  bytes = 0;
  /** The most records that were ever in flight. */
  peakRecords = 0;
  /** How often credit came back. */
  returned = 0;
  /** What waits for credit. */
  readonly queued: Flow = { batches: 0, records: 0, bytes: 0 };
  private readonly waiting: Deque<{ readonly data: BatchData; readonly admitted: () => void }> = new Deque();
  private readonly blocked: () => void;

  /** `blocked` is called whenever somebody begins to wait. */
  constructor(limit: { readonly records: number; readonly bytes: number }, blocked: () => void) {
    this.limit = limit;
    this.blocked = blocked;
  }

  /** Whether somebody waits for credit. */
  get exhausted(): boolean {
    return this.waiting.length > 0;
  }

  /** Takes credit for a batch if there is any and nobody waits for it. One batch is always let through. */
  take(data: BatchData): boolean {
    if (this.waiting.length > 0 || !this.fits(data)) return false;
    this.charge(data.records, data.bytes);
    return true;
  }

  /** Calls back once there is credit for a batch and it has been charged. */
  wait(data: BatchData, admitted: () => void): void {
    this.waiting.push({ data, admitted });
    this.queued.batches += 1;
    this.queued.records += data.records;
    this.queued.bytes += data.bytes;
    this.blocked();
  }

  /** Charges whether there is credit or not. */
  charge(records: number, bytes: number): void {
    this.records += records;
    this.bytes += bytes;
    if (this.records > this.peakRecords) this.peakRecords = this.records;
  }

  /** Gives back what was charged. */
  discharge(records: number, bytes: number): void {
    this.records -= records;
    this.bytes -= bytes;
    this.returned += 1;
    while (this.waiting.length > 0 && this.fits((this.waiting.peek() as { readonly data: BatchData }).data)) this.admit();
  }

  /** Lets everybody through who waits: the run is over, and sending tells them so. */
  open(): void {
    while (this.waiting.length > 0) this.admit();
  }

  private admit(): void {
    const first = this.waiting.shift();
    if (first === undefined) return;
    this.queued.batches -= 1;
    this.queued.records -= first.data.records;
    this.queued.bytes -= first.data.bytes;
    this.charge(first.data.records, first.data.bytes);
    first.admitted();
  }

  private fits(data: BatchData): boolean {
    if (this.records <= 0) return true;
    return this.records + data.records <= this.limit.records && this.bytes + data.bytes <= this.limit.bytes;
  }
}
