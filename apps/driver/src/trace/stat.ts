import { bigintOf, EntityTables, operationNames, type Surroundings, type SysflowRows, walk } from "@millrace/sysflow";
import * as layout from "@millrace/sysflow/layout";
import * as names from "@millrace/sysflow/names";
import { printable } from "./formats.ts";
import { spanText, timeText } from "./moments.ts";
import { Progress } from "./progress.ts";
import { readParts } from "./read-parts.ts";
import { counted, reported } from "./report.ts";
import { TopCounter } from "./top-counter.ts";

export interface StatOptions {
  /** How many of the processes, hosts, containers and operations are listed. */
  readonly top: number;
  readonly json?: boolean;
  readonly onCorrupt: "stop" | "skip";
  readonly quiet?: boolean;
}

/** Counts what is in traces: each, and all together if there are several. Gives the exit code. */
export async function statTraces(files: readonly string[], options: StatOptions): Promise<number> {
  const total = new TraceStat();
  const each: { file: string; stat: TraceStat }[] = [];
  let failed = false;
  for (const file of files) {
    const stat = new TraceStat();
    const code = await reported(() => count(file, files.length > 1 ? [stat, total] : [stat], options));
    if (code !== 0) failed = true;
    if (stat.records > 0 || code === 0) each.push({ file, stat });
  }
  const shown = each.length > 1 ? [...each, { file: "all", stat: total }] : each;
  if (options.json)
    process.stdout.write(
      `${JSON.stringify(
        shown.map(({ file, stat }) => ({ file, ...stat.toPlain(options.top) })),
        undefined,
        2,
      )}\n`,
    );
  else process.stdout.write(shown.map(({ file, stat }) => stat.toText(file, options.top)).join("\n"));
  return failed ? 1 : 0;
}

async function count(file: string, stats: readonly TraceStat[], options: StatOptions): Promise<number> {
  const tables = new EntityTables();
  const progress = new Progress(options.quiet === true);
  const damaged = (lost: number | undefined): void => {
    for (const stat of stats) stat.addDamage(lost);
  };
  for await (const rows of readParts(file, { onCorrupt: options.onCorrupt, progress, damaged })) {
    for (const stat of stats) stat.records += rows.records;
    countTypes(rows, stats);
    walk(rows, tables, {
      begin: () => undefined,
      event: (base, type, around) => {
        for (const stat of stats) stat.addEvent(rows, base, type, around);
      },
      missing: () => {
        for (const stat of stats) stat.missing += 1;
      },
    });
    tables.endBatch();
  }
  return 0;
}

function countTypes({ words, first, records }: SysflowRows, stats: readonly TraceStat[]): void {
  for (let row = first; row < first + records; row += 1) {
    const type = words[row * layout.STRIDE] as number;
    for (const stat of stats) stat.types[type] = (stat.types[type] ?? 0) + 1;
  }
}

/** How many combinations of operations are remembered. */
const MOST_TEXTS = 4096;

