import type { PluginContext } from "../context.ts";
import { instanceSize } from "./instance.ts";
import type { BufferAccount } from "./record.ts";

/** The account of one input, and whether it is paused. */
export interface MemoryLimit extends BufferAccount {
  /** Set while buffers hold more than the limit: ends when they hold less, or the run drains. */
  readonly paused: Promise<void> | undefined;
}

/**
 * The `mem_buf_limit` of an input: it pauses when buffers hold more of it, and resumes when they hold less. The limit is
 * checked after something was taken in, so it is overshot by one append at least. `undefined`: there is no limit.
 */
export function memoryLimit(ctx: PluginContext): MemoryLimit | undefined {
  const limit = instanceSize(ctx, "mem_buf_limit");
  return limit === 0 ? undefined : new Account(ctx, limit);
}

class Account implements MemoryLimit {
  private held = 0;
  private pause: { readonly over: Promise<void>; readonly resume: () => void } | undefined;
  private readonly ctx: PluginContext;
  private readonly limit: number;

  constructor(ctx: PluginContext, limit: number) {
    this.ctx = ctx;
    this.limit = limit;
    ctx.draining.addEventListener("abort", () => this.resume(), { once: true });
  }

  get paused(): Promise<void> | undefined {
    return this.pause?.over;
  }

  taken(bytes: number): void {
    this.held += bytes;
    if (this.held <= this.limit || this.pause !== undefined || this.ctx.draining.aborted) return;
    const { name, log } = this.ctx;
    log.warn(`${name} paused (mem buf overlimit - event of size ${bytes}B exceeded limit ${this.limit} to ${this.held}B)`);
    log.info(`pausing ${name}`);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.pause = { over: promise, resume: resolve };
  }

  freed(bytes: number): void {
    this.held -= bytes;
    if (this.pause === undefined || this.held >= this.limit) return;
    const { name, log } = this.ctx;
    log.info(`resume ${name}`);
    log.info(`${name} resume (mem buf overlimit - buf size ${this.held}B now below limit ${this.limit}B)`);
    this.resume();
  }

  private resume(): void {
    this.pause?.resume();
    this.pause = undefined;
  }
}
