import { type BatchData, type EdgeOutlet, MillraceError, type Outlet, type Outputs, type SendOptions, type SourceStream, type StreamPlace } from "@millrace/api";
import type { NodeState } from "../run/node-state.ts";
import { DONE, LOST } from "../settlement/answers.ts";
import { Delivery } from "../settlement/delivery.ts";
import { Shipment, type ShipmentEnd } from "../settlement/shipment.ts";
import { PositionedStream } from "../settlement/stream.ts";
import type { Channel, Waiting } from "./channel.ts";
import { divide, isWhole, type Part } from "./divide.ts";

/** Edges that a batch takes together: one alone, or several that compete for it. */
export interface Lane {
  readonly channels: readonly Channel[];
  /** The channel that is tried first next time. */
  turn: number;
}

/** A send that waits for room in some lanes. */
interface Wait {
  missing: number;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

const NO_PARENTS: readonly Delivery[] = [];

/** All ways out of a node. */
export class Sender implements Outputs {
  readonly lanes: Lane[] = [];
  readonly channels: Channel[] = [];
  edges: readonly EdgeOutlet[] = [];
  detached: Outlet & { readonly edges: readonly EdgeOutlet[] };
  /** Sends that wait for room: told when the run ends. */
  private readonly waits: Set<Wait> = new Set();
  private readonly node: NodeState;

  constructor(node: NodeState) {
    this.node = node;
    this.detached = { send: (data, options) => this.sendDetached(data, options, this.lanes), edges: [] };
  }

  /** Called once all channels are there. */
  connect(): void {
    const outlets = (send: (data: BatchData, options: SendOptions | undefined, lanes: readonly Lane[]) => void | Promise<void>): readonly EdgeOutlet[] =>
      this.channels.map((channel) => {
        const lanes: readonly Lane[] = [{ channels: [channel], turn: 0 }];
        return { to: channel.edge.to, port: channel.edge.spec.port, send: (data, options) => send(data, options, lanes) };
      });
    this.edges = outlets((data, options, lanes) => this.sendOpen(data, options, lanes));
    const edges = outlets((data, options, lanes) => this.sendDetached(data, options, lanes));
    this.detached = { send: (data, options) => this.sendDetached(data, options, this.lanes), edges };
  }

  send(data: BatchData, options?: SendOptions): void | Promise<void> {
    return this.sendOpen(data, options, this.lanes);
  }

  stream(id: string, moved?: (position: number) => void): SourceStream {
    return new PositionedStream(this.node, id, moved);
  }

  /** Sends what a source has read. */
  sendFrom(data: BatchData, origin: StreamPlace | undefined, settled: SendOptions["settled"], end: ShipmentEnd | undefined): void | Promise<void> {
    return this.sendShipment(data, NO_PARENTS, undefined, origin, settled, end, this.lanes);
  }

  /** The run is over: nobody waits for room any more. */
  release(): void {
    for (const wait of this.waits) wait.resolve();
    this.waits.clear();
  }

  // ------------------------------------------------------------------------------------------------------- parents

  private sendOpen(data: BatchData, options: SendOptions | undefined, lanes: readonly Lane[]): void | Promise<void> {
    const origin = options?.origin;
    const parents = origin === undefined ? this.node.openBatches() : [this.checkedOrigin(origin.batch, data, origin.records)];
    return this.sendShipment(data, parents, origin, originOf(parents), options?.settled, undefined, lanes);
  }

  private sendDetached(data: BatchData, options: SendOptions | undefined, lanes: readonly Lane[]): void | Promise<void> {
    return this.sendShipment(data, NO_PARENTS, undefined, undefined, options?.settled, undefined, lanes);
  }

  private checkedOrigin(batch: unknown, data: BatchData, slots: ArrayLike<number> | undefined): Delivery {
    const refuse = (what: string, hint: string): never => {
      throw new MillraceError("MILLRACE_RUN_ORIGIN", `node '${this.node.id}' ${what}`, { hint });
    };
    if (!(batch instanceof Delivery) || batch.channel.reader !== this.node || !batch.open) {
      return refuse("sent from a batch that it has let go, or that is none of its own", "hold a batch before asking the input for the next one");
    }
    const count = slots === undefined ? Math.min(data.records, batch.records) : slots.length;
    if (count !== data.records) return refuse(`sent ${data.records} records with ${count} indexes of where they stem from`, "give one index for each record sent");
    if (slots !== undefined) {
      for (let i = 0; i < count; i++) {
        const slot = slots[i] as number;
        if (!Number.isInteger(slot) || slot < 0 || slot >= batch.records) {
          return refuse(`sent a record that stems from record ${slot} of a batch of ${batch.records}`, "indexes count from 0");
        }
      }
    }
    return batch;
  }

  // ------------------------------------------------------------------------------------------------------- sending

