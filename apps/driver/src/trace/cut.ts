import { isMillraceError } from "@millrace/api";
import { bigintOf, EntityTables, FlatBuilder, type FlatRows, recordAt, type Surroundings, type SysflowRows, walk } from "@millrace/sysflow";
import * as layout from "@millrace/sysflow/layout";
import { type Moment, readMoment } from "./moments.ts";
import { NeededEntities } from "./needed-entities.ts";
import { Progress } from "./progress.ts";
import { hasFlatForm, readParts, tellFormless } from "./read-parts.ts";
import { counted, reported, warn } from "./report.ts";
import { TraceFile } from "./trace-file.ts";
import { type RecordTest, recordTest } from "./where.ts";

export interface CutOptions {
  readonly output: string;
  /** Events that start at this time, or later. */
  readonly from?: string;
  /** Events that start before this time. */
  readonly to?: string;
  /** Events of a process and its descendants: a process id, or an identity as `sf.proc.oid` shows it. */
  readonly processTree?: string;
  readonly where?: string;
  readonly onCorrupt: "stop" | "skip";
  readonly quiet?: boolean;
}

/** Writes a part of a trace as a trace of its own. Gives the exit code. */
export function cutTrace(file: string, options: CutOptions): Promise<number> {
  return reported(async () => {
    const cutter = new Cutter(options);
    const target = await TraceFile.create(options.output, { notThis: file });
    let damage: unknown;
    try {
      for await (const rows of readParts(file, { onCorrupt: options.onCorrupt, progress: new Progress(options.quiet === true) })) {
        cutter.cut(rows, target);
        await target.write();
      }
    } catch (cause) {
      // What stands before the damage is sound, and is kept.
      if (!isMillraceError(cause) || cause.code !== "MILLRACE_TRACE_CORRUPT") {
        await target.discard();
        throw cause;
      }
      damage = cause;
    }
    await target.finish();
    if (!options.quiet) {
      process.stderr.write(`${options.output}: ${cutter.kept} of ${counted(cutter.events, "event")}, ${counted(target.written, "record")}\n`);
      tellFormless(cutter.formless, "left out by --where");
      if (!cutter.foundTree) warn(`no event is of a process ${options.processTree}, or of a descendant of it`);
    }
    if (target.refused > 0) process.stderr.write(`${counted(target.refused, "record")} left out: the format can't hold them\n`);
    if (damage !== undefined) throw damage;
    return target.refused > 0 ? 1 : 0;
  });
}

/** Chooses events, and what has to be told with them. */
class Cutter {
  events = 0;
  kept = 0;
  /** Events that a condition can't judge. */
  formless = 0;
  readonly #tables = new EntityTables();
  readonly #needed = new NeededEntities();
  readonly #from: Moment | undefined;
  readonly #to: Moment | undefined;
  readonly #tree: string | undefined;
  readonly #test: RecordTest | undefined;
  /** Whether any event, chosen or not, belongs to the tree of processes that is asked for. */
  #foundTree = false;
  /** When the first event was. */
  #start: bigint | undefined;

  constructor({ from, to, processTree, where }: CutOptions) {
    this.#from = from === undefined ? undefined : readMoment("--from", from);
    this.#to = to === undefined ? undefined : readMoment("--to", to);
    this.#tree = processTree;
    this.#test = where === undefined ? undefined : recordTest(where);
  }

  /** Whether the tree of processes that is asked for was met, if any is. */
  get foundTree(): boolean {
    return this.#tree === undefined || this.#foundTree;
  }

  cut(rows: SysflowRows, target: TraceFile): void {
    this.#test?.begin();
    walk(rows, this.#tables, {
      begin: () => undefined,
      entity: (_, entity) => {
        if (entity.type !== "H") return;
        this.#needed.forget();
        const { version, exporter, ip, filename } = entity.version;
        target.add({ type: "H", value: { version, exporter, ip, filename } });
      },
      event: (base, type, around, file, newFile) => {
        this.events += 1;
        if (!this.#isIn(rows, base, around)) return;
        if (this.#test) {
          if (!hasFlatForm(type)) {
            this.formless += 1;
            return;
          }
          const builder = new FlatBuilder();
          builder.begin(rows.slice(0, 1));
          builder.add(base, around, file, newFile);
          if (!this.#test.holds(builder.end() as FlatRows, 0)) return;
        }
        this.kept += 1;
        for (const record of this.#needed.before(around, [file, newFile])) target.add(record);
        target.add(recordAt(rows, base));
      },
      // What the trace does not know, the cut one does not know either.
      missing: () => undefined,
    });
    this.#tables.endBatch();
  }

  #isIn({ words }: SysflowRows, base: number, around: Surroundings): boolean {
    const ts = bigintOf(words[base + layout.TS] as number, words[base + layout.TS + 1] as number);
    this.#start ??= ts;
    const inTree = this.#isInTree(around);
    if (this.#from && ts < this.#nanosOf(this.#from)) return false;
    if (this.#to && ts >= this.#nanosOf(this.#to)) return false;
    return inTree;
  }

  #isInTree({ ancestors }: Surroundings): boolean {
    const tree = this.#tree;
    if (tree === undefined) return true;
    const found = ancestors.some((process) => process.oidText === tree || String(bigintOf(process.hpidLo, process.hpidHi)) === tree);
    if (found) this.#foundTree = true;
    return found;
  }

  #nanosOf(moment: Moment): bigint {
    return "at" in moment ? moment.at : (this.#start as bigint) + moment.after;
  }
}
