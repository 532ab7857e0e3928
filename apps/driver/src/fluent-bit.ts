import type { PluginKind } from "@millrace/api";
import type { CommandSection } from "@millrace/config";
import { type FoundOption, type Option, optionsUsage, parseOptions } from "./command-line/getopt.ts";
import { runCommand } from "./machine/command.ts";
import { VERSION } from "./version.ts";

/** Runs the command `fluent-bit`, and ends the process. `args` is without the program's name. */
export function run(args: readonly string[]): Promise<void> {
  return runCommand("fluent-bit", () => fluentBit(args));
}

/** An option, and what becomes of it: of those that are `ignored` a warning is made, those that are `refused` end the command. */
interface FluentBitOption extends Option {
  readonly fate?: "ignored" | "refused";
}

const OPTIONS = [
  { letter: "b", name: "storage_path", value: "PATH", usage: "specify a storage buffering path" },
  { letter: "c", name: "config", value: "FILE", usage: "specify an optional configuration file" },
  { letter: "d", name: "daemon", usage: "run in background mode (not supported: a service manager does it)", fate: "refused" },
  { name: "supervisor", usage: "run under a supervising parent process (no effect)", fate: "ignored" },
  { letter: "D", name: "dry-run", usage: "dry run" },
  { letter: "f", name: "flush", value: "SECONDS", usage: "flush timeout in seconds (default: 1)" },
  { letter: "C", name: "custom", value: "CUSTOM", usage: "enable a custom plugin (not supported)", fate: "refused" },
  { letter: "i", name: "input", value: "INPUT", usage: "set an input" },
  { letter: "F", name: "filter", value: "FILTER", usage: "set a filter" },
  { letter: "m", name: "match", value: "MATCH", usage: "set plugin match, same as '-p match=abc'" },
  { letter: "o", name: "output", value: "OUTPUT", usage: "set an output" },
  { letter: "p", name: "prop", value: '"A=B"', usage: "set plugin configuration property" },
  { letter: "R", name: "parser", value: "FILE", usage: "specify a parser configuration file" },
  { letter: "e", name: "plugin", value: "FILE", usage: "load an external plugin (a module)" },
  { letter: "l", name: "log_file", value: "FILE", usage: "write log info to a file" },
  { letter: "t", name: "tag", value: "TAG", usage: "set plugin tag, same as '-p tag=abc'" },
  { letter: "T", name: "sp-task", value: "SQL", usage: "define a stream processor task (not supported)", fate: "refused" },
  { letter: "v", name: "verbose", usage: "increase logging verbosity (default: info)" },
  { letter: "w", name: "workdir", value: "PATH", usage: "set the working directory" },
  { letter: "H", name: "http", usage: "enable monitoring HTTP server" },
  { letter: "L", name: "listen", value: "ADDRESS", usage: "set HTTP server address (default: 0.0.0.0)" },
  { letter: "P", name: "port", value: "PORT", usage: "set HTTP server TCP port (default: 2020)" },
  { letter: "s", name: "coro_stack_size", value: "BYTES", usage: "set coroutines stack size in bytes (no effect)", fate: "ignored" },
  { letter: "q", name: "quiet", usage: "quiet mode" },
  { letter: "Y", name: "enable-hot-reload", usage: "enable for hot reloading (not supported)", fate: "refused" },
  { letter: "J", name: "schema", usage: "print the options of every plugin as JSON Schema" },
  { name: "strict", usage: "make warnings about the configuration errors" },
  { letter: "V", name: "version", usage: "show version number" },
  { letter: "h", name: "help", usage: "print this help" },
] as const satisfies readonly FluentBitOption[];

type OptionName = (typeof OPTIONS)[number]["name"];
type Found = FoundOption<(typeof OPTIONS)[number]>;

/** Options that begin a plugin. */
const PLUGINS: readonly OptionName[] = ["input", "filter", "output"];

/** What the command line asks for. */
export interface FluentBitArguments {
  readonly config: string | undefined;
  readonly sections: readonly CommandSection[];
  readonly parserFiles: readonly string[];
  readonly pluginFiles: readonly string[];
  readonly dryRun: boolean;
  /** How often `-v` was given. */
  readonly verbose: number;
  readonly quiet: boolean;
  readonly strict: boolean;
  readonly logFile: string | undefined;
  /** What was asked for in vain, one sentence each. */
  readonly warnings: readonly string[];
}

