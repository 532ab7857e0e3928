import { isMillraceError, type Logger } from "@millrace/api";
import type { Graph } from "@millrace/core";
import type { Narrator } from "./narrator.ts";
import { firstError, hasEndedWell, hasMoved, leftUndone, sentenceOf } from "./summary.ts";

/** Where sfprocessor's lines go. */
export interface SysflowVoice {
  /** The command itself. */
  readonly command: Logger;
  /** Its pipeline. */
  readonly pipeline: Logger;
  /** Lines about health, which have a level of their own. */
  health(text: string): void;
  /** Text past the logger, at every level. */
  print(text: string): void;
  /** Why the command ends with an error: said at every level, or nobody would know. */
  fail(text: string): void;
}

/** Speaks as sfprocessor does. */
export function sysflowNarrator({ command, pipeline, health, print, fail }: SysflowVoice): Narrator {
  return {
    refused(diagnostics) {
      command.error(`Unable to load pipeline error:  ${firstError(diagnostics)}`);
      return 1;
    },
    planned(graph) {
      for (const driver of driversOf(graph)) if (driver.spec.place !== undefined) pipeline.info(`Loading driver: ${driver.plugin.name}`);
    },
    healthy() {
      health("Health checks: passed");
      command.info("Successfully loaded pipeline configuration");
    },
    unhealthy(error) {
      if (isMillraceError(error) && error.code === "MILLRACE_RUN_HEALTH") {
        for (const { message } of error.diagnostics) pipeline.error(healthLine(message));
        health("Health checks: failed");
      }
      fail(`Unable to load pipeline error:  ${error.message}`);
      return 1;
    },
    starting(graph) {
      pipeline.info("Starting the processing pipeline");
      print(`Initializing ${driversOf(graph).length} drivers\n`);
      for (const driver of driversOf(graph)) pipeline.info(`Initializing Driver with config ${driver.plugin.name}`);
    },
    caught(signal, first) {
      print(signal === "SIGINT" ? "\r- Ctrl+C pressed in terminal\n" : `\r- ${signal} received\n`);
      if (first) pipeline.info("Stopping the processing pipeline");
    },
    ended(result, graph) {
      const moved = hasMoved(result);
      for (const error of result.errors) {
        const driver = driversOf(graph).some(({ id }) => error.message.startsWith(`node '${id}'`));
        pipeline.error(`${driver && !moved ? "Cannot start the driver: " : ""}${sentenceOf(error)}`);
      }
      for (const sentence of leftUndone(result)) pipeline.error(sentence);
      if (result.lost.records > 0 && !result.cutOff) pipeline.error(`records lost: ${result.lost.records}`);
      if (result.error !== undefined) fail(`Error caught while ${moved ? "running" : "starting"} the pipeline:  ${result.error.message}`);
      return hasEndedWell(result) ? 0 : 1;
    },
  };
}

/** What the runtime says of a node that is not well, in the peer's words. */
function healthLine(message: string): string {
  const [, node, reason] = /^node '(.*?)': its health check (.*)$/s.exec(message) ?? [];
  return node === undefined ? `Health checks failed: ${message}` : `Health checks for plugin ${node} ${reason}`;
}

function driversOf(graph: Graph): Graph["nodes"] {
  return graph.nodes.filter(({ plugin }) => plugin.kind === "driver");
}
