import { type Counter, type Gauge, type Metrics, MillraceError } from "@millrace/api";

export type MetricType = "counter" | "gauge";

/** One number, with the values of its labels. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All samples of one name. */
export interface MetricFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly description: string;
  readonly samples: readonly MetricSample[];
}

/** Gives metrics that are kept elsewhere, such as the runtime's own, when somebody asks. */
export type MetricsCollector = () => Iterable<MetricFamily>;

/** The label that tells whose sample it is. */
export const INSTANCE_LABEL = "instance";

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * The metrics of a run. Each instance has its own {@link Metrics}: the same name in two instances is one family, whose samples
 * differ in the label `instance`. Holds nothing global.
 */
export class MetricsRegistry {
  readonly #families = new Map<
    string,
    { readonly type: MetricType; readonly description: string; readonly members: { readonly instance: string; readonly series: Series }[] }
  >();
  readonly #instances = new Map<string, InstanceMetrics>();
  readonly #collectors: MetricsCollector[] = [];

  /** The metrics of an instance: the same object for the same name. */
  of(instance: string): Metrics {
    const known = this.#instances.get(instance);
    if (known !== undefined) return known;
    const metrics = new InstanceMetrics((series, description) => this.#enlist(instance, series, description));
    this.#instances.set(instance, metrics);
    return metrics;
  }

  /** Adds metrics that are kept elsewhere. They are asked for at each snapshot. */
  addCollector(collector: MetricsCollector): void {
    this.#collectors.push(collector);
  }

  /** All metrics as they are now, in the order in which they were declared, and then those of the collectors. */
  snapshot(): MetricFamily[] {
    const own = [...this.#families].map(([name, { type, description, members }]) => ({
      name,
      type,
      description,
      samples: members.flatMap(({ instance, series }) =>
        series.samples().map(({ labels, value }) => ({ labels: { [INSTANCE_LABEL]: instance, ...labels }, value })),
      ),
    }));
    return [...own, ...this.#collectors.flatMap((collect) => [...collect()])];
  }

  #enlist(instance: string, series: Series, description: string): void {
    const known = this.#families.get(series.name);
    if (known !== undefined && known.type !== series.type) {
      throw new MillraceError(
        "MILLRACE_METRICS_REDECLARED",
        `metric "${series.name}" is a ${known.type} of "${known.members[0]?.instance}", and can't be a ${series.type} of "${instance}"`,
      );
    }
    const family = known ?? { type: series.type, description, members: [] };
    family.members.push({ instance, series });
    this.#families.set(series.name, family);
  }
}

class InstanceMetrics implements Metrics {
  readonly #known = new Map<string, Series>();
  readonly #enlist: (series: Series, description: string) => void;

  constructor(enlist: (series: Series, description: string) => void) {
    this.#enlist = enlist;
  }

  counter(name: string, description: string, ...labels: string[]): Counter {
    return this.#declare("counter", name, description, labels);
  }

  gauge(name: string, description: string, ...labels: string[]): Gauge {
    return this.#declare("gauge", name, description, labels);
  }

  #declare(type: MetricType, name: string, description: string, labels: readonly string[]): Series {
    const known = this.#known.get(name);
    if (known !== undefined) {
      if (known.type === type && known.labels.length === labels.length && known.labels.every((label, index) => label === labels[index])) return known;
      throw new MillraceError(
        "MILLRACE_METRICS_REDECLARED",
        `metric "${name}" is a ${known.type} with ${labelsText(known.labels)}, and can't be a ${type} with ${labelsText(labels)}`,
      );
    }
    checkNames(name, labels);
    const series = new Series(type, name, labels);
    this.#enlist(series, description);
    this.#known.set(name, series);
    return series;
  }
}

/** The numbers of one metric of one instance. Without labels it is a plain number. */
class Series implements Counter, Gauge {
  readonly type: MetricType;
  readonly name: string;
  readonly labels: readonly string[];
  #value = 0;
  readonly #byLabels = new Map<string, { readonly values: readonly string[]; value: number }>();

  constructor(type: MetricType, name: string, labels: readonly string[]) {
    this.type = type;
    this.name = name;
    this.labels = labels;
  }

  add(delta: number, ...values: string[]): void {
    if (typeof delta !== "number" || (this.type === "counter" && !(delta >= 0))) this.#refuse(delta);
    if (values.length === 0 && this.labels.length === 0) this.#value += delta;
    else this.#sample(values).value += delta;
  }

  set(value: number, ...values: string[]): void {
    if (typeof value !== "number") this.#refuse(value);
    if (values.length === 0 && this.labels.length === 0) this.#value = value;
    else this.#sample(values).value = value;
  }

  samples(): MetricSample[] {
    if (this.labels.length === 0) return [{ labels: {}, value: this.#value }];
    return [...this.#byLabels.values()].map(({ values, value }) => ({
      labels: Object.fromEntries(this.labels.map((label, index) => [label, values[index] as string])),
      value,
    }));
  }

  #sample(values: readonly string[]): { value: number } {
    if (values.length !== this.labels.length) {
      throw new MillraceError(
        "MILLRACE_METRICS_LABELS",
        `metric "${this.name}" has ${labelsText(this.labels)}, and was given ${values.length === 1 ? "one label value" : `${values.length} label values`}`,
      );
    }
    const key = values.length === 1 ? String(values[0]) : values.map((value) => `${String(value).length}:${value}`).join("");
    const known = this.#byLabels.get(key);
    if (known !== undefined) return known;
    const sample = { values: values.map(String), value: 0 };
    this.#byLabels.set(key, sample);
    return sample;
  }

  #refuse(step: unknown): never {
    const wanted = this.type === "counter" ? "a counter only grows: its step must be a number that is not negative" : "the value must be a number";
    throw new MillraceError("MILLRACE_METRICS_STEP", `metric "${this.name}" was given ${String(step)}; ${wanted}`);
  }
}

function checkNames(name: string, labels: readonly string[]): void {
  const bad = !METRIC_NAME.test(name)
    ? name
    : labels.find((label, index) => !LABEL_NAME.test(label) || label === INSTANCE_LABEL || labels.indexOf(label) !== index);
  if (bad === undefined) return;
  const hint = "letters, digits and _ (and : in the name of a metric), no digit first; labels differ, and none is called instance";
  throw new MillraceError("MILLRACE_METRICS_NAME", `"${bad}" can't be the name of a ${bad === name ? "metric" : "label"}`, { hint });
}

function labelsText(labels: readonly string[]): string {
  return labels.length === 0 ? "no labels" : `the labels ${labels.join(", ")}`;
}
