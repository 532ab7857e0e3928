import { type Batch, type BatchData, type Hold, MillraceError, type RefusedStatus, type StreamPlace } from "@millrace/api";
import type { Channel } from "../channel/channel.ts";
import { bitOf, gravity, LOST } from "./answers.ts";
import type { Shipment } from "./shipment.ts";

/** Answers of a node to some records of a batch. */
type Details = { readonly cause?: unknown; readonly records?: Iterable<number> };

/**
 * A part of what was sent, on one edge, for one attempt: the batch as its receiver sees it. It is queued, then open while
 * its node reads or holds it, then it waits for what was sent from it, then it has ended.
 */
export class Delivery<D extends BatchData = BatchData> implements Batch<D> {
  /** What its node sees: what was sent, unless a guard lends something else. */
  data: D;
  /** What was sent. */
  readonly sent: D;
  readonly attempt: number;
  readonly shipment: Shipment;
  readonly channel: Channel;
  /** The index of its first record in the shipment. */
  readonly offset: number;
  readonly records: number;
  readonly bytes: number;
  /** Answers to the whole batch, and to single records. */
  answers = 0;
  answersEach: Uint8Array | undefined = undefined;
  cause: unknown = undefined;
  private causeGravity = -1;
  /** Reasons not to end: one for the reader, one for each hold, one for each shipment made from it. */
  private pending = 1;
  private holds = 0;
  /** Whether it is queued, or is what its node read last. */
  private unread = true;
  private ended = false;
  private retryDue: number | undefined = undefined;

  constructor(data: D, attempt: number, shipment: Shipment, channel: Channel, offset: number) {
    this.data = data;
    this.sent = data;
    this.attempt = attempt;
    this.shipment = shipment;
    this.channel = channel;
    this.offset = offset;
    this.records = data.records;
    this.bytes = data.bytes;
  }

  get origin(): StreamPlace | undefined {
    return this.shipment.origin;
  }

  get from(): string {
    return this.shipment.sender.id;
  }

  /** Whether its node may still answer it, and send from it. */
  get open(): boolean {
    return !this.ended && (this.unread || this.holds > 0);
  }

  hold(): Hold {
    this.mustBeOpen("hold");
    if (this.holds === 0) this.channel.reader.held.add(this);
    this.holds += 1;
    this.pending += 1;
    return new DeliveryHold(this);
  }

  refuse(status: RefusedStatus, details?: Details): void {
    if (!this.answerable()) return;
    this.channel.reader.counters.refused += 1;
    this.answer(bitOf(status), details?.cause, details?.records);
  }

  fail(cause: unknown): void {
    if (!this.answerable()) return;
    this.lose(cause);
  }

  retry(delayMs: number, cause?: unknown): void {
    if (!this.answerable()) return;
    this.retryDue = this.channel.reader.clock.monotonic() + Math.max(0, Number.isFinite(delayMs) ? delayMs : 0);
    this.cause = cause;
  }

  // ------------------------------------------------------------------------------------------ for the runtime alone

  /** One more shipment has been made from it. */
  childSent(): void {
    this.pending += 1;
  }

  /** A shipment made from it has ended, with these answers to the whole batch. */
  childEnded(): void {
    this.drop();
  }

  /** Joins answers to all records, or to those named. */
  answer(bits: number, cause: unknown, records?: Iterable<number>): void {
    this.noteCause(bits, cause);
    if (records === undefined) {
      this.answers |= bits;
      return;
    }
    const each = this.each();
    for (const record of records) {
      if (Number.isInteger(record) && record >= 0 && record < each.length) each[record] = (each[record] as number) | bits;
    }
  }

  /** The answers to single records, made when first needed. */
  each(): Uint8Array {
    this.answersEach ??= new Uint8Array(this.records);
    return this.answersEach;
  }

  /** All its answers joined. */
  joined(): number {
    let bits = this.answers;
    if (this.answersEach !== undefined) for (const each of this.answersEach) bits |= each;
    return bits;
  }

  noteCause(bits: number, cause: unknown): void {
    if (cause === undefined) return;
    const grave = gravity(bits);
    if (grave <= this.causeGravity) return;
    this.cause = cause;
    this.causeGravity = grave;
  }

  lose(cause: unknown): void {
    this.channel.reader.counters.lost += 1;
    this.answer(LOST, cause);
  }

  /** The reader goes on to the next batch, or never reads this one. */
  close(): void {
    if (!this.unread) return;
    this.unread = false;
    this.letGo();
    this.drop();
  }

  endHold(): void {
    if (this.holds === 0) return;
    this.holds -= 1;
    if (this.holds === 0) this.channel.reader.held.delete(this);
    this.letGo();
    this.drop();
  }

  /** Ends it as lost, whoever still holds it. What was sent from it is waited for. */
  forceLost(cause: unknown): void {
    if (!this.open) return;
    this.retryDue = undefined;
    this.lose(cause);
    while (this.holds > 0) this.endHold();
    this.close();
  }

  /** All reasons not to end are gone: repeats the delivery if its node asked for that, and ends otherwise. */
  finish(): void {
    this.ended = true;
    const { channel, shipment } = this;
    if (this.retryDue === undefined) {
      channel.ended(this);
      shipment.deliveryEnded(this);
      return;
    }
    channel.reader.retriesOwed -= 1;
    const wait = this.retryDue - channel.reader.clock.monotonic();
    channel.redeliver(new Delivery(this.sent, this.attempt + 1, shipment, channel, this.offset), wait, this.cause);
  }

  /** Neither read nor held any more: its node can't answer it from here on. */
  private letGo(): void {
    if (this.unread || this.holds > 0) return;
    if (this.retryDue !== undefined) this.channel.reader.retriesOwed += 1;
    this.channel.reader.reclaim(this);
  }

  private drop(): void {
    this.pending -= 1;
    if (this.pending === 0) this.channel.reader.settler.settle(this);
  }

  private answerable(): boolean {
    if (this.open) return true;
    this.channel.reader.misused("answered a batch after it had let it go: hold a batch to answer it later");
    return false;
  }

  private mustBeOpen(what: string): void {
    if (this.open) return;
    throw new MillraceError("MILLRACE_RUN_BATCH_CLOSED", `node '${this.channel.reader.id}' called ${what} on a batch that it had already let go`, {
      hint: "hold a batch before asking the input for the next one",
    });
  }
}

class DeliveryHold implements Hold {
  private delivery: Delivery | undefined;

  constructor(delivery: Delivery) {
    this.delivery = delivery;
  }

  release(): void {
    const delivery = this.delivery;
    this.delivery = undefined;
    delivery?.endHold();
  }

  refuse(status: RefusedStatus, details?: Details): void {
    if (this.delivery?.open) this.delivery.refuse(status, details);
    this.release();
  }

  refuseEach(answers: readonly { readonly status: RefusedStatus; readonly records: readonly number[]; readonly cause?: unknown }[]): void {
    if (this.delivery?.open) for (const answer of answers) this.delivery.refuse(answer.status, answer);
    this.release();
  }

  fail(cause: unknown): void {
    if (this.delivery?.open) this.delivery.fail(cause);
    this.release();
  }
}
