import type { Delivery } from "./delivery.ts";

/**
 * Ends deliveries one after the other. One end leads to the next, from child to parent; a batch that went round a loop a
 * hundred thousand times has as many ancestors, so this is a list of work and no recursion.
 */
export class Settler {
  /** How many deliveries have been ended, or repeated. */
  settled = 0;
  private readonly work: Delivery[] = [];
  private busy = false;

  settle(delivery: Delivery): void {
    if (this.busy) {
      this.work.push(delivery);
      return;
    }
    this.busy = true;
    try {
      let next: Delivery | undefined = delivery;
      while (next !== undefined) {
        this.settled += 1;
        next.finish();
        next = this.work.pop();
      }
    } finally {
      this.busy = false;
    }
  }
}
