import type { Batch, Hold, RefusedStatus, Status } from "@millrace/api";
import { type Reader, readAll, type Stage, sendByTag, stemmingFrom, type Writer } from "./behaviour.ts";
import { type Item, type ItemBatch, itemBatch } from "./item.ts";
import { Injected } from "./ledger.ts";
import { chosenEdge, madeOf } from "./world.ts";

/** Passes on what it makes of each record: all of it, a part, several, or a record that goes round again. */
export function maker(stage: Stage) {
  return {
    run: (input: Reader, outputs: Writer): Promise<void> =>
      readAll(stage, input, async (batch) => {
        const made: Item[] = [];
        const slots: number[] = [];
        batch.data.items.forEach((item, index) => {
          for (const one of madeOf(stage.node, item)) {
            made.push(one);
            slots.push(index);
          }
        });
        await sendByTag(stage, made, (data, indexes) =>
          outputs.send(
            data,
            stemmingFrom(
              stage,
              batch,
              indexes.map((index) => slots[index] as number),
            ),
          ),
        );
      }),
  };
}

/** Sends each record on one edge of its choice. */
export function chooser(stage: Stage) {
  return {
    run: (input: Reader, outputs: Writer): Promise<void> =>
      readAll(stage, input, async (batch) => {
        for (const [index, item] of batch.data.items.entries()) {
          const chosen = chosenEdge(stage.world.edgesOf(stage.node.id), item);
          const edge = outputs.edges.find((outlet) => outlet.to === chosen?.to);
          await edge?.send(itemBatch([item], item.tag, stage.ledger.nextSequence(), stage.bytesEach), stemmingFrom(stage, batch, [index]));
        }
      }),
  };
}

/** Holds several batches, and sends what they had together: when there are enough, after a while, when told to, or at the end. */
export function buffer(stage: Stage) {
  const { node, ctx, random } = stage;
  return {
    async run(input: Reader, outputs: Writer): Promise<void> {
      let items: Item[] = [];
      let holds: Hold[] = [];
      let sending = Promise.resolve();
      const flush = (): Promise<void> => {
        const [nowItems, nowHolds] = [items, holds];
        items = [];
        holds = [];
        if (nowHolds.length === 0) return sending;
        // All parents are open while the sends are made; afterwards each waits for its children alone.
        const sent = sendByTag(stage, nowItems, (data) => outputs.send(data)).finally(() => {
          for (const hold of nowHolds) hold.release();
        });
        sending = Promise.all([sending, sent]).then(() => undefined);
        return sending;
      };
      const flushed = (): void => void flush().catch(() => undefined);
      ctx.onFlush(flushed);
      const timer = random.chance(0.3) ? ctx.clock.every(random.between(5, 80), flushed) : undefined;
      try {
        await readAll(stage, input, async (batch) => {
          items.push(...batch.data.items);
          holds.push(batch.hold());
          if (holds.length >= node.size) await flush();
        });
        await flush();
      } finally {
        timer?.cancel();
      }
    },
  };
}

/** Accepts at once, and sends a summary of its own now and then. */
export function aggregate(stage: Stage) {
  const { node, ctx, world, ledger } = stage;
  return {
    async run(input: Reader, outputs: Writer): Promise<void> {
      let since = 0;
      const timer = ctx.clock.every(30, () => void summarise().catch(() => undefined));
      const summarise = async (): Promise<void> => {
        if (since === 0) return;
        since = 0;
        const summary: Item = { root: "summary", id: `${node.id}#${ledger.nextSequence()}`, tag: 0, hops: 3 };
        const data = itemBatch([summary], 0, ledger.nextSequence(), stage.bytesEach);
        await outputs.detached.send(data, {
          settled: ledger.expectSettled(
            node.id,
            [summary],
            (item) => world.coveredWhenSent(node.id, item),
            () => undefined,
          ),
        });
      };
      try {
        await readAll(stage, input, (batch) => {
          since += batch.data.records;
          if (!ledger.dead) for (const item of batch.data.items) world.keep(node.id, item);
        });
        await summarise();
      } finally {
        timer.cancel();
      }
    },
  };
}

