import { type Counter, isMillraceError, MillraceError, type PluginContext } from "@millrace/api";
import type { Chunk, Transport } from "./transport/transport.ts";

/** How often a write is tried before it is given up. */
const MOST_ATTEMPTS = 8;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

/** Brings chunks to a transport, and tries again what fails. */
export class Delivery {
  readonly #transport: Transport;
  readonly #ctx: PluginContext;
  readonly #bytes: Counter;
  readonly #errors: Counter;
  readonly #retries: Counter;

  constructor(transport: Transport, ctx: PluginContext) {
    this.#transport = transport;
    this.#ctx = ctx;
    this.#bytes = ctx.metrics.counter("exported_bytes", "Bytes that were written");
    this.#errors = ctx.metrics.counter("write_errors", "Attempts to write that failed");
    this.#retries = ctx.metrics.counter("write_retries", "Attempts to write again after one that failed");
  }

  /**
   * Writes a whole chunk.
   *
   * @throws MillraceError `MILLRACE_EXPORTER_LOST` when all attempts have failed
   */
  async write(chunk: Chunk): Promise<void> {
    let from = 0;
    let failures = 0;
    while (from < chunk.bytes.length) {
      const before = from;
      try {
        const taken = this.#transport.write(chunk, from);
        from = typeof taken === "number" ? taken : await taken;
        this.#bytes.add(from - before);
        failures = 0;
      } catch (cause) {
        this.#errors.add(1);
        failures++;
        if (this.#isHopeless(cause, failures)) throw lost(cause);
        await this.#wait(cause, failures);
        if (this.#ctx.signal.aborted) throw lost(cause);
        this.#retries.add(1);
      }
    }
  }

  /** Nothing more will come of what was written last: leaves no part of a record where it was written. */
  async abandon(): Promise<void> {
    try {
      await this.#transport.abandon?.();
    } catch (cause) {
      this.#ctx.log.error(`the beginning of a record may be left where it was written: ${textOf(cause)}`);
    }
  }

  #isHopeless(cause: unknown, failures: number): boolean {
    return failures >= MOST_ATTEMPTS || this.#ctx.signal.aborted || (isMillraceError(cause) && !cause.retryable);
  }

  async #wait(cause: unknown, failures: number): Promise<void> {
    const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    this.#ctx.log.warn(`${textOf(cause)}; attempt ${failures + 1} of ${MOST_ATTEMPTS} in ${ms} ms`);
    await this.#ctx.clock.sleep(ms, this.#ctx.signal);
  }
}

function lost(cause: unknown): MillraceError {
  return new MillraceError("MILLRACE_EXPORTER_LOST", `records could not be exported: ${textOf(cause)}`, { cause });
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
