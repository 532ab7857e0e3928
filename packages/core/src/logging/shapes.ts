import type { LogFields } from "@millrace/api";
import { fieldsText, quotedIfNeeded } from "./fields.ts";
import type { LineLevel } from "./level.ts";
import type { LineTime } from "./time.ts";

/** One line to be. */
export interface Line {
  readonly level: LineLevel;
  readonly time: LineTime;
  /** Who writes: an instance, or a part of the runtime. Empty for none. */
  readonly name: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** How lines look, and where each goes. */
export interface LineShape {
  /** Without the line end. */
  text(line: Line): string;
  stream(level: LineLevel): "out" | "err";
}

/** The shapes of lines, by name. */
export type LineShapeName = "bracketed" | "tabbed" | "logrus" | "component" | "pretty";

const BRACKETED: Readonly<Record<LineLevel, string>> = {
  trace: "Trace",
  debug: "Trace",
  info: "Info",
  warn: "Warn",
  error: "Error",
  fatal: "Error",
  health: "Health",
  perf: "Perf",
};
const TABBED: Readonly<Record<LineLevel, string>> = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
  fatal: "FATAL",
  health: "INFO",
  perf: "INFO",
};
const LOGRUS: Readonly<Record<LineLevel, string>> = {
  trace: "trace",
  debug: "debug",
  info: "info",
  warn: "warning",
  error: "error",
  fatal: "fatal",
  health: "info",
  perf: "info",
};
const PLAIN: Readonly<Record<LineLevel, string>> = {
  trace: "trace",
  debug: "debug",
  info: "info",
  warn: "warn",
  error: "error",
  fatal: "error",
  health: "info",
  perf: "info",
};
const COLOURS: Readonly<Record<LineLevel, string>> = { trace: "2", debug: "2", info: "32", warn: "33", error: "31", fatal: "31", health: "36", perf: "36" };

/** The shapes. Each is the one of a program that Millrace takes over, but `pretty`, which is for people at a terminal. */
export const lineShapes: Readonly<Record<LineShapeName, LineShape>> = {
  /** `[Info] 2026/11/21 08:15:00 reader: text`, errors on the error stream: sf-processor's. */
  bracketed: {
    text: ({ level, time, name, message, fields }) =>
      `[${BRACKETED[level]}] ${time.slashes} ${name === "" ? "" : `${name}: `}${withoutEnd(message)}${fieldsText(fields)}`,
    stream: (level) => (level === "error" || level === "fatal" ? "err" : "out"),
  },
  /** `2026-11-21T08:15:00+01:00<tab>INFO<tab>text`, all on the output stream: that of Flow's newer generation. */
  tabbed: {
    text: ({ level, time, message, fields }) => `${time.rfc3339}\t${TABBED[level]}\t${withoutEnd(message)}${fieldsText(fields)}`,
    stream: () => "out",
  },
  /** `time="2026-11-21T08:15:00+01:00" level=info msg="text"`, all on the error stream: that of Flow's older generation. */
  logrus: {
    text: ({ level, time, message, fields }) =>
      `time="${time.rfc3339}" level=${LOGRUS[level]} msg=${quotedIfNeeded(message)}${fieldsText(fields, (names) => names.sort())}`,
    stream: () => "err",
  },
  /** `[2026/11/21 08:15:00.947] [ info] [name] text`, all on the error stream: Fluent Bit's. */
  component: {
    text: ({ level, time, name, message, fields }) =>
      `[${time.slashes}.${time.millis}] [${PLAIN[level].padStart(5)}] ${name === "" ? "" : `[${name}] `}${withoutEnd(message)}${fieldsText(fields)}`,
    stream: () => "err",
  },
  /** `08:15:00.947 info  name: text`, all on the error stream. Control characters are shown as escapes. */
  pretty: pretty((text) => text),
};

/** The shape `pretty` in the colours of a terminal. */
export const colouredShape: LineShape = pretty((text, code) => `\u001b[${code}m${text}\u001b[0m`);

function pretty(colour: (text: string, code: string) => string): LineShape {
  return {
    text: ({ level, time, name, message, fields }) =>
      `${colour(`${time.clock}.${time.millis}`, "2")} ${colour(PLAIN[level].padEnd(5), COLOURS[level])} ${name === "" ? "" : `${colour(name, "1")}: `}${printable(message)}${fieldsText(fields)}`,
    stream: () => "err",
  };
}

/** A message that ends its line itself does not end it twice. */
function withoutEnd(message: string): string {
  return message.endsWith("\n") ? message.slice(0, -1) : message;
}

function printable(message: string): string {
  return withoutEnd(message).replace(/(?![\t\n])\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
