import { type GoFlag, type GoFlags, goFlagDefaults, parseGoFlags } from "./command-line/go-flags.ts";
import { runCommand } from "./machine/command.ts";
import { VERSION } from "./version.ts";

/** Runs the command `sfprocessor`, and ends the process. `args` is without the program's name. */
export function run(args: readonly string[]): Promise<void> {
  return runCommand("sfprocessor", () => sfprocessor(args));
}

const FLAGS: readonly GoFlag[] = [
  { name: "config", type: "string", usage: "Path to pipeline configuration file", default: "pipeline.json" },
  { name: "cpuprofile", type: "string", usage: "Write cpu profile to `file`" },
  { name: "driver", type: "string", usage: 'Driver name {file|socket|<custom>}; without it the drivers of the configuration, or else "file"' },
  { name: "driverdir", type: "string", usage: "Dynamic driver directory", default: "../resources/drivers" },
  { name: "log", type: "string", usage: "Log level {trace|info|warn|error|health|quiet}", default: "info" },
  { name: "memprofile", type: "string", usage: "Write memory profile to `file`" },
  {
    name: "on-corrupt",
    type: "string",
    usage: "What to do at a damaged place of a trace: {stop|skip}",
    default: "stop",
    check: (value) => (value === "stop" || value === "skip" ? undefined : "must be stop or skip"),
  },
  { name: "perflog", type: "bool", usage: "Enable performance logging" },
  { name: "plugdir", type: "string", usage: "Dynamic plugins directory", default: "../resources/plugins" },
  { name: "test", type: "bool", usage: "Test pipeline configuration" },
  {
    name: "threads",
    type: "string",
    usage: "How many threads work on a trace: {1|2}",
    default: "1",
    check: (value) => (value === "1" || value === "2" ? undefined : "must be 1 or 2"),
  },
  { name: "traceprofile", type: "string", usage: "Write trace profile to `file`" },
  { name: "version", type: "bool", usage: "Output version information" },
];

const USAGE = `Usage: sfprocessor [-version
\t\t   |-test [-log <value>] [-config <value>] [-driverdir <value>] [-plugdir <value>]]
\t\t   |[-driver <value>] [-log <value>] [-perflog] [-config <value>] [-driverdir <value>] [-plugdir <value>] [-on-corrupt <value>] [-threads <value>] [-cpuprofile <value>] [-memprofile <value>] [-traceprofile <value>] path]

Positional arguments:
  path string
\tInput path

Arguments:

`;

/** The version in the peer's shape: schema versions of traces, of JSON exports, and of ECS exports. */
const VERSION_LINE = `Version: ${VERSION}+millrace, Avro Schema Version: 5, Export Schema Version: 5 (JSON), 8.2 (ECS)\n`;

async function sfprocessor(args: readonly string[]): Promise<number> {
  const parsed = parseGoFlags(args, FLAGS);
  if (parsed.state === "mistake") {
    process.stderr.write(`${parsed.message}\n`);
    return usage(2);
  }
  if (parsed.state === "help") return usage(0);
  const { flags } = parsed;
  if (flags.isSet("version")) {
    process.stdout.write(VERSION_LINE);
    return 0;
  }
  if (flags.rest.length === 0 && !flags.isSet("test")) return usage(1);
  return profiled(flags, async () => (await import("./pipeline/sysflow-job.ts")).runSysflow(flags));
}

function usage(exitCode: number): number {
  process.stdout.write(USAGE);
  process.stderr.write(goFlagDefaults(FLAGS));
  return exitCode;
}

/** Takes the profiles that are wanted while `work` goes on. */
async function profiled(flags: GoFlags, work: () => Promise<number>): Promise<number> {
  const files = { cpu: flags.text("cpuprofile"), memory: flags.text("memprofile"), trace: flags.text("traceprofile") };
  if (!files.cpu && !files.memory && !files.trace) return work();
  const { startProfiles } = await import("./machine/profiles.ts");
  const profiles = await startProfiles(files);
  const exitCode = await work();
  const failed = await profiles.finish();
  for (const problem of failed) process.stderr.write(`sfprocessor: can't write a profile to ${problem}\n`);
  return failed.length > 0 ? 1 : exitCode;
}
