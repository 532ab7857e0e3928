import type { LogFields, Logger, LogLevel } from "@millrace/api";

/** A line that somebody has logged. */
export interface LogLine {
  readonly level: LogLevel;
  /** The instance, or the part of the runtime. */
  readonly name: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** A logger that keeps its lines. */
export function keepingLogger(name: string, lines: LogLine[]): Logger {
  const keep =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void =>
      void lines.push({ level, name, message, fields });
  return {
    trace: keep("trace"),
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    enabled: () => true,
  };
}
