import { readSysflow } from "@millrace/config";
import type { GoFlags } from "../command-line/go-flags.ts";
import { readConfig } from "../machine/config-file.ts";
import { machineHost } from "../machine/host.ts";
import { sysflowNarrator } from "../narrators/sysflow.ts";
import { builtinRegistry } from "./builtins.ts";
import { withDriverOptions } from "./driver-options.ts";
import { watchRates } from "./rates.ts";
import { runPipeline } from "./run-pipeline.ts";

/** Runs a pipeline as sfprocessor does. Gives the exit code. */
export async function runSysflow(flags: GoFlags): Promise<number> {
  const file = flags.text("config");
  const machine = await machineHost({ format: "bracketed", level: flags.text("log"), configuration: file });
  try {
    const command = machine.host.logger("sfprocessor");
    const pipeline = machine.host.logger("pipeline");
    const fail = (text: string): void => {
      if (command.enabled("error")) command.error(text);
      else machine.print("stderr", `sfprocessor: ${text}\n`);
    };
    const read = readConfig(file);
    if (read.problem) {
      const reason = read.problem.kind === "directory" ? "Pipeline config file is not a file" : `stat ${file}: ${read.problem.reason}`;
      pipeline.error(`Unable to load pipeline config:  ${reason}`);
      fail(`Unable to load pipeline error:  ${reason}`);
      return 1;
    }
    const parsed = readSysflow(read.source, process.env, {
      ...(flags.given("driver") && { driver: flags.text("driver") }),
      driverDirectory: flags.text("driverdir"),
      pluginDirectory: flags.text("plugdir"),
    });
    const registry = builtinRegistry(parsed.spec?.plugins);
    const [path] = flags.rest;
    const given = (name: string): string | undefined => (flags.given(name) ? flags.text(name) : undefined);
    return await runPipeline({
      parsed: await withDriverOptions(parsed, registry, { path, "on-corrupt": given("on-corrupt"), threads: given("threads") }),
      registry,
      host: machine.host,
      written: () => machine.written(),
      narrator: sysflowNarrator({
        command,
        pipeline,
        health: (text) => machine.health("pipeline", text),
        print: (text) => machine.print("stdout", text),
        fail,
      }),
      testOnly: flags.isSet("test"),
      ...(flags.isSet("perflog") && { watch: (run, graph) => watchRates(run, graph, machine.host.clock, (text) => machine.perf("pipeline", text)) }),
    });
  } finally {
    machine.close();
  }
}
