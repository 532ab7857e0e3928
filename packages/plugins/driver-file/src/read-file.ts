import type { FileHandle } from "node:fs/promises";
import { reasonOf } from "./trace-files.ts";

/** Reads what comes next in a file. An error names the file. */
export async function readSome(handle: FileHandle, file: string, into: Buffer): Promise<number> {
  try {
    return (await handle.read(into, 0, into.length, null)).bytesRead;
  } catch (cause) {
    throw new Error(`read ${file}: ${reasonOf(cause)}`, { cause });
  }
}