/** How often a durable node sends again at once what was lost, in one life. */
const MOST_LOSSES = 200;

/** Persists what it receives, and hands it on from there, again after a loss and after a restart. */
export function durable(stage: Stage) {
  const { node, world, ledger, ctx } = stage;
  return {
    async run(input: Reader, outputs: Writer): Promise<void> {
      const underWay = new Set<string>();
      const store = (): Map<string, Item> => world.stores.get(node.id) ?? new Map<string, Item>();
      let progress: () => void = () => undefined;
      let losses = 0;
      const pump = async (): Promise<void> => {
        const items = [...store().values()].filter((item) => !underWay.has(item.id));
        for (const item of items) underWay.add(item.id);
        await sendByTag(stage, items, (data) =>
          outputs.detached.send(data, {
            settled: ledger.expectSettled(
              node.id,
              data.items,
              (item) => world.coveredWhenSent(node.id, item),
              (outcome, statuses) => {
                data.items.forEach((item, index) => {
                  underWay.delete(item.id);
                  if (outcome.state === "lost") return;
                  if (statuses[index] !== "done") world.excused.add(item.root);
                  store().delete(item.id);
                });
                progress();
                if (outcome.state === "lost" && losses++ < MOST_LOSSES && !ctx.signal.aborted) queueMicrotask(() => void pump().catch(() => undefined));
              },
            ),
          }),
        );
      };
      await pump();
      await readAll(stage, input, async (batch) => {
        if (!ledger.dead) for (const item of batch.data.items) world.persist(node.id, item);
        await pump();
      });
      // What was lost is tried a few times more; what is left then is sent after the next start.
      for (let round = 0; round < 50 && store().size > 0 && !ctx.signal.aborted; round++) {
        await pump();
        if (underWay.size > 0)
          await Promise.race([
            new Promise<void>((resolve) => {
              progress = resolve;
            }),
            ctx.clock.sleep(10_000, ctx.signal),
          ]);
      }
    },
  };
}

/** Asks on its own account about each record, and answers each by itself. It may lose its patience. */
export function asker(stage: Stage) {
  const { node, world, ledger, random, ctx } = stage;
  const patience = random.chance(0.5) ? random.between(5, 60) : undefined;
  return {
    async run(input: Reader, outputs: Writer): Promise<void> {
      const open = new Set<Promise<void>>();
      await readAll(stage, input, async (batch: Batch<ItemBatch>) => {
        const answers = new Map<Status, number[]>();
        const hold = batch.hold();
        let missing = batch.data.items.length;
        let answered: () => void = () => undefined;
        const all = new Promise<void>((resolve) => {
          answered = resolve;
        });
        open.add(all);
        void all.then(() => open.delete(all));
        const answer = (index: number, status: Status): void => {
          const known = answers.get(status);
          if (known) known.push(index);
          else answers.set(status, [index]);
          missing -= 1;
          if (missing > 0) return;
          const refused = [...answers].filter(([given]) => given !== "done");
          hold.refuseEach(
            refused.map(([given, records]) => ({ status: given as RefusedStatus, records, cause: new Injected(`${node.id} was told ${given}`) })),
          );
          answered();
        };
        for (const [index, item] of batch.data.items.entries()) {
          let first = true;
          const once = (status: Status): void => {
            if (first) answer(index, status);
            first = false;
          };
          if (patience !== undefined) ctx.clock.after(patience, () => once("timed-out"));
          const data = itemBatch([item], item.tag, ledger.nextSequence(), stage.bytesEach);
          try {
            await outputs.detached.send(data, {
              settled: ledger.expectSettled(
                node.id,
                [item],
                (sent) => world.coveredWhenSent(node.id, sent),
                (_outcome, statuses) => once(statuses[0] as Status),
              ),
            });
          } catch {
            // The run is over: `settled` has said so.
          }
        }
      });
      while (open.size > 0) await Promise.all(open);
    },
  };
}
