import { openSync } from "node:fs";
import { createLogging, type Host, isLogThreshold, type LogFormat, type Logging, MetricsRegistry, systemClock } from "@millrace/core";
import { describe, leaveAtOnce, PIPE_EXIT } from "./command.ts";
import { stateDirectories } from "./state-directory.ts";
import { coloured } from "./terminal.ts";

/** What a machine gives to a run, beside what the run itself asks for. */
export interface Machine {
  readonly host: Host;
  /** A line about health. */
  health(name: string, text: string): void;
  /** A line about performance. */
  perf(name: string, text: string): void;
  /** A line of the gravest level, which only flowd has. */
  fatal(name: string, text: string): void;
  /** Writes text past the logging, whatever its level, behind all lines that were logged before. */
  print(stream: "stdout" | "stderr", text: string): void;
  /** Waits until what was written has been taken, however slow its reader is. */
  written(): Promise<void>;
  /** Writes what is still held, in a bounded time, and says how much nobody took. */
  close(): void;
}

export interface MachineOptions {
  readonly format: LogFormat;
  /** The least level that is written. What is no level counts as `info`; `off` is `quiet`. */
  readonly level: string;
  /** The level of an instance, where it has one of its own. */
  readonly levelOf?: (instance: string) => string | undefined;
  /** Who a line is from, as it shows. `plugin`: where the instance itself speaks, and not somebody about it. */
  readonly nameOf?: (instance: string, plugin: string | undefined) => string;
  /** The configuration, for whose sake state is kept. */
  readonly configuration: string;
  /** Where lines go instead of the two streams. */
  readonly logFile?: string | undefined;
}

/** Takes clock, logging, metrics and state folders from the machine that this runs on. */
export async function machineHost(options: MachineOptions): Promise<Machine> {
  const { levelOf, nameOf, logFile } = options;
  const target = logFile === undefined ? undefined : openSync(logFile, "a");
  let nobodyListens = false;
  const logging: Logging = await createLogging({
    format: options.format,
    level: thresholdOf(options.level),
    perf: true,
    colours: coloured(process.stderr),
    clock: systemClock,
    broken: (stream, cause) => {
      if (stream === "out") standardOutputFailed(cause);
      nobodyListens = true;
    },
    ...(target !== undefined && { out: target, err: target }),
    ...(nameOf && { nameOf }),
    ...(levelOf && {
      levels: (name: string) => {
        const level = levelOf(name);
        return level === undefined ? undefined : thresholdOf(level);
      },
    }),
  });
  const metrics = new MetricsRegistry();
  const directoryOf = stateDirectories(process.env, options.configuration);
  return {
    host: {
      clock: systemClock,
      random: () => Math.random(),
      logger: (name, plugin) => logging.logger(name, plugin),
      metrics: (name) => metrics.of(name),
      stateDirectory: directoryOf,
    },
    health: (name, text) => logging.health(name, text),
    perf: (name, text) => logging.perf(name, text),
    fatal: (name, text) => logging.fatal(name, text),
    print(stream, text) {
      logging.flush();
      process[stream].write(text);
    },
    written: () => logging.written(),
    close() {
      logging.close();
      if (logging.lost === 0 || nobodyListens) return;
      process.stderr.write(`${logging.lost} lines of the log were not written: nobody took them\n`);
      process.exitCode ??= 1;
    },
  };
}

/** A reader that has gone ends the process as it would end a plain program; a disk that is full is an error. */
function standardOutputFailed(cause: unknown): never {
  if ((cause as NodeJS.ErrnoException).code === "EPIPE") leaveAtOnce(PIPE_EXIT);
  process.stderr.write(`can't write to standard output: ${describe(cause)}\n`);
  leaveAtOnce(1);
}

function thresholdOf(level: string): "trace" | "debug" | "info" | "warn" | "error" | "health" | "quiet" {
  const lower = level.toLowerCase();
  if (lower === "off") return "quiet";
  return isLogThreshold(lower) ? lower : "info";
}
