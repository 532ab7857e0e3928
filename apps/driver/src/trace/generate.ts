import { createHash } from "node:crypto";
import { Progress } from "./progress.ts";
import { counted, reported } from "./report.ts";
import { type SyntheticOptions, syntheticRecords } from "./synthetic.ts";
import { TraceFile } from "./trace-file.ts";

export interface GenerateOptions extends SyntheticOptions {
  readonly output: string;
  readonly quiet?: boolean;
}

const ENTITIES: readonly string[] = ["H", "C", "P", "F"];

/** How many records are made between two writes. */
const BURST = 2000;

/** Writes a trace that is made up. The same options give the same bytes. Gives the exit code. */
export function generateTrace({ output, quiet, ...options }: GenerateOptions): Promise<number> {
  return reported(async () => {
    const progress = new Progress(quiet === true);
    const target = await TraceFile.create(output, {
      sync: createHash("md5")
        .update(JSON.stringify(Object.entries(options).sort()))
        .digest(),
    });
    try {
      let events = 0;
      for (const record of syntheticRecords(options)) {
        target.add(record);
        if (!ENTITIES.includes(record.type)) events += 1;
        if (target.written % BURST !== 0) continue;
        await target.write();
        progress.show(output, events, options.events);
      }
    } catch (cause) {
      await target.discard();
      throw cause;
    }
    progress.clear();
    await target.finish();
    if (!quiet) process.stderr.write(`${output}: ${counted(options.events, "event")}, ${counted(target.written, "record")}\n`);
    return 0;
  });
}
