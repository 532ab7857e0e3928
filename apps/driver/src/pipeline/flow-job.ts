import { existsSync } from "node:fs";
import { type Generation, readFlow } from "@millrace/config";
import type { GoFlags } from "../command-line/go-flags.ts";
import { readConfig } from "../machine/config-file.ts";
import { machineHost } from "../machine/host.ts";
import { actorsNarrator, componentsGreeting, componentsNarrator, type FlowVoice } from "../narrators/flow.ts";
import { builtinRegistry } from "./builtins.ts";
import { runPipeline } from "./run-pipeline.ts";

/** Runs a pipeline as flowd does. Gives the exit code. */
export async function runFlow(flags: GoFlags): Promise<number> {
  const { file, generation: supposed } = configOf(flags, process.env);
  const read = readConfig(file);
  const pluginPath = flags.text("plugin.path") || flags.text("flow-plugin-path");
  const parsed = read.source && readFlow(read.source, process.env, { options: flags.list("o"), ...(pluginPath && { pluginPath }) });
  const generation = parsed?.generation ?? supposed;

  const machine = await machineHost({ format: generation === "classic" ? "logrus" : "tabbed", level: "trace", configuration: file });
  try {
    const voice: FlowVoice = {
      log: machine.host.logger("flowd"),
      fatal: (text) => machine.fatal("flowd", text),
      print: (text) => machine.print("stdout", text),
    };
    if (parsed === undefined) {
      voice.fatal(`failed to start context: failed to read yaml config file "${file}": open ${file}: ${read.problem?.reason}`);
      return 1;
    }
    if (generation === "classic") componentsGreeting(voice);
    else voice.log.info("initializing the pipeline");
    for (const feature of ["admin", "metrics"]) {
      const settings = parsed.spec?.service[feature] as { readonly enabled?: unknown } | undefined;
      if (settings?.enabled === true) voice.log.warn(`system.${feature} has no effect: this version does not have it`);
    }
    return await runPipeline({
      parsed,
      registry: builtinRegistry(parsed.spec?.plugins),
      host: machine.host,
      written: () => machine.written(),
      narrator: generation === "classic" ? componentsNarrator(voice) : actorsNarrator(voice),
    });
  } finally {
    machine.close();
  }
}

/** Where the configuration is: the flags go before the environment, and both before the default. */
function configOf(flags: GoFlags, environment: NodeJS.ProcessEnv): { readonly file: string; readonly generation: Generation } {
  const candidates: readonly (readonly [string | undefined, Generation])[] = [
    [flags.text("config.path"), "v1alpha1"],
    [flags.text("config"), "classic"],
    [environment.FLOW_CONFIG_PATH, "v1alpha1"],
    [environment.CONFIG_FILE, "classic"],
  ];
  const [file, generation] = candidates.find(([path]) => path) ?? DEFAULTS.find(([path]) => existsSync(path)) ?? DEFAULTS[0];
  return { file: file as string, generation };
}

/** Where each generation looks for its configuration by itself. */
const DEFAULTS: readonly [Candidate, ...Candidate[]] = [
  ["/etc/flowd/flow-config.yaml", "v1alpha1"],
  ["/etc/flowd/flow-config.yml", "classic"],
];

type Candidate = readonly [path: string, generation: Generation];
