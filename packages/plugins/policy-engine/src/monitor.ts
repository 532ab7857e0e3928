import { type FSWatcher, watch } from "node:fs";
import type { Clock, Logger, Timer } from "@millrace/api";

/** What is watched. */
export interface Watched {
  readonly folders: readonly string[];
  /** What was seen when it was read: something else means that it has changed. */
  readonly stamp: string;
}

export interface MonitorOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** The least time between two calls of `changed`, in milliseconds. */
  readonly intervalMs: number;
  /** Looks for a change, without reading. */
  readonly look: () => Promise<string>;
  /** Takes in what has changed, and says what to watch from now on. Must not throw. */
  readonly changed: () => Promise<Watched>;
}

/** How long files must be quiet before they are read: whoever writes several is given time. */
const QUIET_MS = 250;
/** After how many such times files that are never quiet are read all the same. */
const MOST_QUIETS = 10;
/** The least time between two looks at files that say nothing by themselves. */
const LEAST_POLL_MS = 1000;

/**
 * Tells when files have changed: by the file system's own events, and, as those don't come from everywhere (network file
 * systems, mounted folders), by a look at the files now and then.
 */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #quietMs: number;
  readonly #watchers: Map<string, FSWatcher> = new Map();
  #stamp = "";
  #poll: Timer | undefined;
  #scheduled: Timer | undefined;
  #lastCheck = Number.NEGATIVE_INFINITY;
  #lastEvent = 0;
  /** When the first change came that has not been taken in. */
  #waitingSince: number | undefined;
  #checking = false;
  #stopped = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#quietMs = Math.min(QUIET_MS, options.intervalMs);
  }

  start(watched: Watched): void {
    const { clock, intervalMs } = this.#options;
    this.#follow(watched);
    this.#poll = clock.every(Math.max(intervalMs, LEAST_POLL_MS), () => this.#look());
    // Something may have changed since it was read.
    this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#poll?.cancel();
    this.#scheduled?.cancel();
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #look(): void {
    void this.#options.look().then((stamp) => {
      if (stamp !== this.#stamp) this.#notice();
    });
  }

  /** Something has changed: it is taken in when all is quiet, and the interval is over. */
  #notice(): void {
    this.#lastEvent = this.#options.clock.monotonic();
    this.#waitingSince ??= this.#lastEvent;
    if (this.#scheduled === undefined && !this.#checking) this.#schedule();
  }

  #schedule(): void {
    if (this.#stopped) return;
    const { clock, intervalMs } = this.#options;
    const patient = Math.min(this.#lastEvent + this.#quietMs, (this.#waitingSince ?? this.#lastEvent) + MOST_QUIETS * this.#quietMs);
    const due = Math.max(patient, this.#lastCheck + intervalMs);
    this.#scheduled = clock.after(Math.max(0, due - clock.monotonic()), () => {
      this.#scheduled = undefined;
      // More may have come meanwhile; but what is never quiet is taken in all the same.
      const waited = clock.monotonic() - (this.#waitingSince ?? this.#lastEvent);
      if (this.#lastEvent + this.#quietMs > clock.monotonic() && waited < MOST_QUIETS * this.#quietMs) this.#schedule();
      else void this.#check();
    });
  }

  async #check(): Promise<void> {
    const { clock, changed } = this.#options;
    this.#checking = true;
    this.#lastCheck = clock.monotonic();
    this.#waitingSince = undefined;
    const watched = await changed();
    this.#checking = false;
    if (this.#stopped) return;
    this.#follow(watched);
    if (this.#lastEvent > this.#lastCheck) this.#schedule();
    // A folder that is new was not watched before.
    else this.#look();
  }

  #follow({ folders, stamp }: Watched): void {
    this.#stamp = stamp;
    for (const [folder, watcher] of this.#watchers) {
      if (folders.includes(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#watch(folder);
  }

  #watch(folder: string): void {
    const gone = (cause: unknown): void => {
      this.#watchers.get(folder)?.close();
      this.#watchers.delete(folder);
      this.#options.log.debug(`${folder} is looked at now and then: its changes can't be watched`, { cause });
    };
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#notice());
      watcher.on("error", gone);
      this.#watchers.set(folder, watcher);
    } catch (cause) {
      gone(cause);
    }
  }
}
