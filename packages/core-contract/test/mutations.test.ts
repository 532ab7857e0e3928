/**
 * A simulator that finds nothing may be one that sees nothing. Each test here breaks one rule in the runtime's own code and
 * expects the simulator to notice within some seeds, in which it finds nothing otherwise (simulator.test.ts plays them). The code
 * is reached by its path: the package exports none of it.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Channel } from "../../core/src/channel/channel.ts";
import { MergedInput } from "../../core/src/channel/merged-input.ts";
import { Sender } from "../../core/src/channel/sender.ts";
import { IdleWatch } from "../../core/src/run/idle-watch.ts";
import { NodeState } from "../../core/src/run/node-state.ts";
import { CreditAccount } from "../../core/src/settlement/credit.ts";
import { Delivery } from "../../core/src/settlement/delivery.ts";
import { PositionedStream } from "../../core/src/settlement/stream.ts";
import { simulate } from "../src/index.ts";

/** The most seeds that may pass before a mistake is noticed. */
const SEEDS = 60;

afterEach(() => vi.restoreAllMocks());

async function firstViolation(): Promise<string> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violations } = await simulate(seed);
    if (violations[0] !== undefined) return violations[0];
  }
  return `nothing in ${SEEDS} seeds`;
}

/** Replaces a method that may be private. */
function replace<T extends object>(
  target: T,
  method: string,
  by: (original: (...args: unknown[]) => unknown) => (this: never, ...args: never[]) => unknown,
): void {
  const methods = target as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[method];
  if (original === undefined) throw new Error(`there is no method ${method} to break`);
  vi.spyOn(methods, method).mockImplementation(by(original) as never);
}

describe("the simulator notices", () => {
  it("a batch that is acknowledged while it is held", async () => {
    replace(Delivery.prototype, "hold", () => () => ({
      release: () => undefined,
      refuse: () => undefined,
      refuseEach: () => undefined,
      fail: () => undefined,
    }));
    expect(await firstViolation()).toMatch(/acknowledged before it was written|let go/);
  });

  it("a batch that is acknowledged before what was sent from it", async () => {
    replace(
      Sender.prototype,
      "sendOpen",
      () =>
        function (this: Sender, ...args: Parameters<Sender["send"]>) {
          return this.detached.send(...args);
        } as never,
    );
    expect(await firstViolation()).toContain("was acknowledged before it was written");
  });

  it("parents that are forgotten when there are several", async () => {
    replace(
      NodeState.prototype,
      "openBatches",
      (original) =>
        function (this: NodeState) {
          return (original.call(this) as Delivery[]).slice(0, 1);
        },
    );
    expect(await firstViolation()).toContain("was acknowledged before it was written");
  });

  it("a position that does not wait for the first batch that is not settled", async () => {
    replace(
      PositionedStream.prototype,
      "settle",
      () =>
        function (this: { moved: (place: number) => void }, entry: { place: number }) {
          this.moved(entry.place);
        } as never,
    );
    expect(await firstViolation()).toMatch(/the position (passed|went)/);
  });

  it("a loss that is taken for a success", async () => {
    replace(Delivery.prototype, "lose", () => () => undefined);
    expect(await firstViolation()).toMatch(/acknowledged before|never written/);
  });

  it("a retry that is forgotten", async () => {
    replace(Channel.prototype, "redeliver", () => () => undefined);
    expect(await firstViolation()).toMatch(/waits for ever|did not end in time|never settled|in flight/);
  });

  it("credit that is given without end", async () => {
    replace(CreditAccount.prototype, "take", () => () => true);
    expect(await firstViolation()).toContain("in flight with a credit of");
  });

  it("a channel without bounds", async () => {
    replace(Channel.prototype, "hasRoom", () => () => true);
    expect(await firstViolation()).toMatch(/records wait for .*, which has room for/);
  });

  it("somebody who waits for room and is not let in", async () => {
    replace(Channel.prototype, "admit", () => () => undefined);
    expect(await firstViolation()).toMatch(/waits for ever|did not end in time|in flight/);
  });

  it("holders that are never told to flush", async () => {
    replace(IdleWatch.prototype, "flushAll", () => () => undefined);
    expect(await firstViolation()).toMatch(/waits for ever|did not end in time|no end after|never settled|in flight|passed/);
  });

  it("an input that ends while batches are on their way", async () => {
    replace(
      NodeState.prototype,
      "inputHasEnded",
      () =>
        function (this: NodeState) {
          return this.inputOver || this.openSenders === 0;
        } as never,
    );
    expect(await firstViolation()).not.toContain("nothing in");
  });

  it("batches that overtake each other", async () => {
    replace(MergedInput.prototype, "take", (original) => {
      let swapped: unknown;
      return function (this: MergedInput) {
        const next = original.call(this);
        if (swapped === undefined && next !== undefined) {
          const after = original.call(this);
          if (after !== undefined) {
            swapped = next;
            (this as { current: unknown }).current = after;
            return after;
          }
        } else if (swapped !== undefined && (swapped as Delivery).channel.reader.input === this) {
          const held = swapped as Delivery;
          swapped = undefined;
          if (next === undefined) {
            (this as { current: unknown }).current = held;
            return held;
          }
        }
        return next;
      };
    });
    expect(await firstViolation()).not.toContain("nothing in");
  });
});
