import { type Command, InvalidArgumentError, Option } from "commander";

/** Adds `millrace trace`. What a command does is loaded when it is called. */
export function addTraceCommands(program: Command, ends: (exitCode: number) => void): void {
  const trace = program.command("trace").description("look into SysFlow traces, cut them, and make some");
  const corrupt = new Option("--on-corrupt <what>", "what a damaged place does: end with an error, or go on behind it")
    .choices(["stop", "skip"])
    .default("stop");
  const quiet = new Option("-q, --quiet", "no progress, no summary");
  const where = new Option("-w, --where <condition>", "only events for which this holds, in the policy language");

  trace
    .command("cat")
    .description("print the events of a trace")
    .argument("<file>", "the trace")
    .addOption(new Option("-f, --format <format>", "table for people; json has a line each; csv").choices(["table", "json", "csv"]).default("table"))
    .option("--fields <list>", "what is shown: attributes (with or without sf.), or record, time, endtime, resource, bytes", namesIn)
    .addOption(where)
    .option("-n, --limit <count>", "print so many at the most", wholeNumber)
    .addOption(corrupt)
    .addOption(quiet)
    .action(async (file, options) => ends(await (await import("./cat.ts")).catTrace(file, options)));

  trace
    .command("stat")
    .description("count what is in traces")
    .argument("<file...>", "the traces")
    .option("-n, --top <count>", "how many processes, operations, hosts and containers are listed", wholeNumber, 10)
    .option("--json", "as JSON")
    .addOption(corrupt)
    .addOption(quiet)
    .action(async (files, options) => ends(await (await import("./stat.ts")).statTraces(files, options)));

  trace
    .command("cut")
    .description("write a part of a trace as a trace of its own, with all that its events refer to")
    .argument("<file>", "the trace")
    .requiredOption("-o, --output <file>", "the new trace")
    .option("--from <time>", "events from this time on: 2020-09-13T12:26:40Z, nanoseconds, or +90s after the first event")
    .option("--to <time>", "events before this time")
    .option("--process-tree <process>", "events of a process and its descendants, by its pid or its sf.proc.oid")
    .addOption(where)
    .addOption(corrupt)
    .addOption(quiet)
    .action(async (file, options) => ends(await (await import("./cut.ts")).cutTrace(file, options)));

  trace
    .command("generate")
    .description("make a trace up: the same options give the same bytes")
    .requiredOption("-o, --output <file>", "the new trace")
    .option("-n, --events <count>", "how many events", wholeNumber, 10_000)
    .option("--seed <number>", "another seed gives another trace", wholeNumber, 1)
    .option("--processes <count>", "how many processes live at once", wholeNumber, 100)
    .option("--containers <count>", "in how many containers they live; 0 for none", wholeNumber, 4)
    .option("--files <count>", "how many files they touch", wholeNumber, 500)
    .option("--host <name>", "the name of the host", "generated")
    .option("--salt <text>", "becomes a part of every name, path and identity, so that nothing is as in another trace", "")
    .addOption(quiet)
    .action(async (options) => ends(await (await import("./generate.ts")).generateTrace(options)));
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError("It is a whole number, 0 or more.");
  return value;
}

function namesIn(text: string): string[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) throw new InvalidArgumentError("Name at least one field.");
  return names;
}
