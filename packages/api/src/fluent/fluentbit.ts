import type { PluginContext } from "../context.ts";

/** The configuration of an instance, as the SDK reads it. */
export interface Conf {
  /**
   * The text of a key, without regard to case; `""` where it is not set. Of a repeated key, the first. Keys that belong
   * to the host read as `""`.
   */
  string(key: string): string;
}

/** A counter under the SDK's name, `fluentbit_plugin_NAME`. */
export interface FluentCounter {
  /** Throws for a negative step, and for a number of label values that differs from the declaration. */
  add(delta: number, ...labelValues: string[]): void;
}

/** A gauge under the SDK's name, `fluentbit_plugin_NAME`. */
export interface FluentGauge extends FluentCounter {
  set(value: number, ...labelValues: string[]): void;
}

export interface FluentMetrics {
  newCounter(name: string, description: string, ...labels: string[]): FluentCounter;
  newGauge(name: string, description: string, ...labels: string[]): FluentGauge;
}

/** A logger whose lines stand in the host's log. The message is text, never a format string. */
export interface FluentLogger {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

/** What an input, filter or output is handed when it starts. */
export interface Fluentbit {
  readonly conf: Conf;
  readonly metrics: FluentMetrics;
  readonly logger: FluentLogger;
}

/** The prefix under which the metrics of the family's plugins are shown. */
const METRIC_PREFIX = "fluentbit_plugin_";

/** Makes the three handles of the SDK from what the runtime gives an instance. */
export function fluentbitOf(ctx: PluginContext, options: unknown): Fluentbit {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries((options ?? {}) as Record<string, unknown>)) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    const name = key.toLowerCase();
    if (first !== undefined && first !== null && !values.has(name)) values.set(name, typeof first === "object" ? JSON.stringify(first) : String(first));
  }
  return {
    conf: { string: (key) => values.get(key.toLowerCase()) ?? "" },
    metrics: {
      newCounter: (name, description, ...labels) => ctx.metrics.counter(METRIC_PREFIX + name, description, ...labels),
      newGauge: (name, description, ...labels) => ctx.metrics.gauge(METRIC_PREFIX + name, description, ...labels),
    },
    logger: {
      error: (message) => ctx.log.error(message),
      warn: (message) => ctx.log.warn(message),
      info: (message) => ctx.log.info(message),
      debug: (message) => ctx.log.debug(message),
    },
  };
}
