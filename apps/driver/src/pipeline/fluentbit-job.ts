import { hostname } from "node:os";
import type { LogLevel, NodeSpec } from "@millrace/api";
import { readFluentbit } from "@millrace/config";
import type { FluentBitArguments } from "../fluent-bit.ts";
import { machineFiles, readConfig } from "../machine/config-file.ts";
import { machineHost } from "../machine/host.ts";
import { printDiagnostics } from "../machine/terminal.ts";
import { fluentBitBanner, fluentBitNarrator } from "../narrators/fluentbit.ts";
import { BUILTINS, builtinRegistry } from "./builtins.ts";
import { withLimits } from "./fluentbit-limits.ts";
import { checkPipeline, runPipeline } from "./run-pipeline.ts";

/** Runs a pipeline as fluent-bit does. Gives the exit code. */
export async function runFluentBit(given: FluentBitArguments): Promise<number> {
  const environment: NodeJS.ProcessEnv = { HOSTNAME: hostname(), ...process.env };
  const read = given.config === undefined ? undefined : readConfig(given.config);
  const parsed = withLimits(
    readFluentbit(read?.source, environment, {
      files: machineFiles,
      sections: given.sections,
      plugins: given.pluginFiles,
      parserFiles: given.parserFiles,
    }),
  );
  const service = parsed.spec?.service ?? {};
  const instances = new Map(parsed.spec?.nodes.map((node) => [node.id, node]));
  const machine = await machineHost({
    format: "component",
    level: levelOf(given, service.log_level, environment),
    configuration: given.config ?? "command line",
    nameOf: (name, plugin) => (plugin !== undefined && isLoaded(instances.get(name)) ? "" : componentOf(name, instances)),
    levelOf: (name) => textOf(instances.get(name)?.instance?.log_level),
    logFile: given.logFile ?? textOf(service.log_file),
  });
  const voice = {
    log: (component = "") => machine.host.logger(component),
    raw: (text: string) => machine.print("stderr", text),
    now: () => new Date(machine.host.clock.now()),
  };
  try {
    if (!given.quiet) fluentBitBanner(voice);
    for (const warning of given.warnings) voice.log("config").warn(warning);
    if (read?.problem) {
      voice.log().error("could not open configuration file, aborting.");
      voice.log().error(`${given.config}: ${read.problem.reason}`);
      return 1;
    }
    const registry = builtinRegistry(parsed.spec?.plugins);
    if (!given.dryRun) {
      return await runPipeline({
        parsed,
        registry,
        host: machine.host,
        written: () => machine.written(),
        narrator: fluentBitNarrator(voice),
        strict: given.strict,
        waitsWithoutInput: true,
      });
    }
    const { graph, diagnostics } = await checkPipeline(parsed, registry, given.strict);
    printDiagnostics(diagnostics);
    if (graph === undefined) {
      voice.log().error("configuration file contains errors, aborting.");
      return 1;
    }
    process.stderr.write("configuration test is successful\n");
    return 0;
  } finally {
    machine.close();
  }
}

/** An instance as the lines of fluent-bit name it: `input:dummy:dummy.0`, or its alias in place of its name. */
function componentOf(name: string, instances: ReadonlyMap<string, NodeSpec>): string {
  const node = instances.get(name);
  return node === undefined || node.kind === "node" ? name : `${node.kind}:${node.plugin}:${textOf(node.instance?.alias) ?? node.id}`;
}

/** Whether an instance is of a plugin that is not built in: the peer's SDK writes the lines of such plugins without a name, and they name themselves. */
function isLoaded(node: NodeSpec | undefined): boolean {
  return node !== undefined && !BUILTINS.some(({ kind, name }) => kind === node.kind && name === node.plugin.toLowerCase());
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

const LEVELS: readonly LogLevel[] = ["info", "debug", "trace"];

/** The environment goes before the command line, that before the configuration. */
function levelOf({ quiet, verbose }: FluentBitArguments, configured: unknown, environment: NodeJS.ProcessEnv): string {
  if (environment.FLB_LOG_LEVEL) return environment.FLB_LOG_LEVEL;
  if (quiet) return "off";
  if (verbose > 0) return LEVELS[Math.min(verbose, LEVELS.length - 1)] as string;
  return textOf(configured) ?? "info";
}