  private sendShipment(
    sent: BatchData, parents: readonly Delivery[], slots: SendOptions["origin"], origin: StreamPlace | undefined,
    settled: SendOptions["settled"], end: ShipmentEnd | undefined, lanes: readonly Lane[],
  ): void | Promise<void> {
    const { node } = this;
    const data = node.unwrap(sent);
    const own = node.account;
    const account = own ?? parents[0]?.shipment.account;
    const shipment = new Shipment(node, data, parents, slots !== undefined, slots?.records, origin, account, own !== undefined, settled, end);
    const closed = node.sendingClosed();
    if (closed !== undefined) {
      own?.charge(data.records, data.bytes);
      if (own !== undefined) own.batches += 1;
      shipment.answer(LOST, closed);
      shipment.sent();
      throw closed;
    }
    if (own !== undefined && !own.take(data)) return this.sendOnCredit(shipment, lanes);
    return this.dispatch(shipment, lanes) ?? (node.isSource ? node.pace.turn() : undefined);
  }

  private sendOnCredit(shipment: Shipment, lanes: readonly Lane[]): Promise<void> {
    const { node } = this;
    const since = node.clock.monotonic();
    return new Promise<void>((resolve, reject) => {
      node.account?.wait(shipment.data, () => {
        node.counters.blockedMs += node.clock.monotonic() - since;
        const closed = node.sendingClosed();
        if (closed === undefined) {
          const full = this.dispatch(shipment, lanes);
          if (full === undefined) resolve();
          else full.then(resolve, reject);
          return;
        }
        shipment.answer(LOST, closed);
        shipment.sent();
        resolve();
      });
    });
  }

  private dispatch(shipment: Shipment, lanes: readonly Lane[]): void | Promise<void> {
    const { data } = shipment;
    let wait: Wait | undefined;
    let routed = false;
    if (data.records > 0) {
      const whole = isWhole(data);
      for (const lane of lanes) {
        const { channels } = lane;
        const first = channels[0] as Channel;
        const takers = channels.length === 1 ? (takes(first, data) ? channels : undefined) : takersOf(channels, data);
        if (takers === undefined) continue;
        routed = true;
        if (whole) wait = this.place(shipment, { data, offset: 0 }, lane, takers, wait);
        else for (const part of divide(data, first.edge.kind)) wait = this.place(shipment, part, lane, takers, wait);
      }
    }
    if (!routed) {
      shipment.answer(DONE, undefined);
      if (data.records > 0) this.node.counters.unrouted += 1;
    }
    shipment.sent();
    return wait === undefined ? undefined : this.waitFor(wait);
  }

  /** Puts a part into a channel of the lane, or among those who wait for room in it. */
  private place(shipment: Shipment, part: Part, lane: Lane, takers: readonly Channel[], wait: Wait | undefined): Wait | undefined {
    shipment.deliveryMade();
    const { records, bytes } = part.data;
    const line = (takers[0] as Channel).waiting;
    if (line.length === 0 || takers.length < lane.channels.length) {
      for (let i = 0; i < takers.length; i++) {
        const channel = takers[(lane.turn + i) % takers.length] as Channel;
        if (takers.length > 1 && channel.deadBy !== undefined && takers.some((other) => other.deadBy === undefined)) continue;
        if (!channel.hasRoom(records, bytes)) continue;
        if (takers.length > 1) lane.turn = (lane.turn + i + 1) % takers.length;
        channel.push(new Delivery(part.data, 1, shipment, channel, part.offset));
        return wait;
      }
    }
    const waited = wait ?? newWait();
    waited.missing += 1;
    const waiting: Waiting = {
      deliver: (channel) => new Delivery(part.data, 1, shipment, channel, part.offset),
      fits: (channel) => takers.includes(channel) && channel.hasRoom(records, bytes),
      admitted: () => {
        waited.missing -= 1;
        if (waited.missing === 0) waited.resolve();
      },
    };
    line.push(waiting);
    return waited;
  }

  private async waitFor(wait: Wait): Promise<void> {
    if (wait.missing === 0) return;
    const { node } = this;
    const since = node.clock.monotonic();
    this.waits.add(wait);
    await wait.promise;
    this.waits.delete(wait);
    node.counters.blockedMs += node.clock.monotonic() - since;
  }
}

function takes(channel: Channel, data: BatchData): boolean {
  const test = channel.edge.takes as ((data: BatchData) => boolean) | undefined;
  return test === undefined || test(data);
}

function takersOf(channels: readonly Channel[], data: BatchData): readonly Channel[] | undefined {
  const takers = channels.filter((channel) => takes(channel, data));
  return takers.length === 0 ? undefined : takers;
}

/** The place that all parents share. */
function originOf(parents: readonly Delivery[]): StreamPlace | undefined {
  const first = parents[0]?.origin;
  for (let i = 1; i < parents.length; i++) if (parents[i]?.origin !== first) return undefined;
  return first;
}

function newWait(): Wait {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => { resolve = done; });
  return { missing: 0, promise, resolve };
}
