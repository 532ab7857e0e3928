import type { OutputChannel } from "@millrace/api/fluent";
import { goText, goTime } from "./go-text.ts";

/** Prints the records of a chunk as the Go SDK's examples do: `[0] tag: [TIME, {"key": value, }`. */
export async function printRecords(channel: OutputChannel): Promise<void> {
  let count = 0;
  let text = "";
  for (const { tag, time, record } of channel) {
    const pairs = Object.entries(record).map(([key, value]) => `"${key}": ${goText(value)}, `);
    text += `[${count}] ${tag}: [${goTime(time)}, {${pairs.join("")}}\n`;
    count += 1;
  }
  await print(text);
}

/** Writes to the standard output, and waits until it is taken. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (cause) => (cause ? reject(cause) : resolve()));
  });
}
