import type { Diagnostic, NodeSpec, ServiceSpec } from "@millrace/api";
import type { DialectResult } from "@millrace/config";

/**
 * Adds findings about what a configuration of Fluent Bit asks for and this version does not have: an error where records
 * would be other than asked for, a warning where only a convenience is missing.
 */
export function withLimits(parsed: DialectResult): DialectResult {
  if (parsed.spec === undefined) return parsed;
  const found = [...parsed.spec.nodes.flatMap((node) => [...processorsOf(node), ...storageOf(node)]), ...serviceLimits(parsed.spec.service)];
  return { ...parsed, diagnostics: [...parsed.diagnostics, ...found] };
}

function processorsOf({ id, instance, place }: NodeSpec): Diagnostic[] {
  return names(instance?.processors).map((name) => ({
    severity: "error",
    code: "MILLRACE_DRIVER_PROCESSOR",
    message: `no processor is called "${name}": this version has none for "${id}"`,
    hint: "a filter may do the same",
    ...(place && { place }),
  }));
}

/** The names of processors, which stand under `logs`, `metrics` and `traces`. */
function names(processors: unknown): string[] {
  if (processors === null || typeof processors !== "object") return [];
  return Object.values(processors).flatMap((list: unknown) =>
    (Array.isArray(list) ? list : [list]).map((each: { readonly name?: unknown } | null) => String(each?.name ?? "")),
  );
}

function storageOf({ id, instance, place }: NodeSpec): Diagnostic[] {
  const type = instance?.["storage.type"];
  if (typeof type !== "string" || type.toLowerCase() === "memory") return [];
  return [
    {
      severity: "warning",
      code: "MILLRACE_DRIVER_NO_EFFECT",
      message: `"storage.type ${type}" of "${id}" has no effect: this version keeps chunks in memory`,
      ...(place && { place }),
    },
  ];
}

/** Settings of the service, each with what is missing. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  http_server: "the monitoring server",
  hot_reload: "reloading",
  daemon: "background mode",
  customs: "custom plugins",
};

function serviceLimits(service: ServiceSpec): Diagnostic[] {
  const missing = Object.entries(WITHOUT_EFFECT).filter(([key]) => service[key] === true || (Array.isArray(service[key]) && service[key].length > 0));
  const streams = Array.isArray(service.stream_processor) && service.stream_processor.length > 0;
  return [
    ...missing.map(
      ([key, what]): Diagnostic => ({
        severity: "warning",
        code: "MILLRACE_DRIVER_NO_EFFECT",
        message: `"${key}" has no effect: this version is without ${what}`,
      }),
    ),
    ...(streams
      ? [
          {
            severity: "error",
            code: "MILLRACE_DRIVER_STREAMS",
            message: "this version has no stream processor, and the configuration has tasks for it",
          } as const,
        ]
      : []),
  ];
}
