import { type Batch, type Input, MillraceError } from "@millrace/api";
import type { NodeState } from "../run/node-state.ts";
import type { Delivery } from "../settlement/delivery.ts";
import type { Channel } from "./channel.ts";

/** Reads all edges that lead to a node, in turn. */
export class MergedInput implements Input {
  readonly channels: Channel[] = [];
  current: Delivery | undefined = undefined;
  private readonly node: NodeState;
  private next_ = 0;
  private waiter: ((batch: Batch | undefined) => void) | undefined = undefined;
  private idleSince = 0;
  /** Whether the node has been told that nothing more comes. */
  private ended = false;

  constructor(node: NodeState) {
    this.node = node;
  }

  /** Whether the node waits for a batch and none is there. */
  get idle(): boolean {
    return this.waiter !== undefined;
  }

  /** Whether the node has nothing to read now, or will have nothing ever again. */
  get resting(): boolean {
    return this.idle || this.ended;
  }

  next(): Batch | undefined | Promise<Batch | undefined> {
    if (this.waiter !== undefined) {
      throw new MillraceError("MILLRACE_RUN_NEXT_TWICE", `node '${this.node.id}' asked its input for a batch while an earlier call was still waiting`, {
        hint: "await the promise of next() before calling it again",
      });
    }
    this.closeCurrent();
    const turn = this.node.pace.turn();
    return turn === undefined ? this.nextNow() : turn.then(() => this.nextNow());
  }

  private nextNow(): Batch | undefined | Promise<Batch | undefined> {
    const delivery = this.take();
    if (delivery !== undefined) return delivery;
    if (this.node.inputHasEnded()) return this.over();
    return new Promise((resolve) => {
      this.waiter = resolve;
      this.idleSince = this.node.clock.monotonic();
      this.node.becameIdle();
    });
  }

  /** Something has come, or nothing more will. */
  wake(): void {
    const { waiter } = this;
    if (waiter === undefined) return;
    const delivery = this.take();
    if (delivery === undefined && !this.node.inputHasEnded()) return;
    this.waiter = undefined;
    this.node.counters.idleMs += this.node.clock.monotonic() - this.idleSince;
    this.node.becameBusy();
    waiter(delivery ?? this.over());
  }

  closeCurrent(): void {
    const { current } = this;
    if (current === undefined) return;
    this.current = undefined;
    current.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    const result = (batch: Batch | undefined): IteratorResult<Batch> =>
      batch === undefined ? { done: true, value: undefined } : { done: false, value: batch };
    return {
      next: async () => {
        const next = this.next();
        return result(next instanceof Promise ? await next : next);
      },
    };
  }

  /** From now on there is nothing more to read, whatever is asked for again. */
  private over(): undefined {
    this.node.inputOver = true;
    if (this.ended) return undefined;
    this.ended = true;
    this.node.becameIdle();
    return undefined;
  }

  private take(): Delivery | undefined {
    const { channels } = this;
    for (let i = 0; i < channels.length; i++) {
      const channel = channels[this.next_] as Channel;
      this.next_ = this.next_ + 1 === channels.length ? 0 : this.next_ + 1;
      if (channel.batches === 0) continue;
      const delivery = channel.shift() as Delivery;
      this.current = delivery;
      this.node.received(delivery);
      return delivery;
    }
    return undefined;
  }
}
