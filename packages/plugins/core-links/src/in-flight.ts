/** How much a receiver may have sent on without knowing how it ended. */
export interface InFlightBounds {
  readonly messages: number;
  readonly bytes: number;
}

/** What a message takes beside its bytes, about. */
const OVERHEAD = 64;

/** Counts what a receiver has in flight. While the bounds are reached it reads no more, so that its clients wait. */
export class InFlight {
  private readonly bounds: InFlightBounds;
  private messages = 0;
  private bytes = 0;
  private readonly waiting: Set<() => void> = new Set();
  private readonly emptied: Set<() => void> = new Set();

  constructor(bounds: InFlightBounds) {
    this.bounds = bounds;
  }

  get hasRoom(): boolean {
    return this.messages < this.bounds.messages && this.bytes < this.bounds.bytes;
  }

  add(bytes: number): void {
    this.messages += 1;
    this.bytes += bytes + OVERHEAD;
  }

  remove(bytes: number): void {
    this.messages -= 1;
    this.bytes -= bytes + OVERHEAD;
    for (const wake of this.waiting) {
      if (!this.hasRoom) break;
      this.waiting.delete(wake);
      wake();
    }
    if (this.messages > 0) return;
    for (const wake of this.emptied) wake();
    this.emptied.clear();
  }

  /** Calls back once, in turn, when there is room. */
  whenRoom(callback: () => void): void {
    this.waiting.add(callback);
  }

  /** Takes back a callback that has not been called. */
  forget(callback: () => void): void {
    this.waiting.delete(callback);
  }

  /** Waits until nothing is in flight, or the signal is set. */
  async empty(signal: AbortSignal): Promise<void> {
    if (this.messages === 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        this.emptied.delete(wake);
        resolve();
      };
      signal.addEventListener("abort", wake);
      this.emptied.add(wake);
    });
  }
}
