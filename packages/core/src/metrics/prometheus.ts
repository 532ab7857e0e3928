import { INSTANCE_LABEL, type MetricFamily, type MetricSample } from "./metrics.ts";

export interface PrometheusOptions {
  /** Whether samples tell their instance. Without it, those that then have the same labels are added up. Default true. */
  readonly instances?: boolean;
}

/** The media type of {@link prometheusText}. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Metrics in the text format of Prometheus, version 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats). Families of one name are put together.
 */
export function prometheusText(families: Iterable<MetricFamily>, options: PrometheusOptions = {}): string {
  const byName = new Map<string, MetricFamily>();
  for (const family of families) {
    const known = byName.get(family.name);
    byName.set(family.name, known ? { ...known, samples: [...known.samples, ...family.samples] } : family);
  }
  let text = "";
  for (const { name, type, description, samples } of byName.values()) {
    if (samples.length === 0) continue;
    if (description !== "") text += `# HELP ${name} ${escapeHelp(description)}\n`;
    text += `# TYPE ${name} ${type}\n`;
    for (const { labels, value } of (options.instances ?? true) ? samples : summed(samples)) text += `${name}${labelsText(labels)} ${numberText(value)}\n`;
  }
  return text;
}

function summed(samples: readonly MetricSample[]): MetricSample[] {
  const sums = new Map<string, MetricSample>();
  for (const sample of samples) {
    const { [INSTANCE_LABEL]: _instance, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels));
    sums.set(key, { labels, value: (sums.get(key)?.value ?? 0) + sample.value });
  }
  return [...sums.values()];
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
