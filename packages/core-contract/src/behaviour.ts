import type { Batch, Input, Outputs, PluginContext, RefusedStatus, SendOptions } from "@millrace/api";
import { type Item, type ItemBatch, itemBatch } from "./item.ts";
import { Injected, type Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import type { SceneNode } from "./scene.ts";
import type { World } from "./world.ts";

/** What a node of a scene works with. */
export interface Stage {
  readonly node: SceneNode;
  readonly world: World;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly ctx: PluginContext;
  readonly bytesEach: number;
  /** Whether faults are still injected. The last life of a scene has none. */
  readonly calm: boolean;
  /** Batches that the node takes before it throws, never comes back, or returns although there is more to read. */
  readonly fault: { readonly kind: Fault; readonly after: number } | undefined;
}

export type Fault = "throw" | "stuck" | "quit";

export type Reader = Input<ItemBatch>;
export type Writer = Outputs<ItemBatch>;

const REFUSALS: readonly RefusedStatus[] = ["failed", "timed-out", "invalid", "unroutable", "throttled", "partial"];

/** Reads to the end of the input, with the trouble that the scene has for the node. What is left of a batch goes to `work`. */
export async function readAll(stage: Stage, input: Reader, work: (batch: Batch<ItemBatch>) => void | Promise<void>): Promise<void> {
  const { node, random, ledger } = stage;
  let count = 0;
  for await (const batch of input) {
    ledger.received(node.id, batch);
    count += 1;
    const broken = stage.fault !== undefined && count >= stage.fault.after ? stage.fault.kind : undefined;
    if (broken === "throw" || broken === "stuck") await breakDown(broken, node.id);
    if (random.chance(node.dawdles)) await stage.ctx.clock.sleep(random.between(1, 40));
    if (stage.calm || !trouble(stage, batch)) await work(batch);
    if (broken === "quit") {
      ledger.quit = true;
      return;
    }
  }
}

/** Throws, or never comes back. */
export async function breakDown(kind: "throw" | "stuck", node: string): Promise<void> {
  if (kind === "throw") throw new Injected(`${node} broke down`);
  await new Promise(() => undefined);
}

/** Answers a batch in place of work. Tells whether the batch is dealt with. */
function trouble({ node, random }: Stage, batch: Batch<ItemBatch>): boolean {
  if (batch.attempt <= 3 && random.chance(node.retries)) {
    batch.retry(random.pick([0, 1, 10, 300]));
    return true;
  }
  if (random.chance(node.loses)) {
    batch.fail(new Injected(`${node.id} lost a batch`));
    return true;
  }
  if (!random.chance(node.refuses)) return false;
  const status = random.pick(REFUSALS);
  const cause = new Injected(`${node.id} refused`);
  if (random.chance(0.5)) {
    batch.refuse(status, { cause });
    return random.chance(0.5);
  }
  batch.refuse(status, { cause, records: batch.data.items.keys().filter(() => random.chance(0.5)) });
  return false;
}

/** Sends records, a batch for each tag among them, in the order of their first. `originOf` gives the index of the record each stems from. */
export async function sendByTag(
  stage: Stage,
  items: readonly Item[],
  send: (batch: ItemBatch, indexes: readonly number[]) => void | Promise<void>,
): Promise<void> {
  const byTag = new Map<number, number[]>();
  items.forEach((item, index) => {
    const known = byTag.get(item.tag);
    if (known) known.push(index);
    else byTag.set(item.tag, [index]);
  });
  for (const [tag, indexes] of byTag) {
    const batch = itemBatch(
      indexes.map((index) => items[index] as Item),
      tag,
      stage.ledger.nextSequence(),
      stage.bytesEach,
    );
    stage.ledger.largest = Math.max(stage.ledger.largest, batch.records);
    stage.ledger.say(() => `${stage.node.id} sends ${batch.items.map((item) => item.id).join(",")}`);
    const full = send(batch, indexes);
    if (full !== undefined) await full;
  }
}

/** Options of a send that stems from one batch, with slots or without, as the scene has it. */
export function stemmingFrom(stage: Stage, batch: Batch<ItemBatch>, records: readonly number[]): SendOptions | undefined {
  return stage.node.slotted ? { origin: { batch, records } } : undefined;
}
