import type { Command } from "commander";
import { runCommand } from "./machine/command.ts";
import { VERSION } from "./version.ts";

/** Runs the command `millrace`, and ends the process. `args` is without the program's name. */
export function run(args: readonly string[]): Promise<void> {
  return runCommand("millrace", () => millrace(args));
}

async function millrace(args: readonly string[]): Promise<number> {
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const { Command, CommanderError, Option } = await import("commander");
  let exitCode = 0;
  const program = new Command("millrace").description("Runs telemetry pipelines of SysFlow, Flow, Fluent Bit, and its own.").version(VERSION).exitOverride();

  const dialect = new Option("-d, --dialect <dialect>", "how the file is written; without it, its name and its text tell").choices([
    "native",
    "sysflow",
    "flow",
    "fluentbit",
  ]);
  const strict = new Option("--strict", "make warnings errors");
  const plugins = new Option("-p, --plugins <path...>", "look for plugins in this file, folder or package too");
  const writable = new Option("--allow-writable-plugins", "load plugin files that everybody may write");
  const manifests = new Option("--require-manifests", "load no plugin file that has no manifest");

  program
    .command("run")
    .description("run a pipeline to its end, or until a signal")
    .argument("<file>", "the pipeline")
    .argument("[input]", "what a SysFlow pipeline reads: a trace, or a folder of traces")
    .addOption(dialect)
    .addOption(strict)
    .addOption(plugins)
    .addOption(writable)
    .addOption(manifests)
    .addOption(new Option("--log-format <format>", "how log lines are written").choices(["pretty", "json"]).default("pretty"))
    .addOption(new Option("--log-level <level>", "the least level that is written").choices(["trace", "debug", "info", "warn", "error"]).default("info"))
    .option("--test", "end after the health checks")
    .action(async (file, input, options) => {
      exitCode = await (await import("./pipeline/native-job.ts")).runFile({ file, input, ...options });
    });

  program
    .command("check")
    .description("say all that is wrong with a pipeline, without running it")
    .argument("<file>", "the pipeline")
    .addOption(dialect)
    .addOption(strict)
    .addOption(plugins)
    .addOption(writable)
    .addOption(manifests)
    .action(async (file, options) => {
      exitCode = await (await import("./pipeline/native-job.ts")).checkFile({ file, ...options });
    });

  program
    .command("graph")
    .description("draw a pipeline, with the conversions that planning adds")
    .argument("<file>", "the pipeline")
    .addOption(dialect)
    .addOption(strict)
    .addOption(plugins)
    .addOption(writable)
    .addOption(manifests)
    .addOption(new Option("-f, --format <format>", "dot for GraphViz, mermaid, or json").choices(["dot", "mermaid", "json"]).default("dot"))
    .action(async (file, options) => {
      exitCode = await (await import("./pipeline/native-job.ts")).drawFile({ file, ...options });
    });

  program
    .command("plugins")
    .description("list the plugins there are, or show one with its options")
    .argument("[name]", "the plugin")
    .addOption(plugins)
    .addOption(writable)
    .addOption(manifests)
    .option("--json", "as JSON, with the options of each as JSON Schema")
    .action(async (name, options) => {
      exitCode = await (await import("./pipeline/plugin-list.ts")).listPlugins({ name, ...options });
    });

  const ends = (code: number): void => {
    exitCode = code;
  };
  (await import("./policy/commands.ts")).addPolicyCommands(program, ends);
  (await import("./trace/commands.ts")).addTraceCommands(program, ends);
  pointToHelp(program, "millrace");

  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (cause) {
    // Commander has said what is wrong, or has printed the help that was asked for.
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : 2;
    throw cause;
  }
  return exitCode;
}

/** A mistake on the command line of a command is followed by where its help is. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(${path} --help says what there is)`);
  for (const inner of command.commands) pointToHelp(inner, `${path} ${inner.name()}`);
}
