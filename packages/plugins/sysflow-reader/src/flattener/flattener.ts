import type { Outputs, Plugin, PluginContext } from "@millrace/api";
import { defineHandler, type FlatBatch, type Handler } from "@millrace/api/sysflow";
import { type FileVersion, FlatBuilder, type FlatRows, ROW_HANDLER, type RowHandler, type Surroundings, type SysflowRows } from "@millrace/sysflow";
import * as layout from "@millrace/sysflow/layout";
import * as names from "@millrace/sysflow/names";
import * as z from "zod";
import { WarningLimiter } from "../warning-limiter.ts";
import { durationMs, durationText } from "./duration.ts";
import { PlainEvents } from "./plain-events.ts";
import { RateLimiter } from "./rate-limiter.ts";

const DAY = "24h";

const options = z.strictObject({
  "filter.enabled": z.enum(["on", "off"]).default("off").describe("Whether events that say the same again are dropped"),
  "filter.maxage": z
    .union([
      z.number().int().nonnegative(),
      z.string().regex(/^(?:\d+|(?:\d+(?:\.\d+)?(?:ms|s|m|h))+)$/, "a number of seconds, or a duration such as 10m or 1h30m"),
    ])
    .default(DAY)
    .describe("For how long an event stands for those that say the same: seconds, or a duration such as `10m`"),
  "filter.maxentries": z.number().int().min(1).default(1_048_576).describe("How many different events are remembered; the oldest go first"),
});

type Options = z.infer<typeof options>;

/** The handler `flattener`. */
const flattener: Plugin = defineHandler({
  name: "flattener",
  version: "0.1.0",
  description: "Turns processes' events, network flows, file flows, file events and Kubernetes events into flat records",
  stability: "stable",
  options,
  out: "flat",
  create: (values: Options, ctx) => new Flattener(values, ctx),
});

export { flattener };

/** Takes rows where the reader offers them; otherwise it turns the records that it is given into rows of its own. */
class Flattener extends PlainEvents implements Handler<FlatBatch> {
  readonly [ROW_HANDLER]: FlatRowHandler;
  readonly #warnings: WarningLimiter;
  #outputs: Outputs<FlatBatch> | undefined;

  constructor(values: Options, ctx: PluginContext) {
    super();
    this.#warnings = new WarningLimiter(ctx);
    this[ROW_HANDLER] = new FlatRowHandler(limiterOf(values, ctx), this.#warnings);
  }

  open(outputs: Outputs<FlatBatch>): void {
    this.#outputs = outputs;
  }

  batchEnd(): void | Promise<void> {
    const rows = this[ROW_HANDLER];
    this.replay(rows);
    const flat = rows.end();
    return flat && this.#outputs?.send(flat);
  }

  cleanup(): void {
    this.#warnings.flush();
  }
}

function limiterOf(values: Options, ctx: PluginContext): RateLimiter | undefined {
  if (values["filter.enabled"] !== "on") return undefined;
  const age = durationMs(values["filter.maxage"]);
  ctx.log.info(`Initialized rate limiter with ${durationText(age)} time decay`);
  return new RateLimiter(age, values["filter.maxentries"], ctx);
}

/** Gathers the flat records of a batch. */
class FlatRowHandler implements RowHandler {
  readonly layout = layout.LAYOUT;
  readonly #builder = new FlatBuilder();
  readonly #limiter: RateLimiter | undefined;
  readonly #warnings: WarningLimiter;
  #words: Int32Array = new Int32Array(0);

  constructor(limiter: RateLimiter | undefined, warnings: WarningLimiter) {
    this.#limiter = limiter;
    this.#warnings = warnings;
  }

  begin(rows: SysflowRows): void {
    this.#words = rows.words;
    this.#builder.begin(rows);
    this.#limiter?.begin();
  }

  event(base: number, type: number, around: Surroundings, file: FileVersion | undefined, newFile: FileVersion | undefined): void {
    if (type === names.NETWORK_EVENT || type === names.PROCESS_FLOW) return;
    if (around.process === undefined || around.header === undefined) this.#incomplete(type, around);
    if (this.#limiter && type !== names.K8S_EVENT && !this.#limiter.takes(this.#words, base, around, file)) return;
    this.#builder.add(base, around, file, newFile);
  }

  end(): FlatRows | undefined {
    return this.#builder.end();
  }

  #incomplete(type: number, around: Surroundings): void {
    if (around.header === undefined) this.#warn("header");
    if (around.process === undefined && type !== names.K8S_EVENT) this.#warn("process");
  }

  #warn(what: string): void {
    if (this.#warnings.wanted(what)) this.#warnings.warn(what, `Event does not have a related ${what}.  This should not happen.`);
  }
}
