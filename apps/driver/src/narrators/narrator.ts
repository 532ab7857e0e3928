import type { Diagnostic } from "@millrace/api";
import type { Graph, RunResult } from "@millrace/core";
import type { StopSignal } from "../machine/signals.ts";

/** What a command says at each step of a run, in the words of the peer that it stands for. */
export interface Narrator {
  /** The configuration can't be run. The findings have been printed. Gives the exit code. */
  refused(diagnostics: readonly Diagnostic[]): number;
  /** The configuration is right. Nothing has been made yet. */
  planned?(graph: Graph): void;
  /** Every instance has been made and is healthy. */
  healthy?(graph: Graph): void;
  /** An instance could not be made, or is not healthy; nothing has moved. Gives the exit code. */
  unhealthy(error: Error): number;
  /** Batches begin to move. */
  starting?(graph: Graph): void;
  /** A signal has come; the first one drains. */
  caught?(signal: StopSignal, first: boolean, graph: Graph): void;
  /** The run has ended. Gives the exit code. */
  ended(result: RunResult, graph: Graph): number;
}
