import type { Hold, Outcome } from "@millrace/api";
import { breakDown, type Reader, readAll, type Stage, type Writer } from "./behaviour.ts";
import { type Item, type ItemBatch, itemBatch } from "./item.ts";
import { hash } from "./random.ts";

/** The records of one place of a stream: the same at every start. */
export function itemsAt(source: string, stream: number, place: number): readonly Item[] {
  const count = 1 + (hash(`${source} ${stream} ${place}`) % 5);
  return Array.from({ length: count }, (_, index): Item => {
    const id = `${source}/${stream}/${place}/${index}`;
    return { root: id, id, tag: hash(`${source} ${stream} ${place} tag`) % 3, hops: 0 };
  });
}

/** A source with positions: starts behind what is settled. */
export function streamSource(stage: Stage) {
  const { node, world, ledger, random, ctx } = stage;
  return {
    async run(_input: Reader, outputs: Writer): Promise<void> {
      const streams = Array.from({ length: node.streams }, (_, number) => {
        const key = `${node.id}/${number}`;
        const places: { place: number; outcome: Outcome | undefined }[] = [];
        const stream = outputs.stream(String(number), (position) => {
          if (ledger.dead) return;
          ledger.say(() => `${key} moved to ${position}`);
          const before = world.positions.get(key) ?? 0;
          if (position <= before) ledger.violated(`${key}: the position went from ${before} to ${position}`);
          for (const entry of places) if (entry.place <= position) checkPassed(stage, number, entry);
          world.positions.set(key, position);
        });
        return { number, stream, places, next: (world.positions.get(key) ?? 0) + 1 };
      });
      for (let sent = 1; !ctx.draining.aborted; sent++) {
        const open = streams.filter((one) => one.next <= node.batches);
        if (open.length === 0) return;
        if (stage.fault !== undefined && stage.fault.kind !== "quit" && sent >= stage.fault.after) await breakDown(stage.fault.kind, node.id);
        const one = random.pick(open);
        const place = one.next++;
        const items = itemsAt(node.id, one.number, place);
        const entry: { place: number; outcome: Outcome | undefined } = { place, outcome: undefined };
        one.places.push(entry);
        const data = itemBatch(items, (items[0] as Item).tag, ledger.nextSequence(), stage.bytesEach);
        ledger.say(() => `${node.id} sends ${items.map((item) => item.id).join(",")}`);
        await one.stream.send(data, place, {
          settled: ledger.expectSettled(
            node.id,
            items,
            (item) => world.coveredWhenSent(node.id, item),
            (outcome) => {
              entry.outcome = outcome;
            },
          ),
        });
        if (random.chance(node.dawdles)) await ctx.clock.sleep(random.between(1, 50), ctx.draining);
      }
    },
  };
}

/** A position may pass what is done, what was refused, and what was lost in the middle of a run if the policy says so. */
function checkPassed(
  { node, ledger, world }: Stage,
  stream: number,
  { place, outcome }: { readonly place: number; readonly outcome: Outcome | undefined },
): void {
  const where = `${node.id}/${stream}: the position passed place ${place}`;
  if (outcome === undefined) ledger.violated(`${where}, which was not settled`);
  if (outcome === undefined || outcome.state === "done") return;
  if (outcome.state === "lost") {
    if (!ledger.caused(outcome.cause)) ledger.violated(`${where}, which was lost because the run ended: ${String(outcome.cause)}`);
    if (node.onLost === "stop") ledger.violated(`${where}, which was lost, although the policy is 'stop'`);
    if (node.onLost === "dead-letter" && !world.letters.has(`${node.id}/${stream}/${place}`))
      ledger.violated(`${where}, which was lost, before its dead letter was written`);
  }
  for (const item of itemsAt(node.id, stream, place)) world.excused.add(item.root);
}

/** A source whose clients wait for answers, and ask again after a restart. */
export function askingSource(stage: Stage) {
  const { node, world, ledger, random, ctx } = stage;
  return {
    async run(_input: Reader, outputs: Writer): Promise<void> {
      let sent = 0;
      for (let place = 1; place <= node.batches && !ctx.draining.aborted; place++) {
        const items = itemsAt(node.id, 0, place).filter((item) => !world.answered.has(item.root));
        if (items.length === 0) continue;
        sent += 1;
        if (stage.fault !== undefined && stage.fault.kind !== "quit" && sent >= stage.fault.after) await breakDown(stage.fault.kind, node.id);
        const data = itemBatch(items, (items[0] as Item).tag, ledger.nextSequence(), stage.bytesEach);
        await outputs.detached.send(data, {
          settled: ledger.expectSettled(
            node.id,
            items,
            (item) => world.coveredWhenSent(node.id, item),
            (outcome, statuses) => {
              items.forEach((item, index) => {
                // A client asks again after a restart, but hears of a loss as of any other answer.
                if (outcome.state === "lost" && statuses[index] !== "done" && !ledger.caused(outcome.cause)) return;
                if (statuses[index] !== "done") world.excused.add(item.root);
                world.answered.add(item.root);
              });
            },
          ),
        });
        if (random.chance(node.dawdles)) await ctx.clock.sleep(random.between(1, 50), ctx.draining);
      }
    },
  };
}

/** Writes each batch when it comes. */
export function sink(stage: Stage) {
  return { run: (input: Reader): Promise<void> => readAll(stage, input, (batch) => write(stage, batch.data.items)) };
}

/** Gathers batches, writes them together, and lets them go then. */
export function holdingSink(stage: Stage) {
  const { node, ctx, random } = stage;
  return {
    async run(input: Reader): Promise<void> {
      let pending: { readonly items: ItemBatch["items"]; readonly hold: Hold }[] = [];
      const flush = (): void => {
        const now = pending;
        pending = [];
        for (const { items, hold } of now) {
          write(stage, items);
          hold.release();
        }
      };
      ctx.onFlush(() => ctx.clock.after(random.between(0, 10), flush));
      const timer = random.chance(0.5) ? ctx.clock.every(random.between(20, 200), flush) : undefined;
      try {
        await readAll(stage, input, (batch) => {
          pending.push({ items: batch.data.items, hold: batch.hold() });
          if (pending.length >= node.size) flush();
        });
        flush();
      } finally {
        timer?.cancel();
      }
    },
  };
}

function write({ node, world, ledger }: Stage, items: readonly Item[]): void {
  if (ledger.dead) return;
  for (const item of items) world.keep(node.id, item);
}
