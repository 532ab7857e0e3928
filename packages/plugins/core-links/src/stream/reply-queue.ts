import type { Answer } from "@millrace/flow";

/** A reply that is due, and since when it is waited for. */
export interface Slot {
  readonly since: number;
  answer: Answer | undefined;
}

/** The replies that a connection owes, in the order of its messages. */
export class ReplyQueue {
  private slots: Slot[] = [];
  private head = 0;

  get length(): number {
    return this.slots.length - this.head;
  }

  /** The oldest reply that is due. */
  get first(): Slot | undefined {
    return this.slots[this.head];
  }

  add(since: number, answer?: Answer): Slot {
    const slot: Slot = { since, answer };
    this.slots.push(slot);
    return slot;
  }

  /** Takes out the answers that nothing older stands before. */
  takeReady(): Answer[] {
    const ready: Answer[] = [];
    for (let slot = this.first; slot?.answer !== undefined; slot = this.first) {
      ready.push(slot.answer);
      this.head += 1;
    }
    if (this.head === this.slots.length || this.head > 1024) {
      this.slots = this.slots.slice(this.head);
      this.head = 0;
    }
    return ready;
  }
}
