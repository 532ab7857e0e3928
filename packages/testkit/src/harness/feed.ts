import { type BatchData, defineNode, type OnLost, type Outcome, type Plugin, type Status } from "@millrace/api";
import { within } from "./deadline.ts";
import { Queue } from "./queue.ts";

/** How a batch that was fed ended. */
export interface Ended {
  readonly outcome: Outcome;
  /** An answer for each record. */
  readonly statuses: readonly Status[];
}

/** A batch that was fed to the plugin under test. */
export class Fed<D extends BatchData = BatchData> {
  readonly data: D;
  /** How it ended; `undefined` as long as it has not. */
  ended: Ended | undefined;
  private readonly promise: Promise<Ended>;
  private resolve: (ended: Ended) => void = () => undefined;
  private readonly deadlineMs: number;

  constructor(data: D, deadlineMs: number) {
    this.data = data;
    this.deadlineMs = deadlineMs;
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** Waits until it is known how it ended. */
  async settled(): Promise<Ended> {
    return within(this.deadlineMs, "a batch to be settled", this.promise);
  }

  /** Told by the source. */
  end(ended: Ended): void {
    this.ended = ended;
    this.resolve(ended);
  }
}

/** The source upstream of the plugin under test: it sends what the test feeds. */
export class Feed {
  readonly fed: Fed[] = [];
  /** How many of them the channel has taken. */
  taken = 0;
  /** How many of them are settled without a gap. */
  position = 0;
  private readonly queue = new Queue<Fed>();

  put(fed: Fed): void {
    this.fed.push(fed);
    this.queue.put(fed);
  }

  end(): void {
    this.queue.close();
  }

  /** The source as a plugin. */
  plugin(kind: string, onLost: OnLost): Plugin {
    return defineNode({
      name: "testkit.source",
      description: "Sends what a test feeds",
      channels: { in: [], out: [kind] },
      onLost,
      create: (_options, ctx) => ({
        run: async (_input, outputs) => {
          ctx.draining.addEventListener("abort", () => this.end(), { once: true });
          if (ctx.draining.aborted) this.end();
          const stream = outputs.stream("input", (position) => {
            this.position = position;
          });
          for (let place = 1; ; place += 1) {
            const fed = await this.queue.take();
            if (fed === undefined || ctx.draining.aborted) return;
            await stream.send(fed.data, place, { settled: (outcome, statuses) => fed.end({ outcome, statuses }) });
            this.taken += 1;
          }
        },
      }),
    });
  }
}
