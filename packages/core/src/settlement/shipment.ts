import type { BatchData, Outcome, Status, StreamPlace } from "@millrace/api";
import type { NodeState } from "../run/node-state.ts";
import { DONE, gravity, outcomeOf, statusOf } from "./answers.ts";
import type { CreditAccount } from "./credit.ts";
import type { Delivery } from "./delivery.ts";

/** What follows when a shipment has ended, beside the answer to its sender. A stream of a source is one. */
export interface ShipmentEnd {
  ended(shipment: Shipment, outcome: Outcome): void;
}

/** One call of `send`: the deliveries that it made, the batches it stems from, and the one who wants to know how it ends. */
export class Shipment {
  readonly sender: NodeState;
  readonly data: BatchData;
  /** The batches it was made from. */
  readonly parents: readonly Delivery[];
  /** Whether each of its records stems from one record of its only parent, and from which (absent: from the same index). */
  readonly slotted: boolean;
  readonly slots: ArrayLike<number> | undefined;
  readonly origin: StreamPlace | undefined;
  /** The account of the source it stems from, and whether it is this shipment that the account was charged for. */
  readonly account: CreditAccount | undefined;
  readonly charged: boolean;
  private readonly settled: ((outcome: Outcome, statuses: readonly Status[]) => void) | undefined;
  private readonly end: ShipmentEnd | undefined;
  private answers = 0;
  private answersEach: Uint8Array | undefined = undefined;
  private cause: unknown = undefined;
  private causeGravity = -1;
  /** Deliveries that have not ended, and one while the shipment is being sent. */
  private pending = 1;

  constructor(
    sender: NodeState,
    data: BatchData,
    parents: readonly Delivery[],
    slotted: boolean,
    slots: ArrayLike<number> | undefined,
    origin: StreamPlace | undefined,
    account: CreditAccount | undefined,
    charged: boolean,
    settled: ((outcome: Outcome, statuses: readonly Status[]) => void) | undefined,
    end: ShipmentEnd | undefined,
  ) {
    this.sender = sender;
    this.data = data;
    this.parents = parents;
    this.slotted = slotted;
    this.slots = slots;
    this.origin = origin;
    this.account = account;
    this.charged = charged;
    this.settled = settled;
    this.end = end;
    for (const parent of parents) parent.childSent();
    sender.shipmentSent(data);
  }

  /** Whether it has a place in a stream of its source. */
  get positioned(): boolean {
    return this.end !== undefined;
  }

  /** A delivery is being made for it. */
  deliveryMade(): void {
    this.pending += 1;
  }

  /** All deliveries have been made. */
  sent(): void {
    this.drop();
  }

  /** Ends it with these answers for all records, before or beside any delivery. */
  answer(bits: number, cause: unknown): void {
    this.answers |= bits;
    this.noteCause(bits, cause);
  }

  deliveryEnded(delivery: Delivery): void {
    if (delivery.cause !== undefined) this.noteCause(delivery.joined(), delivery.cause);
    const each = delivery.answersEach;
    if (each === undefined && delivery.records === this.data.records) {
      this.answers |= delivery.answers || DONE;
    } else {
      this.answersEach ??= new Uint8Array(this.data.records);
      for (let i = 0; i < delivery.records; i++) {
        const at = delivery.offset + i;
        this.answersEach[at] = (this.answersEach[at] as number) | ((each === undefined ? 0 : (each[i] as number)) | delivery.answers || DONE);
      }
    }
    this.drop();
  }

  private drop(): void {
    this.pending -= 1;
    if (this.pending > 0) return;
    const total = this.total();
    // No need to look at each record again, here or in what this was made from.
    if (total === DONE) this.answersEach = undefined;
    const outcome = outcomeOf(total, this.cause);
    this.sender.shipmentEnded(this, outcome);
    if (this.charged) this.account?.discharge(this.data.records, this.data.bytes);
    if (this.settled !== undefined) this.sender.guarded(() => this.settled?.(outcome, this.statuses()));
    this.end?.ended(this, outcome);
    for (const parent of this.parents) {
      this.tell(parent, total);
      parent.childEnded();
    }
  }

  /** Hands the answers on to a batch that this one was made from. */
  private tell(parent: Delivery, total: number): void {
    if (!this.slotted || (this.slots === undefined && this.answersEach === undefined && this.data.records === parent.records)) {
      parent.answer(total, this.cause);
      return;
    }
    parent.noteCause(total, this.cause);
    const each = parent.each();
    for (let i = 0; i < this.data.records; i++) {
      const slot = this.slots === undefined ? i : (this.slots[i] as number);
      each[slot] = (each[slot] as number) | this.bitsOf(i);
    }
  }

  /** The answers to all records together: done only if each is. */
  private total(): number {
    if (this.answersEach === undefined) return this.answers || DONE;
    let total = 0;
    for (let i = 0; i < this.answersEach.length; i++) total |= this.bitsOf(i);
    return total;
  }

  private bitsOf(record: number): number {
    return (this.answersEach?.[record] ?? 0) | this.answers || DONE;
  }

  private statuses(): readonly Status[] {
    if (this.answersEach === undefined) return new Array<Status>(this.data.records).fill(statusOf(this.answers));
    const statuses = new Array<Status>(this.data.records);
    for (let record = 0; record < statuses.length; record++) statuses[record] = statusOf(this.bitsOf(record));
    return statuses;
  }

  private noteCause(bits: number, cause: unknown): void {
    if (cause === undefined) return;
    const grave = gravity(bits);
    if (grave <= this.causeGravity) return;
    this.cause = cause;
    this.causeGravity = grave;
  }
}
