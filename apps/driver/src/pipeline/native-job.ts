import { hostname } from "node:os";
import type { Diagnostic } from "@millrace/api";
import { type ConfigSource, type DialectName, type DialectResult, detectDialect, readFlow, readFluentbit, readNative, readSysflow } from "@millrace/config";
import type { Registry } from "@millrace/core";
import { machineFiles, readConfig } from "../machine/config-file.ts";
import { machineHost } from "../machine/host.ts";
import { printDiagnostics } from "../machine/terminal.ts";
import { plainNarrator } from "../narrators/plain.ts";
import { builtinRegistry } from "./builtins.ts";
import { type Drawing, draw } from "./draw.ts";
import { withDriverOptions } from "./driver-options.ts";
import { withLimits } from "./fluentbit-limits.ts";
import { loaderFlags, type PluginFlags, sourcesOf } from "./plugin-flags.ts";
import { checkPipeline, runPipeline } from "./run-pipeline.ts";

/** A pipeline as the command line of `millrace` names it. */
export interface PipelineFile extends PluginFlags {
  readonly file: string;
  /** What the file's name and text tell, if absent. */
  readonly dialect?: DialectName;
  /** What a SysFlow pipeline reads. */
  readonly input?: string;
  readonly strict?: boolean;
}

export interface RunFileOptions extends PipelineFile {
  readonly logFormat: "pretty" | "json";
  readonly logLevel: string;
  readonly test?: boolean;
}

/** Runs a pipeline of any dialect. Gives the exit code. */
export async function runFile(options: RunFileOptions): Promise<number> {
  const read = await readPipeline(options);
  if (read === undefined) return 1;
  const machine = await machineHost({ format: options.logFormat, level: options.logLevel, configuration: options.file });
  try {
    return await runPipeline({
      ...read,
      host: machine.host,
      written: () => machine.written(),
      narrator: plainNarrator(machine.host.logger("pipeline")),
      ...(options.strict !== undefined && { strict: options.strict }),
      ...(options.test !== undefined && { testOnly: options.test }),
    });
  } finally {
    machine.close();
  }
}

/** Says all that is wrong with a pipeline. Gives the exit code. */
export async function checkFile(options: PipelineFile): Promise<number> {
  const read = await readPipeline(options);
  if (read === undefined) return 1;
  const { graph, diagnostics } = await checkPipeline(read.parsed, read.registry, options.strict);
  printDiagnostics(diagnostics);
  if (graph !== undefined) process.stdout.write(`${options.file}: ${sizeOf(graph)}, no errors${warningsOf(diagnostics)}\n`);
  return graph === undefined ? 1 : 0;
}

/** Draws a pipeline. Gives the exit code. */
export async function drawFile(options: PipelineFile & { readonly format: Drawing }): Promise<number> {
  const read = await readPipeline(options);
  if (read === undefined) return 1;
  const { graph, diagnostics } = await checkPipeline(read.parsed, read.registry, options.strict);
  printDiagnostics(diagnostics);
  if (graph === undefined) return 1;
  process.stdout.write(draw(graph, options.format));
  return 0;
}

/** Reads a pipeline, or says why it can't be read. */
async function readPipeline(options: PipelineFile): Promise<{ readonly parsed: DialectResult; readonly registry: Registry } | undefined> {
  const { source, problem } = readConfig(options.file);
  if (problem) {
    printDiagnostics([{ severity: "error", code: "MILLRACE_DRIVER_CONFIG", message: `can't read ${options.file}: ${problem.reason}` }]);
    return undefined;
  }
  const registry = builtinRegistry(await sourcesOf(options.plugins ?? []), loaderFlags(options));
  // The names of plugins in files are known when these are open; what is wrong with them, planning tells.
  await registry.open();
  const dialect = options.dialect ?? detectDialect(options.file, source.text);
  if (dialect === undefined) {
    printDiagnostics([
      {
        severity: "error",
        code: "MILLRACE_DRIVER_DIALECT",
        message: `${options.file} may be of any dialect: neither its name nor its text tells`,
        hint: "name it by --dialect native, sysflow, flow or fluentbit",
      },
    ]);
    return undefined;
  }
  const parsed = await withDriverOptions(parse(source, dialect, registry), registry, { path: options.input });
  const taken = parsed.spec?.nodes.some((node) => node.kind === "driver" && node.options.path === options.input);
  const unread: Diagnostic[] =
    options.input === undefined || taken
      ? []
      : [{ severity: "warning", code: "MILLRACE_DRIVER_INPUT", message: `${options.input} is not read: no driver of the pipeline takes it` }];
  return { parsed: { ...parsed, diagnostics: [...parsed.diagnostics, ...unread] }, registry };
}

function parse(source: ConfigSource, dialect: DialectName, registry: Registry): DialectResult {
  switch (dialect) {
    case "sysflow":
      return readSysflow(source, process.env);
    case "flow":
      return readFlow(source, process.env);
    case "fluentbit":
      return withLimits(readFluentbit(source, { HOSTNAME: hostname(), ...process.env }, { files: machineFiles }));
    case "native":
      return readNative(source, process.env, { kinds: (plugin) => registry.kindsOf(plugin), names: () => registry.names("node") });
  }
}

function sizeOf({ nodes, edges }: { readonly nodes: readonly unknown[]; readonly edges: readonly unknown[] }): string {
  return `${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}, ${edges.length} ${edges.length === 1 ? "edge" : "edges"}`;
}

function warningsOf(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.length === 0 ? "" : `, ${diagnostics.length} ${diagnostics.length === 1 ? "warning" : "warnings"}`;
}
