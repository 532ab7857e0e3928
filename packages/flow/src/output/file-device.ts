import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Device, Written } from "./output.ts";

const { O_APPEND, O_CREAT, O_WRONLY } = constants;

/** Opens a file to append to. */
export async function openFile(path: string, create: boolean): Promise<Device> {
  const file = await open(path, O_WRONLY | O_APPEND | (create ? O_CREAT : 0), 0o644);
  return { write: (bytes) => writeFile(file, bytes), close: () => file.close() };
}

async function writeFile(file: FileHandle, bytes: Uint8Array): Promise<Written> {
  let written = 0;
  try {
    while (written < bytes.byteLength) written += (await file.write(bytes, written)).bytesWritten;
  } catch (error) {
    return { bytes: written, error };
  }
  return { bytes: written };
}
