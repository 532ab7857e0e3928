import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { DUPLICATE, NO_EFFECT, VALUE } from "../codes.ts";
import type { Property, Section } from "./section.ts";
import { leadingInteger } from "./service.ts";
import { booleanOf, integerOf, LOG_LEVELS, logLevelOf, sizeOf } from "./values.ts";
import type { Variables } from "./variables.ts";

/** The kinds of plugins that a section makes an instance of. */
export type InstanceKind = "input" | "filter" | "output";

/** What a section says, divided into what the host keeps and what the plugin gets. */
export interface InstanceSettings {
  /** By key in lower case; what is not set is absent. */
  readonly host: ReadonlyMap<string, HostValue>;
  /** The plugin's own, by key in lower case: each with all its values, in their order. */
  readonly options: ReadonlyMap<string, readonly Property[]>;
}

export interface HostValue {
  readonly value: unknown;
  readonly property: Property;
}

/**
 * Divides the properties of a section. A key of the host that stands twice counts as it stands last; the values of a
 * plugin's key are all kept.
 */
export function instanceSettings(section: Section, kind: InstanceKind, variables: Variables, bag: DiagnosticBag): InstanceSettings {
  const host = new Map<string, HostValue>();
  const options = new Map<string, Property[]>();
  for (const property of section.properties) {
    if (property.faulty) continue;
    const text = variables.expand(property);
    if (!isHostKey(property.key, kind)) {
      options.set(property.key, [...(options.get(property.key) ?? []), { ...property, text }]);
      continue;
    }
    if (text === "") continue;
    const known = host.get(property.key);
    if (property.key === "name" && known !== undefined) {
      bag.warning(DUPLICATE, `the name is already "${known.property.text}", and stays so`, { place: property.place });
      continue;
    }
    if (known !== undefined) {
      const message = `property "${property.key}" is already specified with value "${known.property.text}": overwriting with "${text}"`;
      bag.warning(DUPLICATE, message, { place: property.place });
    }
    const value = hostValue(property, text, kind, bag);
    if (value !== undefined) host.set(property.key, { value, property: { ...property, text } });
  }
  return { host, options };
}

/** The keys that the host keeps for itself, and that a plugin never sees. A key that ends with a dot or underscore is a prefix. */
const HOST_KEYS: Readonly<Record<InstanceKind, readonly string[]>> = {
  input: [
    "name",
    "alias",
    "log_level",
    "log_suppress_interval",
    "tag",
    "mem_buf_limit",
    "routable",
    "threaded",
    "thread.",
    "storage.",
    "ipv6",
    "net.",
    "on_collect_error",
  ],
  filter: ["name", "alias", "log_level", "log_suppress_interval", "match", "match_regex"],
  output: ["name", "alias", "log_level", "log_suppress_interval", "match", "match_regex", "retry_limit", "workers", "storage.", "ipv6", "net."],
};

function isHostKey(key: string, kind: InstanceKind): boolean {
  return HOST_KEYS[kind].some((candidate) => (candidate.endsWith(".") ? key.startsWith(candidate) : key === candidate));
}

const STORAGE_TYPES: readonly string[] = ["memory", "filesystem", "memrb"];
const RETRY_WORDS: readonly string[] = ["no_limits", "false", "off", "no_retries"];

/** The value of a key of the host. `undefined` where it is refused, and said to be. */
function hostValue(property: Property, text: string, kind: InstanceKind, bag: DiagnosticBag): unknown {
  switch (property.key) {
    case "log_level":
      return logLevelOf(text) ?? refused(property, text, LOG_LEVELS, bag);
    case "storage.type":
      return kind !== "input" || STORAGE_TYPES.includes(text.toLowerCase()) ? text.toLowerCase() : refused(property, text, STORAGE_TYPES, bag);
    case "mem_buf_limit":
    case "storage.total_limit_size":
      return sizeOf(text) ?? refused(property, text, ["a size, such as 5M"], bag);
    case "threaded":
    case "routable":
    case "storage.pause_on_chunks_overlimit":
      return booleanOf(text) ?? passing(property, text, "true or false", false, bag);
    case "workers":
    case "thread.ring_buffer.capacity":
      return integerOf(text) ?? passing(property, text, "a whole number", leadingInteger(text), bag);
    case "retry_limit":
      if (integerOf(text) !== undefined || RETRY_WORDS.includes(text.toLowerCase())) return text.toLowerCase();
      return passing(property, text, `a whole number or one of ${RETRY_WORDS.join(", ")}`, "1", bag);
    default:
      return text;
  }
}

function refused(property: Property, text: string, wanted: readonly string[], bag: DiagnosticBag): undefined {
  bag.error(VALUE, `could not configure property "${property.key}": "${text}" means nothing`, {
    place: property.place,
    hint: didYouMean(text, wanted) ?? `wanted: ${wanted.join(", ")}`,
  });
}

function passing<T>(property: Property, text: string, wanted: string, used: T, bag: DiagnosticBag): T {
  bag.warning(NO_EFFECT, `invalid ${property.key} "${text}": it is not ${wanted}, and counts as ${String(used)}`, { place: property.place });
  return used;
}
