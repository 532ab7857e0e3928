import { close, constants, openSync, write } from "node:fs";

import { ALIGNMENT } from "../bytes/memory.ts";

/** Fewer bytes than this are not worth a wait for the disk. */
const LEAST_BYTES = 1 << 16;

/** So many bytes within {@link WINDOW_MS} make a burst. */
const BURST_BYTES = 32 << 20;
const WINDOW_MS = 1000;

/**
 * A second way into an open file: writes that bring memory to the disk without a copy in the cache of the system (`O_DIRECT`
 * of Linux). Much data costs a fraction of the processor's time that way; it is appended, as by the ordinary descriptor.
 */
export class DirectFile {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Opens the file behind a descriptor once more. `undefined` where the system or its file system has no such thing. */
  static of(descriptor: number): DirectFile | undefined {
    if (constants.O_DIRECT === undefined) return undefined;
    try {
      // By its descriptor and not by its path: that may name another file by now.
      return new DirectFile(openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_APPEND | constants.O_DIRECT));
    } catch {
      // The ordinary way is open, whatever the reason.
      return undefined;
    }
  }

  /**
   * How a part of some bytes should be written where the file has a size: `lead` of them the ordinary way, up to a page
   * boundary, and then `length` directly; none directly where that can't be or is not worth it.
   */
  static share(bytes: Uint8Array, from: number, to: number, size: number): { readonly lead: number; readonly length: number } {
    const lead = (ALIGNMENT - (size % ALIGNMENT)) % ALIGNMENT;
    const length = Math.floor((to - from - lead) / ALIGNMENT) * ALIGNMENT;
    if (length < LEAST_BYTES || (bytes.byteOffset + from + lead) % ALIGNMENT !== 0) return { lead: 0, length: 0 };
    return { lead, length };
  }

  /** Appends bytes; their place in memory and their number are aligned. Gives how many were taken, `undefined` if the file takes none this way. */
  write(bytes: Uint8Array, from: number, length: number): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      write(this.#descriptor, bytes, from, length, null, (cause, written) => {
        if (cause === null) resolve(written);
        else if (cause.code === "EINVAL") resolve(undefined);
        else reject(cause);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      close(this.#descriptor, (cause) => (cause ? reject(cause) : resolve()));
    });
  }
}

/** Tells by what was written lately whether much is being written. */
export class Burst {
  #begun = Number.NEGATIVE_INFINITY;
  #written = 0;
  #before = 0;

  /** @param now - milliseconds of a clock that never goes back */
  add(bytes: number, now: number): void {
    const passed = now - this.#begun;
    if (passed >= WINDOW_MS) {
      this.#before = passed < 2 * WINDOW_MS ? this.#written : 0;
      this.#written = 0;
      this.#begun = now;
    }
    this.#written += bytes;
  }

  get isOn(): boolean {
    return this.#written >= BURST_BYTES || this.#before >= BURST_BYTES;
  }
}
