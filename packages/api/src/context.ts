import type { Plugin } from "./plugin.ts";

/** Values that go with a log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where a plugin writes what people should read. The message is text, never a format string. */
export interface Logger {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Whether a line of this level would be written: ask before making an expensive one. */
  enabled(level: LogLevel): boolean;
}

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/** A number that only grows. */
export interface Counter {
  /** Adds `delta`, not negative, to the sample with these label values: one for each label, in their order. */
  add(delta: number, ...labels: string[]): void;
}

/** A number that goes up and down. */
export interface Gauge {
  set(value: number, ...labels: string[]): void;
  add(delta: number, ...labels: string[]): void;
}

/** Where a plugin keeps its own metrics. A name that was used before with other labels, or as another type, is an error. */
export interface Metrics {
  counter(name: string, description: string, ...labels: string[]): Counter;
  gauge(name: string, description: string, ...labels: string[]): Gauge;
}

/** A timer that can be taken back. */
export interface Timer {
  cancel(): void;
}

/** Time, as the runtime gives it: virtual in the simulator. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Nanoseconds since the epoch. */
  nanos(): bigint;
  /** Milliseconds of a clock that never goes back. */
  monotonic(): number;
  /** Calls back once. Does not keep the process alive. */
  after(ms: number, callback: () => void): Timer;
  /** Calls back again and again. Does not keep the process alive. */
  every(ms: number, callback: () => void): Timer;
  /** Waits; ends early, without an error, when `signal` is set. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A plugin that lives inside another one, with the options that the configuration gives it. */
export interface Hosted {
  readonly plugin: Plugin;
  /** The options, checked against the plugin's own schema. */
  readonly options: unknown;
}

/** All that an instance may touch. */
export interface PluginContext {
  /** The name of the instance, unique in its pipeline. */
  readonly name: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** A number from 0 up to, not including, 1. Seeded in the simulator. */
  random(): number;
  /** A folder of this instance alone, made when first asked for. It survives restarts. */
  stateDirectory(): Promise<string>;
  /** Set when nothing new is to be taken and what is held is to be flushed. */
  readonly draining: AbortSignal;
  /** Set when the grace period is over: whatever still waits should give up. */
  readonly signal: AbortSignal;
  /** Calls back when those who hold batches open should flush them: credit is used up and all is idle, or the run drains. */
  onFlush(callback: () => void): void;
  /** The plugins that live in this one, under the name of the slot that its `hosts` declares. */
  hosted(slot: string): readonly Hosted[];
  /** Settings that the family gives to every instance of this kind, as the dialect wrote them. */
  readonly instance: Readonly<Record<string, unknown>>;
  /** Settings of the whole pipeline, as its dialect knows them. */
  readonly service: Readonly<Record<string, unknown>>;
  /** A context for something that lives inside this instance. Its logger and metrics carry the inner name. */
  child(name: string): PluginContext;
}
