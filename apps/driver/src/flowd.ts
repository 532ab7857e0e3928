import { type GoFlag, goFlagDefaults, parseGoFlags } from "./command-line/go-flags.ts";
import { runCommand } from "./machine/command.ts";
import { VERSION } from "./version.ts";

/** Runs the command `flowd`, and ends the process. `args` is without the program's name. */
export function run(args: readonly string[]): Promise<void> {
  return runCommand("flowd", () => flowd(args));
}

const FLAGS: readonly GoFlag[] = [
  { name: "config", type: "string", usage: "Config file path, as the components: generation names it" },
  { name: "config.path", type: "string", usage: "Config file path" },
  { name: "flow-plugin-path", type: "string", usage: "Plugin folder path, as the components: generation names it" },
  { name: "o", type: "list", usage: "Extra options", check: wrongOption },
  { name: "plugin.path", type: "string", usage: "Plugin folder path" },
  { name: "version", type: "bool", usage: "Print the version" },
];

async function flowd(args: readonly string[]): Promise<number> {
  const parsed = parseGoFlags(args, FLAGS);
  if (parsed.state === "mistake") {
    process.stderr.write(`${parsed.message}\n`);
    return usage(2);
  }
  if (parsed.state === "help") return usage(0);
  if (parsed.flags.isSet("version")) {
    process.stdout.write(`flowd version ${VERSION}+millrace\n`);
    return 0;
  }
  return (await import("./pipeline/flow-job.ts")).runFlow(parsed.flags);
}

function usage(exitCode: number): number {
  process.stderr.write(`Usage of flowd:\n${goFlagDefaults(FLAGS)}`);
  return exitCode;
}

function wrongOption(value: string): string | undefined {
  return value.split("=").length > 2 ? `Possibly malformed flag (way too many \`=\`): ${JSON.stringify(value)}` : undefined;
}
