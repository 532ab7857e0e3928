import type { Clock, Logger, Metrics } from "@millrace/api";

/** What a run takes from its surroundings. A command makes one from the machine; tests and the simulator make their own. */
export interface Host {
  readonly clock: Clock;
  /** A number from 0 up to, not including, 1. */
  random(): number;
  /** The logger of an instance, or of the runtime itself (`name` is then a part of it, such as `pipeline`). */
  logger(name: string, plugin?: string): Logger;
  /** The metrics of an instance. */
  metrics(name: string, plugin: string): Metrics;
  /** The folder in which an instance keeps state, made when first asked for. */
  stateDirectory(name: string): Promise<string>;
}
