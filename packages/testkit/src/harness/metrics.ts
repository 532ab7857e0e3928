import type { Counter, Gauge, Metrics } from "@millrace/api";

/** The samples of one instance, by name and label values. */
export type Samples = Map<string, Map<string, number>>;

/** Metrics that are kept in a map. Label values are joined by commas. */
export function keepingMetrics(samples: Samples): Metrics {
  const declared = (name: string): Map<string, number> => {
    const known = samples.get(name) ?? new Map<string, number>();
    samples.set(name, known);
    return known;
  };
  const counter = (name: string): Counter => {
    const values = declared(name);
    return { add: (delta, ...labels) => void values.set(labels.join(","), (values.get(labels.join(",")) ?? 0) + delta) };
  };
  const gauge = (name: string): Gauge => ({
    ...counter(name),
    set: (value, ...labels) => void declared(name).set(labels.join(","), value),
  });
  return { counter, gauge };
}
