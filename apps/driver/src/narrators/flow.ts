import type { Logger } from "@millrace/api";
import { drawFlow } from "../pipeline/draw.ts";
import { VERSION } from "../version.ts";
import type { Narrator } from "./narrator.ts";
import { firstError, hasEndedWell, hasMoved, leftUndone, sentenceOf } from "./summary.ts";

/** Where flowd's lines go. */
export interface FlowVoice {
  readonly log: Logger;
  /** A line of the gravest level. */
  fatal(text: string): void;
  /** Text on standard output, past the logger. */
  print(text: string): void;
}

/** Speaks as flowd of the generation with `actors:` does. */
export function actorsNarrator({ log, fatal }: FlowVoice): Narrator {
  return {
    refused(diagnostics) {
      fatal(`failed to init pipeline: ${firstError(diagnostics)}`);
      return 1;
    },
    planned(graph) {
      log.info("pipeline was initialized");
      log.info("starting the pipeline");
      for (const { id } of graph.nodes.toReversed()) log.trace(`starting ${id}`);
    },
    unhealthy(error) {
      fatal(`failed to start pipeline: ${sentenceOf(error)}`);
      return 1;
    },
    starting() {
      log.info("pipeline is active");
    },
    caught(_signal, first, graph) {
      if (!first) return;
      log.info("terminating");
      for (const { id } of graph.nodes) log.trace(`stopping ${id}`);
    },
    ended(result) {
      return ending(
        result,
        (text) => log.error(text),
        (text) => fatal(`${hasMoved(result) ? "pipeline has failed" : "failed to start pipeline"}: ${text}`),
      );
    },
  };
}

/** Speaks as flowd of the generation with `components:` does. */
export function componentsNarrator({ log, fatal, print }: FlowVoice): Narrator {
  return {
    refused(diagnostics) {
      fatal(`Failed to initialize the pipeline: ${firstError(diagnostics)}`);
      return 1;
    },
    planned(graph) {
      for (const { from, to } of graph.edges) log.info(`Connecting ${from} to ${to}`);
      log.info("Pipeline initalization is complete");
      log.info("Pipeline GraphViz diagram (plot using https://www.planttext.com):");
      print(drawFlow(graph));
      log.info("Activating the pipeline");
    },
    unhealthy(error) {
      fatal(`Failed to start the pipeline: ${sentenceOf(error)}`);
      return 1;
    },
    starting() {
      log.info("Pipeline is running");
    },
    caught(signal, first) {
      if (first) log.info(`Received ${signal}: the pipeline stops`);
    },
    ended(result) {
      return ending(
        result,
        (text) => log.error(text),
        (text) => fatal(`${hasMoved(result) ? "The pipeline has failed" : "Failed to start the pipeline"}: ${text}`),
      );
    },
  };
}

type Ended = Parameters<Narrator["ended"]>[0];

function ending(result: Ended, error: (text: string) => void, fatal: (text: string) => void): number {
  for (const more of result.errors.slice(1)) error(sentenceOf(more));
  for (const sentence of leftUndone(result)) error(sentence);
  if (result.error !== undefined) fatal(sentenceOf(result.error));
  return hasEndedWell(result) ? 0 : 1;
}

/** What flowd of the generation with `components:` says before anything else. */
export function componentsGreeting({ log }: FlowVoice): void {
  log.info(`Starting flowd version ${VERSION}, process ID: ${process.pid}`);
  log.info("Initializing the pipeline");
}
