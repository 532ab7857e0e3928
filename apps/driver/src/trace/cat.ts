import { EntityTables } from "@millrace/sysflow";
import { type FormatName, recordFormat } from "./formats.ts";
import { Progress } from "./progress.ts";
import { flattenPart, readParts, tellFormless } from "./read-parts.ts";
import { reported } from "./report.ts";
import { StandardOutput } from "./standard-output.ts";
import { anyRecord, recordTest } from "./where.ts";

export interface CatOptions {
  readonly format: FormatName;
  readonly fields?: readonly string[];
  readonly where?: string;
  /** The most records that are printed. */
  readonly limit?: number;
  readonly onCorrupt: "stop" | "skip";
  readonly quiet?: boolean;
}

/** Prints the flat records of a trace. Gives the exit code. */
export function catTrace(file: string, options: CatOptions): Promise<number> {
  return reported(async () => {
    // On a terminal a line stays a line: columns are made narrower until they fit.
    const format = recordFormat(options.format, options.fields, process.stdout.isTTY ? process.stdout.columns : undefined);
    const test = options.where === undefined ? anyRecord : recordTest(options.where);
    const output = new StandardOutput();
    const tables = new EntityTables();
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    let number = 0;
    let printed = 0;
    let formless = 0;
    let opened = false;
    // On a terminal, the records themselves show how far it has come.
    const progress = new Progress(options.quiet === true || process.stdout.isTTY === true);
    try {
      for await (const rows of readParts(file, { onCorrupt: options.onCorrupt, progress })) {
        opened = true;
        if (printed >= limit) break;
        const { batch, formless: more } = flattenPart(rows, tables);
        formless += more;
        test.begin();
        for (let index = 0; batch !== undefined && index < batch.records && printed < limit; index += 1) {
          number += 1;
          if (!test.holds(batch, index)) continue;
          printed += 1;
          await output.write(format.add({ batch, index, number }));
        }
      }
      opened = true;
    } finally {
      // Of a file that is no trace there is not even a head line.
      if (opened) await output.write(format.end());
      await output.flush();
    }
    if (!options.quiet) tellFormless(formless, "not shown");
    return 0;
  });
}
