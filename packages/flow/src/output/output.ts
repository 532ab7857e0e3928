import type { Status } from "@millrace/api";
import { BatchingOutput } from "./batching-output.ts";
import { openFile } from "./file-device.ts";
import { type StandardStream, standardDevice } from "./standard-device.ts";

/** Where an output writes: a standard stream, or a file that is appended to, and made (mode 0644) where `create` says so. */
export type OutputTarget = StandardStream | { readonly path: string; readonly create: boolean };

/** Writes messages, each whole, in the order of the calls. */
export interface Output {
  /** Writes the parts one after the other. `done` when the system has taken all of it, `failed` when it refused. Never rejects. */
  write(parts: readonly Uint8Array[]): Promise<Status>;
  /** Closes when all is written. Waits for that until `signal` is set. */
  close(signal: AbortSignal): Promise<void>;
}

/** Something that takes bytes. */
export interface Device {
  /** Writes the bytes, as far as the system takes them. Never rejects. */
  write(bytes: Uint8Array): Promise<Written>;
  close(): Promise<void>;
}

/** How a write went: how many bytes were taken, and why no more were. */
export interface Written {
  readonly bytes: number;
  readonly error?: unknown;
}

/**
 * Opens an output. What is written while the device is busy goes out with the next write, up to 256 KiB at once.
 * `refused` is called for each write that the system refuses, with the number of messages that failed by it. Rejects with
 * the error of the system where the file can't be opened.
 */
export async function openOutput(target: OutputTarget, refused: (cause: unknown, messages: number) => void): Promise<Output> {
  const device = typeof target === "string" ? standardDevice(target) : await openFile(target.path, target.create);
  return new BatchingOutput(device, refused);
}
