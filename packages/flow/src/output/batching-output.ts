import type { Status } from "@millrace/api";
import type { Device, Output } from "./output.ts";

const MOST_BYTES = 262_144;
const NOTHING = new Uint8Array(0);

/** A message that waits to be written. */
interface Entry {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly answer: (status: Status) => void;
}

/** Puts messages together while the device is busy, and answers each by itself. */
export class BatchingOutput implements Output {
  private readonly device: Device;
  private readonly refused: (cause: unknown, messages: number) => void;
  private entries: Entry[] = [];
  private writing: Promise<void> | undefined = undefined;
  /**
   * The rest of a message of which a part was written before the system refused. It goes out first the next time: the
   * message was answered `failed`, but the one that follows begins where it should.
   */
  private torn: Uint8Array = NOTHING;

  constructor(device: Device, refused: (cause: unknown, messages: number) => void) {
    this.device = device;
    this.refused = refused;
  }

  write(parts: readonly Uint8Array[]): Promise<Status> {
    return new Promise((answer) => {
      let bytes = 0;
      for (const part of parts) bytes += part.byteLength;
      this.entries.push({ parts, bytes, answer });
      this.writing ??= this.writeAll();
    });
  }

  async close(signal: AbortSignal): Promise<void> {
    const closed = (this.writing ?? Promise.resolve()).then(() => this.device.close());
    let stop: () => void = () => undefined;
    const aborted = new Promise<void>((resolve) => {
      stop = resolve;
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) resolve();
    });
    await Promise.race([closed, aborted]);
    signal.removeEventListener("abort", stop);
    // Where the run does not wait, the device is closed all the same when its last write is through, and nobody is left to be told how.
    closed.catch(() => undefined);
  }

  private async writeAll(): Promise<void> {
    // Whoever writes in this turn of the event loop goes out together.
    await Promise.resolve();
    while (this.entries.length > 0) await this.writeSome(this.entries.splice(0, this.nextCount()));
    this.writing = undefined;
  }

  private async writeSome(entries: readonly Entry[]): Promise<void> {
    const bytes = Buffer.concat([this.torn, ...entries.flatMap((entry) => entry.parts)]);
    const written = await this.device.write(bytes);
    let end = this.torn.byteLength;
    this.torn = written.bytes < end ? this.torn.subarray(written.bytes) : NOTHING;
    let failed = 0;
    for (const entry of entries) {
      const begin = end;
      end += entry.bytes;
      if (end <= written.bytes) {
        entry.answer("done");
        continue;
      }
      if (begin < written.bytes) this.torn = Buffer.from(bytes.subarray(written.bytes, end));
      failed += 1;
      entry.answer("failed");
    }
    if (failed > 0) this.refused(written.error, failed);
  }

  private nextCount(): number {
    let bytes = 0;
    let count = 0;
    for (const entry of this.entries) {
      bytes += entry.bytes;
      if (count > 0 && bytes > MOST_BYTES) break;
      count += 1;
    }
    return count;
  }
}
