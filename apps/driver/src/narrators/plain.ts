import type { Logger } from "@millrace/api";
import type { Narrator } from "./narrator.ts";
import { firstError, hasEndedWell, leftUndone, sentenceOf } from "./summary.ts";

/** Speaks for `millrace run`. */
export function plainNarrator(log: Logger): Narrator {
  return {
    refused(diagnostics) {
      log.error(`can't run: ${firstError(diagnostics)}`);
      return 1;
    },
    healthy(graph) {
      log.info(`ready: ${graph.nodes.length} nodes, ${graph.edges.length} edges`);
    },
    unhealthy(error) {
      log.error(sentenceOf(error));
      return 1;
    },
    starting() {
      log.info("running");
    },
    caught(signal, first) {
      if (first) log.info(`${signal}: draining; a second one leaves at once`);
      else log.warn(`${signal} again: leaving`);
    },
    ended(result) {
      const { state, errors, done, refused, lost } = result;
      for (const error of errors) log.error(sentenceOf(error));
      for (const sentence of leftUndone(result)) log.error(sentence);
      log.info(state, { done: done.records, refused: refused.records, lost: lost.records });
      return hasEndedWell(result) ? 0 : 1;
    },
  };
}
