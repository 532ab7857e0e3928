import type { Clock, LogFields, Logger, LogLevel } from "@millrace/api";
import { jsonLines } from "./json.ts";
import { type LineLevel, type LogThreshold, rankOf } from "./level.ts";
import { colouredShape, type LineShape, type LineShapeName, lineShapes } from "./shapes.ts";
import { lineClock } from "./time.ts";
import { LineWriter, type LogTarget } from "./writer.ts";

/** How lines look: a shape, JSON, or a shape of one's own. */
export type LogFormat = LineShapeName | "json" | LineShape;

export interface LoggingOptions {
  /** Default `pretty`. */
  readonly format?: LogFormat;
  /** From what level on lines are written. Default `info`. */
  readonly level?: LogThreshold;
  /** The threshold of an instance, where it has one of its own. */
  readonly levels?: (name: string, plugin: string | undefined) => LogThreshold | undefined;
  /** Who a line is from, as it shows. Default: the name of the instance. */
  readonly nameOf?: (name: string, plugin: string | undefined) => string;
  /** Whether {@link Logging.perf} writes. Default false. */
  readonly perf?: boolean;
  /** Colours, for the shape `pretty`. Default false. */
  readonly colours?: boolean;
  /** Where the shape's two streams go. Default: the descriptors 1 and 2. */
  readonly out?: LogTarget;
  readonly err?: LogTarget;
  /** Default: the machine's clock. */
  readonly clock?: Pick<Clock, "now">;
  /** Called once when a stream can't be written to any more, such as a pipe whose reader has gone. */
  readonly broken?: (stream: "out" | "err", cause: unknown) => void;
}

/** Makes loggers, and writes what they are given. */
export interface Logging {
  /** The logger of an instance, or of a part of the runtime. */
  logger(name: string, plugin?: string): Logger;
  /** Why the program ends: written at every threshold but `quiet`, as an error where the shape has no level of its own. */
  fatal(name: string, message: string): void;
  /** A line about health: written at every threshold but `quiet`, as a level of its own where the shape has one. */
  health(name: string, message: string): void;
  /** A line about performance: written only if asked for by `perf`, whatever the threshold. */
  perf(name: string, message: string): void;
  /** Writes what is still held; waits for a slow reader, but no more than 2 seconds for one that takes nothing. */
  flush(): void;
  /** Waits, however long it takes, until what was logged has been taken. Keeps the process alive. */
  written(): Promise<void>;
  /** How many lines could not be written. */
  readonly lost: number;
  /** Flushes, and lets go of the process. Also done when the process exits. */
  close(): void;
}

/** How often is looked whether a slow reader has taken everything, in milliseconds. */
const LOOK_MS = 10;

type Emit = (level: LineLevel, name: string, plugin: string | undefined, message: string, fields: LogFields | undefined) => void;

/** Makes a logging. Lines are written in chunks, at the latest after the current turn of the event loop, and all of them before the process exits. */
export async function createLogging(options: LoggingOptions = {}): Promise<Logging> {
  const broken = options.broken ?? ((): void => undefined);
  const out: LineWriter = new LineWriter(
    options.out ?? 1,
    (cause) => broken("out", cause),
    () => err.push(),
  );
  const err: LineWriter = new LineWriter(
    options.err ?? 2,
    (cause) => broken("err", cause),
    () => out.push(),
  );
  const emit = await emitterOf(options, out, err);
  const threshold = rankOf(options.level ?? "info");
  const flush = (): void => {
    out.flush();
    err.flush();
  };
  const close = (): void => {
    process.off("exit", close);
    flush();
  };
  process.on("exit", close);
  const always = (level: "fatal" | "health", name: string, message: string): void => {
    if (threshold <= rankOf("health")) emit(level, name, undefined, message, undefined);
  };
  return {
    logger: (name, plugin) => {
      const own = options.levels?.(name, plugin);
      return new LineLogger(emit, name, plugin, own === undefined ? threshold : rankOf(own));
    },
    fatal: (name, message) => always("fatal", name, message),
    health: (name, message) => always("health", name, message),
    perf: (name, message) => {
      if (options.perf) emit("perf", name, undefined, message, undefined);
    },
    flush,
    async written() {
      while (!out.idle || !err.idle) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    },
    get lost() {
      return out.lost + err.lost;
    },
    close,
  };
}

async function emitterOf(options: LoggingOptions, out: LineWriter, err: LineWriter): Promise<Emit> {
  const now = (): number => options.clock?.now() ?? Date.now();
  const nameOf = options.nameOf ?? ((name: string): string => name);
  if (options.format === "json") {
    const json = await jsonLines(now, (line) => err.write(line));
    return (level, name, plugin, message, fields) => json(level, nameOf(name, plugin), plugin, message, fields);
  }
  const shape = shapeOf(options);
  const timeOf = lineClock();
  return (level, name, plugin, message, fields) => {
    const line = `${shape.text({ level, time: timeOf(now()), name: nameOf(name, plugin), message, fields })}\n`;
    (shape.stream(level) === "out" ? out : err).write(line);
  };
}

function shapeOf({ format = "pretty", colours }: LoggingOptions): LineShape {
  if (typeof format === "object") return format;
  return format === "pretty" && colours ? colouredShape : lineShapes[format as LineShapeName];
}

class LineLogger implements Logger {
  readonly #emit: Emit;
  readonly #name: string;
  readonly #plugin: string | undefined;
  readonly #threshold: number;

  constructor(emit: Emit, name: string, plugin: string | undefined, threshold: number) {
    this.#emit = emit;
    this.#name = name;
    this.#plugin = plugin;
    this.#threshold = threshold;
  }

  trace(message: string, fields?: LogFields): void {
    this.#write("trace", message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  enabled(level: LogLevel): boolean {
    return rankOf(level) >= this.#threshold;
  }

  #write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (this.enabled(level)) this.#emit(level, this.#name, this.#plugin, message, fields);
  }
}
