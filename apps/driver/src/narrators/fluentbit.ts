import type { Diagnostic, Logger } from "@millrace/api";
import type { Graph } from "@millrace/core";
import { VERSION } from "../version.ts";
import type { Narrator } from "./narrator.ts";
import { leftUndone, sentenceOf } from "./summary.ts";

/** Where fluent-bit's lines go. */
export interface FluentBitVoice {
  /** The logger of a component, such as `engine`; none for a line without one. */
  log(component?: string): Logger;
  /** Writes text past the logger, whatever its level. */
  raw(text: string): void;
  now(): Date;
}

/** The exit code of a pipeline that could not be opened; configuration errors give 1. */
const INIT_EXIT = 255;

/** What fluent-bit says before anything else. */
export function fluentBitBanner({ raw }: FluentBitVoice): void {
  raw(`Millrace v${VERSION}\n* Runs pipelines of Fluent Bit v5.1\n\n`);
}

/** Speaks as fluent-bit does. */
export function fluentBitNarrator({ log, raw, now }: FluentBitVoice): Narrator {
  return {
    refused(diagnostics) {
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      for (const error of errors) log("config").error(error.message);
      if (errors.every(isOptionError)) {
        log("engine").error("initialization failed");
        return INIT_EXIT;
      }
      log().error("configuration file contains errors, aborting.");
      return 1;
    },
    planned(graph) {
      log("fluent bit").info(`version=${VERSION}+millrace, pid=${process.pid}`);
      for (const { plugin, id } of graph.nodes) if (plugin.kind === "input") log(id).info("initializing");
    },
    healthy(graph) {
      log("engine").info(`Shutdown Grace Period=${graceOf(graph)}`);
    },
    unhealthy(error) {
      log("engine").error(sentenceOf(error));
      return INIT_EXIT;
    },
    caught(signal, first, graph) {
      raw(`[${stamp(now())}] [engine] caught signal (${signal})\n`);
      if (!first) return;
      log("engine").warn(`service will shutdown in max ${graceOf(graph)} seconds`);
      log("engine").info("pausing all inputs..");
      for (const { plugin, id, spec } of graph.nodes) if (plugin.kind === "input") log("input").info(`pausing ${spec.instance?.alias ?? id}`);
    },
    ended(result) {
      for (const error of result.errors) log("engine").error(sentenceOf(error));
      for (const sentence of leftUndone(result)) log("engine").error(sentence);
      log("engine").info(`service has stopped (${result.lost.batches} pending tasks)`);
      return result.state === "finished" || result.state === "drained" ? 0 : 1;
    },
  };
}

/** What the peer finds only when it makes the instance: options that a plugin does not know or can't use. */
function isOptionError({ code }: Diagnostic): boolean {
  return code.startsWith("MILLRACE_PLAN_OPTION");
}

function graceOf(graph: Graph): number {
  return graph.service.graceMs === undefined ? 5 : graph.service.graceMs < 0 ? -1 : Math.round(graph.service.graceMs / 1000);
}

function stamp(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("/");
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}
