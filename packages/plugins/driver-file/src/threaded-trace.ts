import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { MillraceError } from "@millrace/api";
import { type ReadTraceOptions, SysflowRows } from "@millrace/sysflow";
import type { FromReader, PartMessage, ReadingOrder, ToReader } from "./trace-messages.ts";

/** A part of a trace that another thread has decoded. */
export interface ThreadedPart {
  readonly rows: SysflowRows;
  readonly place: number;
  /** Says that nobody reads the rows any more, and nobody will. */
  free(): void;
}

/** How many parts may be decoded before anybody asks for them: two make up for a moment's hold-up, more only take memory. */
const AHEAD = 3;

/** The code of the other thread: beside this file, as source or built. `undefined` where this file was put into a bundle alone. */
const WORKER: URL | undefined = [new URL(`./trace-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url)].find((url) =>
  existsSync(fileURLToPath(url)),
);

/** Whether the code of the other thread is there. */
export function canThread(): boolean {
  return WORKER !== undefined;
}

/**
 * As readTrace of a file, but what is read is inflated and decoded in a thread of its own; the parts are the same, in the
 * same order.
 */
export async function* threadedTrace(
  options: Required<Pick<ReadTraceOptions, "file" | "onCorrupt" | "chunkBytes" | "damaged" | "passed">>,
): AsyncGenerator<ThreadedPart, void, void> {
  const order: ReadingOrder = { reads: "sysflow-trace", file: options.file, onCorrupt: options.onCorrupt, chunkBytes: options.chunkBytes, ahead: AHEAD };
  const worker = new Worker(WORKER as URL, { workerData: order });
  const say = (message: ToReader): void => worker.postMessage(message);
  const messages = new Messages(worker);
  let schema: string | undefined;
  try {
    for (;;) {
      const waiting = messages.next();
      const message = waiting instanceof Promise ? await waiting : waiting;
      if ("ended" in message) return;
      if ("failed" in message) throw failure(message.failed);
      if ("damaged" in message) options.damaged(message.damaged);
      else if ("passed" in message) options.passed(message.passed);
      else {
        say({ taken: true });
        schema ??= message.schema;
        const { memory } = message;
        yield { rows: rowsOf(message, schema), place: message.place, free: () => memory !== undefined && say({ free: memory }) };
      }
    }
  } finally {
    await worker.terminate();
  }
}

function rowsOf({ words, bytes, records, size, values }: PartMessage, schema: string | undefined): SysflowRows {
  return new SysflowRows(words, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, records, size, values, schema);
}

function failure({ code, message, hint }: Extract<FromReader, { readonly failed: unknown }>["failed"]): Error {
  return code === undefined ? new Error(message) : new MillraceError(code, message, hint === undefined ? {} : { hint });
}

/** What a thread says, in its order. */
class Messages {
  readonly #queue: FromReader[] = [];
  #wake: (() => void) | undefined;
  #broken: Error | undefined;

  constructor(worker: Worker) {
    worker.on("message", (message: FromReader) => {
      this.#queue.push(message);
      this.#wake?.();
    });
    worker.on("error", (cause) => this.#break(cause instanceof Error ? cause : new Error(String(cause))));
    worker.on("exit", (code) => this.#break(new Error(`the thread that reads ended with exit code ${code}`)));
  }

  next(): FromReader | Promise<FromReader> {
    return this.#queue.shift() ?? this.#later();
  }

  async #later(): Promise<FromReader> {
    for (;;) {
      const message = this.#queue.shift();
      if (message !== undefined) return message;
      if (this.#broken !== undefined) throw this.#broken;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #break(cause: Error): void {
    this.#broken ??= cause;
    this.#wake?.();
  }
}
