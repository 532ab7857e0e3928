import type { ServiceSpec } from "@millrace/api";
import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { NO_EFFECT, VALUE } from "../codes.ts";
import type { Environment } from "../dialect.ts";
import { environmentPlace } from "../places.ts";
import type { Property, Section } from "./section.ts";
import { booleanOf, integerOf, LOG_LEVELS, logLevelOf, numberOf, secondsOf, sizeOf } from "./values.ts";
import type { Variables } from "./variables.ts";

type ValueType = "text" | "boolean" | "integer" | "number" | "size" | "seconds";

/** The keys of a service section, and the types of their values. A key that ends with a dot is a prefix. */
const SERVICE_KEYS: Readonly<Record<string, ValueType>> = {
  flush: "number",
  grace: "seconds",
  log_level: "text",
  log_file: "text",
  daemon: "boolean",
  parsers_file: "text",
  plugins_file: "text",
  streams_file: "text",
  http_server: "boolean",
  http_listen: "text",
  http_port: "integer",
  health_check: "boolean",
  hc_errors_count: "integer",
  hc_retry_failure_count: "integer",
  hc_period: "integer",
  "scheduler.base": "integer",
  "scheduler.cap": "integer",
  "storage.path": "text",
  "storage.sync": "text",
  "storage.checksum": "boolean",
  "storage.metrics": "boolean",
  "storage.backlog.mem_limit": "size",
  "storage.max_chunks_up": "integer",
  "storage.type": "text",
  "storage.inherit": "boolean",
  "storage.delete_irrecoverable_chunks": "boolean",
  "storage.keep.rejected": "boolean",
  "storage.rejected.path": "text",
  "storage.backlog.flush_on_shutdown": "boolean",
  "storage.trim_files": "boolean",
  "dns.": "text",
  coro_stack_size: "size",
  hot_reload: "boolean",
  "json.convert_nan_to_null": "boolean",
  "json.escape_unicode": "boolean",
  "flush.adaptive.": "text",
  multiline_buffer_limit: "size",
};

/** The keys that name files: they are read elsewhere. */
const FILE_KEYS: readonly string[] = ["parsers_file", "plugins_file", "streams_file"];

const DEFAULT_FLUSH_SECONDS = 1;
const DEFAULT_GRACE_SECONDS = 5;

/** Turns the service sections into settings. Several are taken together: of equal keys the last one counts. */
export function serviceOf(
  sections: readonly Section[],
  variables: Variables,
  environment: Environment,
  bag: DiagnosticBag,
): ServiceSpec & { readonly flush: number } {
  const settings: Record<string, unknown> = {};
  for (const section of sections) {
    for (const property of section.properties) {
      if (property.faulty) continue;
      const type = typeOf(property, bag);
      if (type === undefined || FILE_KEYS.includes(property.key)) continue;
      const text = variables.expand(property);
      if (text !== "") settings[property.key] = settingOf(property, text, type, bag);
    }
  }
  const level = environment.FLB_LOG_LEVEL;
  if (level) {
    settings.log_level = checkedLevel({ key: "log_level", text: level, place: environmentPlace("FLB_LOG_LEVEL", level) }, level, bag);
  }
  const grace = (settings.grace as number | undefined) ?? DEFAULT_GRACE_SECONDS;
  // A negative grace waits for as long as it takes.
  return { ...settings, flush: (settings.flush as number | undefined) ?? DEFAULT_FLUSH_SECONDS, graceMs: grace < 0 ? -1 : grace * 1000 };
}

function typeOf(property: Property, bag: DiagnosticBag): ValueType | undefined {
  const exact = Object.hasOwn(SERVICE_KEYS, property.key) ? SERVICE_KEYS[property.key] : undefined;
  const type = exact ?? Object.entries(SERVICE_KEYS).find(([key]) => key.endsWith(".") && property.key.startsWith(key))?.[1];
  if (type === undefined) {
    bag.warning(NO_EFFECT, `the service has no property "${property.key}": it has no effect`, {
      place: property.keyPlace ?? property.place,
      hint: didYouMean(property.key, Object.keys(SERVICE_KEYS)),
    });
  }
  return type;
}

function settingOf(property: Property, text: string, type: ValueType, bag: DiagnosticBag): unknown {
  if (property.key === "log_level") return checkedLevel(property, text, bag);
  if (property.key === "flush") return checkedFlush(property, text, bag);
  if (type === "boolean") return booleanOf(text) ?? passing(property, text, "true or false", false, bag);
  if (type === "integer") return integerOf(text) ?? passing(property, text, "a whole number", leadingInteger(text), bag);
  if (type === "number") return numberOf(text) ?? passing(property, text, "a number", leadingInteger(text), bag);
  if (type === "seconds") return secondsOf(text) ?? passing(property, text, "a number of seconds", leadingInteger(text), bag);
  if (type === "size") return sizeOf(text) ?? refused(property, text, "a size, such as 5M", bag);
  return text;
}

function checkedLevel(property: Property, text: string, bag: DiagnosticBag): string | undefined {
  const level = logLevelOf(text);
  if (level === undefined) {
    bag.error(VALUE, `"${text}" is no log level`, { place: property.place, hint: didYouMean(text, LOG_LEVELS) ?? `there are ${LOG_LEVELS.join(", ")}` });
  }
  return level;
}

function checkedFlush(property: Property, text: string, bag: DiagnosticBag): number | undefined {
  const seconds = numberOf(text) ?? secondsOf(text);
  if (seconds !== undefined && seconds > 0) return seconds;
  bag.error(VALUE, `invalid flush value "${text}": a number of seconds above 0 is wanted`, { place: property.place });
  return undefined;
}

/** What the peer runs with a value that means nothing: it runs here too, with a warning. */
function passing<T>(property: Property, text: string, wanted: string, used: T, bag: DiagnosticBag): T {
  bag.warning(VALUE, `"${text}" is not ${wanted}: "${property.key}" is ${String(used)}`, { place: property.place });
  return used;
}

function refused(property: Property, text: string, wanted: string, bag: DiagnosticBag): undefined {
  bag.error(VALUE, `"${text}" is not ${wanted}`, { place: property.place });
}

/** The number that a text begins with, or 0: what C's `atoi` makes of it. */
export function leadingInteger(text: string): number {
  return Number.parseInt(text, 10) || 0;
}
