import { type BatchData, MillraceError, type Outcome, type SendOptions, type SourceStream } from "@millrace/api";
import { Deque } from "../channel/deque.ts";
import type { NodeState } from "../run/node-state.ts";
import type { Shipment, ShipmentEnd } from "./shipment.ts";

/** A batch of a stream that is not settled, or behind one that is not. */
class StreamEntry implements ShipmentEnd {
  readonly place: number;
  private readonly stream: PositionedStream;
  settled = false;

  constructor(stream: PositionedStream, place: number) {
    this.stream = stream;
    this.place = place;
  }

  ended(shipment: Shipment, outcome: Outcome): void {
    this.stream.entryEnded(this, shipment, outcome);
  }
}

/** One ordered stream of a source. Its position is the place of the last batch before the first that is not settled. */
export class PositionedStream<D extends BatchData = BatchData> implements SourceStream<D> {
  readonly id: string;
  position: number | undefined = undefined;
  private readonly node: NodeState;
  private readonly moved: ((position: number) => void) | undefined;
  private readonly entries: Deque<StreamEntry> = new Deque();
  private lastPlace: number = Number.NEGATIVE_INFINITY;

  constructor(node: NodeState, id: string, moved: ((position: number) => void) | undefined) {
    this.node = node;
    this.id = id;
    this.moved = moved;
  }

  send(data: D, place: number, options?: Pick<SendOptions, "settled">): void | Promise<void> {
    if (!(place >= this.lastPlace)) {
      throw new MillraceError("MILLRACE_RUN_PLACE", `node '${this.node.id}' sent place ${place} of stream '${this.id}' after place ${this.lastPlace}`, {
        hint: "the places of a stream never fall",
      });
    }
    this.lastPlace = place;
    const entry = new StreamEntry(this, place);
    this.entries.push(entry);
    return this.node.sender.sendFrom(data, { stream: this.id, place }, options?.settled, entry);
  }

  entryEnded(entry: StreamEntry, shipment: Shipment, outcome: Outcome): void {
    if (outcome.state === "lost") this.node.lostAtSource(shipment, outcome.cause, () => this.settle(entry));
    else this.settle(entry);
  }

  private settle(entry: StreamEntry): void {
    entry.settled = true;
    let place: number | undefined;
    for (let first = this.entries.peek(); first?.settled; first = this.entries.peek()) {
      place = first.place;
      this.entries.shift();
    }
    if (place === undefined || place === this.position) return;
    this.position = place;
    if (this.moved !== undefined) this.node.guarded(() => this.moved?.(place));
  }
}