/** What is in a trace, or in several. */
class TraceStat {
  records = 0;
  /** By the number of the type. */
  readonly types: number[] = names.RECORD_TYPES.map(() => 0);
  /** Entities that events refer to and that were not there. */
  missing = 0;
  readonly #tops: Readonly<Record<"processes" | "operations" | "hosts" | "containers", TopCounter>> = {
    processes: new TopCounter(),
    operations: new TopCounter(),
    hosts: new TopCounter(),
    containers: new TopCounter(),
  };
  readonly #operationTexts: Map<number, string> = new Map();
  #events = 0;
  #first: bigint | undefined;
  #last: bigint | undefined;
  #damages = 0;
  #lost = 0;

  addDamage(lost: number | undefined): void {
    this.#damages += 1;
    this.#lost += lost ?? 0;
  }

  addEvent({ words }: SysflowRows, base: number, type: number, around: Surroundings): void {
    this.#events += 1;
    const ts = bigintOf(words[base + layout.TS] as number, words[base + layout.TS + 1] as number);
    const ends = hasEnd(type) ? bigintOf(words[base + layout.END_TS] as number, words[base + layout.END_TS + 1] as number) : ts;
    if (this.#first === undefined || ts < this.#first) this.#first = ts;
    if (this.#last === undefined || ts > this.#last) this.#last = ts;
    if (ends > (this.#last as bigint)) this.#last = ends;
    this.#tops.hosts.add(around.header?.exporter ?? "");
    if (type === names.K8S_EVENT) return;
    this.#tops.processes.add(around.process?.exe ?? "(unknown)");
    this.#tops.operations.add(this.#operations(words[base + layout.OP_FLAGS] as number, type));
    if (around.process?.containerId) this.#tops.containers.add(containerText(around));
  }

  /** The names of operations; made once for each combination that occurs. */
  #operations(flags: number, type: number): string {
    const key = flags * 16 + type;
    let text = this.#operationTexts.get(key);
    if (text === undefined) {
      if (this.#operationTexts.size >= MOST_TEXTS) this.#operationTexts.clear();
      text = operationNames(flags, type).join(",");
      this.#operationTexts.set(key, text);
    }
    return text;
  }

  /** As JSON, times in nanoseconds as text. */
  toPlain(top: number): Readonly<Record<string, unknown>> {
    return {
      records: this.records,
      types: Object.fromEntries(this.#counted().map(({ type, count }) => [type, count])),
      events: this.#events,
      from: this.#first?.toString(),
      to: this.#last?.toString(),
      missing: this.missing,
      damages: this.#damages,
      lost: this.#lost,
      ...Object.fromEntries(Object.entries(this.#tops).map(([what, counter]) => [what, counter.top(top)])),
    };
  }

  toText(title: string, top: number): string {
    const lines = [printable(title)];
    const line = (name: string, text: string): void => void lines.push(`  ${name.padEnd(12)}${text}`);
    line("records", String(this.records));
    for (const { type, count } of this.#counted()) lines.push(`    ${type.padEnd(4)}${String(count).padStart(9)}  ${TYPE_TEXTS[type] ?? ""}`);
    if (this.#first !== undefined && this.#last !== undefined) {
      line("from", timeText(this.#first));
      line("to", timeText(this.#last));
      line("duration", `${spanText(this.#last - this.#first)}, ${counted(this.#events, "event")}${rateText(this.#events, this.#last - this.#first)}`);
    }
    if (this.missing > 0) line("missing", `${counted(this.missing, "entity", "entities")} that events refer to`);
    if (this.#damages > 0)
      line("damaged", `${counted(this.#damages, "block")}, ${this.#lost === 0 ? "an unknown number of" : `at least ${this.#lost}`} records lost`);
    for (const [what, counter] of Object.entries(this.#tops)) lines.push(...topLines(what, counter, top));
    return `${lines.join("\n")}\n`;
  }

  #counted(): { type: string; count: number }[] {
    return names.RECORD_TYPES.flatMap((type, number) => ((this.types[number] ?? 0) > 0 ? [{ type, count: this.types[number] as number }] : []));
  }
}

const TYPE_TEXTS: Readonly<Record<string, string>> = {
  H: "headers",
  C: "containers",
  P: "processes",
  F: "files",
  PE: "process events",
  NF: "network flows",
  FF: "file flows",
  FE: "file events",
  NE: "network events",
  PF: "process flows",
  PD: "pods",
  KE: "Kubernetes events",
};

function hasEnd(type: number): boolean {
  return type === names.NETWORK_FLOW || type === names.FILE_FLOW || type === names.PROCESS_FLOW;
}

function containerText({ container, process }: Surroundings): string {
  return container === undefined ? `(unknown ${process?.containerId})` : `${container.name} (${container.image})`;
}

function rateText(events: number, nanos: bigint): string {
  const seconds = Number(nanos) / 1e9;
  return seconds < 1 ? "" : `, ${Number((events / seconds).toPrecision(3))} a second`;
}

function topLines(what: string, counter: TopCounter, most: number): string[] {
  if (counter.size === 0) return [];
  const top = counter.top(most);
  const more = counter.size > top.length ? `, the first ${top.length} of ${counter.size}` : "";
  const about = counter.shortBy > 0 ? `, each at most ${counter.shortBy} too small` : "";
  return [`  ${what}${more}${about}`, ...top.map(({ name, count }) => `    ${String(count).padStart(9)}  ${printable(name)}`)];
}