/** Options that set a property of the service. */
const SERVICE: Readonly<Partial<Record<OptionName, readonly [key: string, value?: string]>>> = {
  flush: ["flush"],
  storage_path: ["storage.path"],
  http: ["http_server", "on"],
  listen: ["http_listen"],
  port: ["http_port"],
};

/** Options that set a property of the plugin before them. */
const PROPERTIES: readonly OptionName[] = ["prop", "tag", "match"];

async function fluentBit(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.mistake !== undefined) return usage(`fluent-bit: ${parsed.mistake}`);
  const chosen = new Map<OptionName, string>();
  const has = (name: OptionName): boolean => chosen.has(name);
  for (const { option, value } of parsed.found) chosen.set(option.name, value);

  if (has("version")) {
    process.stdout.write(`Fluent Bit v5.1 pipelines, by Millrace v${VERSION}\n`);
    return 0;
  }
  if (has("help")) return help(parsed.found.findLast(({ option }) => PLUGINS.includes(option.name)));
  if (has("schema")) return (await import("./pipeline/plugin-list.ts")).listPlugins({ json: true });
  for (const { option } of parsed.found)
    if ("fate" in option && option.fate === "refused") return usage(`fluent-bit: option '--${option.name}' is not supported`);

  const folder = chosen.get("workdir");
  if (folder !== undefined) {
    try {
      process.chdir(folder);
    } catch (cause) {
      process.stderr.write(`fluent-bit: can't work in ${folder}: ${cause instanceof Error ? cause.message : String(cause)}\n`);
      return 255;
    }
  }
  const { runFluentBit } = await import("./pipeline/fluentbit-job.ts");
  return runFluentBit({
    ...pluginsOf(parsed.found),
    config: chosen.get("config"),
    parserFiles: valuesOf(parsed.found, "parser"),
    pluginFiles: valuesOf(parsed.found, "plugin"),
    dryRun: has("dry-run"),
    verbose: valuesOf(parsed.found, "verbose").length,
    quiet: has("quiet"),
    strict: has("strict"),
    logFile: chosen.get("log_file"),
  });
}

/** The sections that the options make, one for each plugin and one for the service, and what of it has no effect. */
function pluginsOf(found: readonly Found[]): Pick<FluentBitArguments, "sections" | "warnings"> {
  const service: [string, string][] = [];
  const sections: { kind: CommandSection["kind"]; properties: [string, string][] }[] = [];
  const warnings: string[] = [];
  for (const { option, value } of found) {
    if ("fate" in option) warnings.push(`option '--${option.name}' has no effect`);
    const setting = SERVICE[option.name];
    if (setting !== undefined) service.push([setting[0], setting[1] ?? value]);
    if (PLUGINS.includes(option.name)) sections.push({ kind: option.name as CommandSection["kind"], properties: [["name", value]] });
    if (!PROPERTIES.includes(option.name)) continue;
    const property = option.name === "prop" ? splitProperty(value) : ([option.name, value] as const);
    const section = sections.at(-1);
    if (section === undefined) warnings.push(`'--${option.name} ${value}' has no effect: it stands before the first plugin`);
    else if (property[1] === undefined) warnings.push(`'-p ${value}' has no effect: it has no '='`);
    else section.properties.push([property[0], property[1]]);
  }
  return { sections: service.length === 0 ? sections : [{ kind: "service", properties: service }, ...sections], warnings };
}

function valuesOf(found: readonly Found[], name: OptionName): string[] {
  return found.filter(({ option }) => option.name === name).map(({ value }) => value);
}

function splitProperty(text: string): [string, string | undefined] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

async function help(plugin: Found | undefined): Promise<number> {
  if (plugin === undefined) return usage();
  return (await import("./pipeline/fluentbit-help.ts")).printPluginHelp(plugin.option.name as PluginKind, plugin.value);
}

/** Prints the usage text: because it was asked for, or because of a mistake. */
async function usage(mistake?: string): Promise<number> {
  const { pluginList } = await import("./pipeline/fluentbit-help.ts");
  if (mistake !== undefined) process.stderr.write(`${mistake}\n`);
  process.stdout.write(`Usage: fluent-bit [OPTION]\n\nAvailable Options\n${optionsUsage(OPTIONS)}\n${pluginList()}`);
  return mistake === undefined ? 0 : 1;
}
