import type { Socket } from "node:net";
import type { Clock, Status, Timer } from "@millrace/api";
import type { Connectors } from "@millrace/api/flow";
import { type Answer, LineFramer, type LineRules, OVERLONG, type TcpReplies } from "@millrace/flow";
import type { InFlight } from "../in-flight.ts";
import { ReplyQueue, type Slot } from "./reply-queue.ts";
import type { StreamMetrics } from "./stream-metrics.ts";

/** How a connection is served. */
export interface Service {
  readonly rules: LineRules;
  /** `status`: the status of each message; `accepted`: that it was taken; `never`: no replies. */
  readonly answers: "status" | "accepted" | "never";
  readonly replies: TcpReplies;
  /** How long a status is waited for, in milliseconds, before the reply is that of `timed-out`. */
  readonly waitMs: number;
  /** How long a client may be quiet, in milliseconds, before its connection is closed; 0: for ever. */
  readonly readTimeoutMs: number;
  readonly clock: Clock;
  readonly inFlight: InFlight;
  readonly metrics: StreamMetrics;
}

/** Replies that a connection may owe before it is read no further. */
const MOST_OWED = 1024;
/** While draining, a connection is read until nothing has come for so long, in milliseconds: what had arrived is taken. */
const QUIET_MS = 25;
/** A connection that is never quiet is read no longer than this, in milliseconds, while draining. */
const MOST_DRAIN_MS = 1000;

const NO_META: Readonly<Record<string, string>> = Object.freeze({});

/**
 * One client that sends lines. Messages go out in their order, and so do the replies. It is read only while there is room:
 * in what the receiver has in flight, in the replies it owes, and in the socket that takes the replies.
 */
export class Connection {
  private readonly socket: Socket;
  private readonly service: Service;
  private readonly framer: LineFramer;
  private readonly owed: ReplyQueue = new ReplyQueue();
  private readonly ended: () => void;
  private connectors: Connectors | undefined;
  /** Whether the client sends no more, or is listened to no more. */
  private inputOver = false;
  private closed = false;
  private lastRead: number;
  private pumping = false;
  private flushing = false;
  private answerTimer: Timer | undefined;
  private readTimer: Timer | undefined;
  private drainTimer: Timer | undefined;

  /** `ended` is called once, when the socket is closed and all that came from it has been sent on. */
  constructor(socket: Socket, service: Service, ended: () => void) {
    this.socket = socket;
    this.service = service;
    this.ended = ended;
    this.framer = new LineFramer(service.rules);
    this.lastRead = service.clock.monotonic();
    service.metrics.opened.add(1);
    socket.on("error", () => service.metrics.connFailed.add(1));
    socket.on("close", (broken) => this.onClose(broken));
  }

  /** Begins to read. */
  begin(connectors: Connectors): void {
    this.connectors = connectors;
    const { socket } = this;
    socket.on("data", (bytes: Buffer) => {
      this.lastRead = this.service.clock.monotonic();
      this.framer.push(bytes);
      this.pump();
    });
    socket.on("end", () => this.endInput());
    socket.on("drain", () => this.pump());
    this.watchReads();
    this.pump();
  }

  /** Takes what has arrived, answers what is due, and closes. */
  drain(): void {
    if (this.connectors === undefined) {
      this.socket.destroy();
      return;
    }
    const { clock } = this.service;
    const since = clock.monotonic();
    this.drainTimer = clock.every(QUIET_MS, () => {
      const now = clock.monotonic();
      const quiet = now - this.lastRead >= QUIET_MS && !this.socket.isPaused() && this.owed.length === 0;
      if (!quiet && now - since < MOST_DRAIN_MS) return;
      this.drainTimer?.cancel();
      this.cutOff();
    });
  }

  /** Closes at once. */
  destroy(): void {
    this.framer.clear();
    this.socket.destroy();
  }

  // --------------------------------------------------------------------------------------------------------- reading

  /** Takes lines while there is room for what comes of them. */
  private readonly pump = (): void => {
    if (this.pumping) return;
    this.pumping = true;
    let exhausted = false;
    while (!exhausted && this.mayTake()) {
      const line = this.framer.next();
      if (line === undefined) exhausted = true;
      else this.take(line);
    }
    this.pumping = false;
    if (!exhausted) {
      if (!this.closed) this.socket.pause();
      if (!this.service.inFlight.hasRoom) this.service.inFlight.whenRoom(this.pump);
    } else if (this.inputOver) {
      this.finish();
    } else if (this.socket.isPaused()) {
      this.lastRead = this.service.clock.monotonic();
      this.socket.resume();
    }
  };

  private mayTake(): boolean {
    return this.service.inFlight.hasRoom && this.owed.length < MOST_OWED && (this.closed || !this.socket.writableNeedDrain);
  }

