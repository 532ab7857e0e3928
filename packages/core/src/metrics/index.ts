export { INSTANCE_LABEL, type MetricFamily, type MetricSample, type MetricsCollector, MetricsRegistry, type MetricType } from "./metrics.ts";
export { PROMETHEUS_TYPE, type PrometheusOptions, prometheusText } from "./prometheus.ts";
