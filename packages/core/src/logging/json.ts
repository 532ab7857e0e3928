import type { LogFields } from "@millrace/api";
import type { LineLevel } from "./level.ts";

/** Writes one JSON object a line. */
export type JsonLine = (level: LineLevel, name: string, plugin: string | undefined, message: string, fields: LogFields | undefined) => void;

/** The keys that every line has. A field of one of these names stands under `field_NAME`. */
const OWN_KEYS: ReadonlySet<string> = new Set(["level", "time", "name", "plugin", "msg", "health", "perf"]);

/** JSON lines through pino, which is imported only here. Errors among the fields keep their stack. */
export async function jsonLines(now: () => number, write: (line: string) => void): Promise<JsonLine> {
  // A bundle of this CommonJS module has its default export alone.
  const {
    default: { pino },
  } = await import("pino");
  const logger = pino(
    {
      level: "trace",
      base: null,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err, cause: pino.stdSerializers.err },
    },
    { write },
  );
  return (level, name, plugin, message, fields) => {
    const special = level === "health" || level === "perf";
    const line = { name: name || undefined, plugin, ...(special && { [level]: true }), ...(fields && renamed(fields)) };
    logger[special ? "info" : level](line, message);
  };
}

/** Fields as they can stand in a line: under names of their own, and with whole numbers of 64 bits as text, since JSON's readers would round them. */
function renamed(fields: LogFields): LogFields {
  const names = Object.keys(fields);
  if (!names.some((name) => OWN_KEYS.has(name) || typeof fields[name] === "bigint")) return fields;
  return Object.fromEntries(
    names.map((name) => [OWN_KEYS.has(name) ? `field_${name}` : name, typeof fields[name] === "bigint" ? String(fields[name]) : fields[name]]),
  );
}
