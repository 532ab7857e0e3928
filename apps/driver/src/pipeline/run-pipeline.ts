import type { Diagnostic, Logger } from "@millrace/api";
import type { DialectResult } from "@millrace/config";
import { createRun, type Graph, type Host, plan, type Registry, type Run, type RunResult, type RunState } from "@millrace/core";
import { DiagnosticBag, strictly } from "@millrace/text";
import { leave } from "../machine/command.ts";
import { endOnFaults } from "../machine/faults.ts";
import { SIGNAL_EXIT, type StopSignal, stopOnSignals } from "../machine/signals.ts";
import { printDiagnostics } from "../machine/terminal.ts";
import type { Narrator } from "../narrators/narrator.ts";
import { sentenceOf } from "../narrators/summary.ts";

/** A pipeline to run, and all that running it needs. */
export interface Job {
  readonly parsed: DialectResult;
  readonly registry: Registry;
  readonly host: Host;
  readonly narrator: Narrator;
  /** Waits until what was said has been read. Where a signal comes meanwhile, nobody waits for it. */
  readonly written?: () => Promise<void>;
  /** Makes warnings errors. */
  readonly strict?: boolean;
  /** Ends after the health checks. */
  readonly testOnly?: boolean;
  /** Goes on without anything to read until a signal comes. */
  readonly waitsWithoutInput?: boolean;
  /** Sees the run before it starts. What it gives is called when the run has ended. */
  readonly watch?: (run: Run, graph: Graph) => () => void;
}

/** The one way that every command takes from a text that was read to an exit code. */
export async function runPipeline(job: Job): Promise<number> {
  const { graph, diagnostics } = await checkPipeline(job.parsed, job.registry, job.strict);
  printDiagnostics(diagnostics);
  if (graph === undefined) return job.narrator.refused(diagnostics);
  job.narrator.planned?.(graph);
  return runGraph(graph, job);
}

export interface Checked {
  /** Absent where an error was found. */
  readonly graph: Graph | undefined;
  /** What the dialect and planning found, by file and place. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Plans a pipeline that was read. Plans it in spite of errors too, so that all that is wrong is reported at once. */
export async function checkPipeline(parsed: DialectResult, registry: Registry, strict = false): Promise<Checked> {
  const bag = new DiagnosticBag();
  bag.add(...(strict ? strictly(parsed.diagnostics) : parsed.diagnostics));
  const planned = parsed.spec && (await plan(parsed.spec, registry, { strict }));
  if (planned) bag.add(...planned.diagnostics);
  const diagnostics = bag.list();
  const refused = diagnostics.some(({ severity }) => severity === "error");
  return { graph: refused ? undefined : planned?.graph, diagnostics };
}

const NOT_STARTED: readonly RunState[] = ["new", "testing", "ready"];

async function runGraph(graph: Graph, job: Job): Promise<number> {
  const { host, narrator } = job;
  const run = createRun(graph, host);
  const log = host.logger("pipeline");
  const stop = Promise.withResolvers<void>();
  let stoppedBy: StopSignal | undefined;
  const signals = stopOnSignals(
    // Before anything has moved there is nothing to drain.
    { drain: (reason) => (NOT_STARTED.includes(run.state) ? run.abort(reason) : run.drain(reason)), abort: (reason) => run.abort(reason) },
    (signal, first) => {
      stoppedBy ??= signal;
      narrator.caught?.(signal, first, graph);
      stop.resolve();
    },
    (exitCode) => void leave(exitCode),
  );
  const faults = endOnFaults(
    run,
    (sentence) => log.error(sentence),
    (exitCode) => void leave(exitCode),
  );
  try {
    try {
      await run.test();
    } catch (cause) {
      const exitCode = narrator.unhealthy(cause as Error);
      return stoppedBy === undefined ? exitCode : SIGNAL_EXIT[stoppedBy];
    }
    narrator.healthy?.(graph);
    if (job.testOnly) return await endAfterTest(run, log);
    narrator.starting?.(graph);
    const idle = job.waitsWithoutInput && !graph.nodes.some(({ plugin }) => plugin.kind === "input");
    const unwatch = job.watch?.(run, graph);
    const result = idle ? await endAfter(stop.promise, run) : await run.start();
    unwatch?.();
    const exitCode = narrator.ended(result, graph);
    if (stoppedBy === undefined) await Promise.race([job.written?.(), stop.promise]);
    return exitCode === 0 && faults.fault !== undefined ? 1 : exitCode;
  } finally {
    signals.end();
    faults.end();
  }
}

/** Closes what the health checks have opened. */
async function endAfterTest(run: Run, log: Logger): Promise<number> {
  run.abort("only a test was asked for");
  const { errors } = await run.start();
  for (const error of errors) log.error(sentenceOf(error));
  return errors.length > 0 ? 1 : 0;
}

/** Waits with a pipeline in which nothing can move, and closes it then. */
async function endAfter(stop: Promise<void>, run: Run): Promise<RunResult> {
  // A promise alone does not keep the process alive.
  const timer = setInterval(() => undefined, 1 << 30);
  await stop;
  clearInterval(timer);
  run.abort("stopped");
  return { ...(await run.start()), state: "drained" };
}