  private take(line: Uint8Array | typeof OVERLONG): void {
    const { metrics, inFlight, answers, clock } = this.service;
    if (line === OVERLONG) {
      metrics.failed.add(1);
      this.owe("invalid");
      return;
    }
    metrics.received.add(1);
    inFlight.add(line.byteLength);
    const slot = answers === "never" || this.closed ? undefined : this.owed.add(clock.monotonic());
    const taken = (): void => {
      metrics.accepted.add(1);
      this.answer(slot, "accepted");
    };
    const message = { payload: line, meta: NO_META };
    const sent = answers === "accepted" ? this.connectors?.send(message, { taken }) : this.connectors?.send(message);
    void sent?.then((status) => this.settle(slot, status, line.byteLength));
    if (slot !== undefined && answers === "status") this.watchAnswers();
  }

  private settle(slot: Slot | undefined, status: Status, bytes: number): void {
    if (status !== "done" && status !== "partial") this.service.metrics.failed.add(1);
    this.answer(slot, status);
    this.service.inFlight.remove(bytes);
  }

  private endInput(): void {
    this.inputOver = true;
    this.framer.end();
    this.pump();
  }

  /** Listens no more: what has arrived is answered, and a line without its end is refused. */
  private cutOff(): void {
    if (this.closed || this.inputOver) return;
    this.inputOver = true;
    this.socket.removeAllListeners("data");
    this.socket.pause();
    this.pump();
  }

  // -------------------------------------------------------------------------------------------------------- replying

  /** Owes a reply that is known already. */
  private owe(answer: Answer): void {
    if (this.service.answers === "never" || this.closed) return;
    this.owed.add(this.service.clock.monotonic(), answer);
    this.flushSoon();
  }

  private answer(slot: Slot | undefined, answer: Answer): void {
    if (slot === undefined || slot.answer !== undefined) return;
    slot.answer = answer;
    if (slot === this.owed.first) this.flushSoon();
  }

  /** Writes the replies that are ready, those of one turn together. */
  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      this.flush();
      this.pump();
    });
  }

  private flush(): void {
    const replies = this.owed.takeReady().map((answer) => this.service.replies[answer]);
    if (replies.length === 0 || this.closed || !this.socket.writable) return;
    for (const reply of replies) this.service.metrics.sent.add(1, reply.trim().toLowerCase());
    this.socket.write(replies.join(""), "latin1");
  }

  /** Watches the oldest reply that is due: the others are younger, and can't go out before it. */
  private watchAnswers(): void {
    const { clock, waitMs, metrics } = this.service;
    const { first } = this.owed;
    if (this.answerTimer !== undefined || first === undefined) return;
    this.answerTimer = clock.after(Math.max(0, first.since + waitMs - clock.monotonic()), () => {
      this.answerTimer = undefined;
      const now = clock.monotonic();
      for (let slot = this.owed.first; slot !== undefined && slot.answer === undefined && now - slot.since >= waitMs; slot = this.owed.first) {
        metrics.timedOut.add(1);
        slot.answer = "timed-out";
        this.flush();
      }
      this.pump();
      this.watchAnswers();
    });
  }

  /** Closes the connection of a client that is quiet for too long while it is its turn. */
  private watchReads(): void {
    const { clock, readTimeoutMs } = this.service;
    if (readTimeoutMs === 0 || this.closed) return;
    const waited = clock.monotonic() - this.lastRead;
    const owing = this.owed.length > 0 || this.socket.isPaused() || this.drainTimer !== undefined;
    if (!owing && waited >= readTimeoutMs) {
      this.cutOff();
      return;
    }
    this.readTimer = clock.after(owing ? readTimeoutMs : readTimeoutMs - waited, () => this.watchReads());
  }

  // ---------------------------------------------------------------------------------------------------------- ending

  /** All that came has been taken: closes when all has been answered. */
  private finish(): void {
    if (this.framer.partial) {
      this.framer.clear();
      this.service.metrics.failed.add(1);
      if (!this.closed) this.owe("invalid");
    }
    if (this.closed) this.leave();
    else if (this.owed.length === 0 && !this.flushing && !this.socket.writableEnded) this.socket.end(() => this.socket.destroy());
  }

  private onClose(broken: boolean): void {
    this.closed = true;
    this.service.metrics.closed.add(1);
    for (const timer of [this.answerTimer, this.readTimer, this.drainTimer]) timer?.cancel();
    // Whole lines that had arrived are sent on all the same; one that was cut off is not.
    if (!this.inputOver && !broken) this.framer.end();
    this.inputOver = true;
    this.pump();
  }

  private leave(): void {
    this.service.inFlight.forget(this.pump);
    this.ended();
  }
}
