import { type Clock, type Logger, MillraceError } from "@millrace/api";
import type { Host } from "../host.ts";
import type { Shipment } from "../settlement/shipment.ts";
import { appendDeadLetter } from "./dead-letter.ts";
import { messageOf, placeOf } from "./errors.ts";
import type { NodeState } from "./node-state.ts";
import type { DeadLetter, RunOptions } from "./options.ts";

/** How long lost batches of a source are gathered before they are named again, in milliseconds. */
const WARN_EVERY_MS = 1000;

/** Does with a batch that was lost what its source asks for: goes on, sets it aside and goes on, or ends the run. */
export class LostAtSource {
  /** Dead letters that are being written. */
  writing = 0;
  private readonly host: Host;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly writer: RunOptions["deadLetter"];
  private readonly fail: (error: MillraceError) => void;
  private readonly written: () => void;
  private readonly warned: Map<NodeState, { at: number; silent: number }> = new Map();

  /** `fail` ends the run; `written` is called when a dead letter has been written, or could not be. */
  constructor(host: Host, writer: RunOptions["deadLetter"], fail: (error: MillraceError) => void, written: () => void) {
    this.host = host;
    this.clock = host.clock;
    this.log = host.logger("pipeline");
    this.writer = writer;
    this.fail = fail;
    this.written = written;
  }

  handle(node: NodeState, shipment: Shipment, cause: unknown, advance: () => void): void {
    const what = `${describe(shipment)} of node '${node.id}' lost: ${messageOf(cause)}`;
    if (node.onLost === "stop") {
      this.fail(
        new MillraceError("MILLRACE_RUN_LOST", what, {
          cause,
          hint: "the policy of this source for what is lost is 'stop'; 'advance' and 'dead-letter' go on",
          ...placeOf(node),
        }),
      );
    } else if (node.onLost === "advance") {
      this.warn(node, what);
      advance();
    } else this.setAside(node, shipment, cause, what, advance);
  }

  private setAside(node: NodeState, shipment: Shipment, cause: unknown, what: string, advance: () => void): void {
    const { origin, data } = shipment;
    const letter: DeadLetter = {
      time: this.clock.now(),
      source: node.id,
      stream: origin?.stream,
      place: origin?.place,
      records: data.records,
      bytes: data.bytes,
      cause,
      data,
    };
    const ended = (): void => {
      this.writing -= 1;
      this.written();
    };
    this.writing += 1;
    this.write(node, letter).then(
      () => {
        this.warn(node, `${what} (set aside as a dead letter)`);
        advance();
        ended();
      },
      (failure: unknown) => {
        this.fail(
          new MillraceError("MILLRACE_RUN_DEAD_LETTER", `${what}; the dead letter could not be written: ${messageOf(failure)}`, {
            cause: failure,
            ...placeOf(node),
          }),
        );
        ended();
      },
    );
  }

  private async write(node: NodeState, letter: DeadLetter): Promise<void> {
    if (this.writer !== undefined) await this.writer(letter);
    else await appendDeadLetter(await this.host.stateDirectory(node.id), letter);
  }

  /** Names what was lost, not more often than once a second for each source. */
  private warn(node: NodeState, what: string): void {
    const now = this.clock.monotonic();
    const last = this.warned.get(node);
    if (last !== undefined && now - last.at < WARN_EVERY_MS) {
      last.silent += 1;
      return;
    }
    const more = last === undefined || last.silent === 0 ? "" : ` (and ${last.silent} more batches before it)`;
    this.warned.set(node, { at: now, silent: 0 });
    this.log.warn(`${what}${more}`);
  }
}

function describe(shipment: Shipment): string {
  const { origin, data } = shipment;
  const where = origin === undefined ? "" : ` at place ${origin.place} of stream '${origin.stream}'`;
  return `${data.records} ${data.records === 1 ? "record" : "records"}${where}`;
}
