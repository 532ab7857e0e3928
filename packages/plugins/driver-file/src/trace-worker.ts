/**
 * The thread that reads, inflates and decodes a trace for {@link threadedTrace}.
 */
import { open } from "node:fs/promises";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { isMillraceError } from "@millrace/api";
import { type PartMemory, PartPool, readTrace } from "@millrace/sysflow";
import { readSome } from "./read-file.ts";
import type { FromReader, ReadingOrder, ToReader } from "./trace-messages.ts";

/** Reads the trace, and tells what comes of it. Gets no further ahead than it is allowed. */
async function readFor(port: MessagePort, order: ReadingOrder): Promise<void> {
  const pool = new PartPool(order.ahead, true);
  const memories: PartMemory[] = [];
  let onTheWay = 0;
  let taken = (): void => {};
  port.on("message", (message: ToReader) => {
    if ("free" in message) pool.give({ memory: memories[message.free] });
    else {
      onTheWay -= 1;
      taken();
    }
  });
  const say = (message: FromReader): void => port.postMessage(message);

  const handle = await open(order.file);
  let first = true;
  try {
    const parts = readTrace((into) => readSome(handle, order.file, into), {
      file: order.file,
      onCorrupt: order.onCorrupt,
      chunkBytes: order.chunkBytes,
      pool,
      damaged: (damaged) => say({ damaged }),
      passed: (passed) => say({ passed }),
    });
    for await (const { rows, place, memory } of parts) {
      if (memory !== undefined && !memories.includes(memory)) memories.push(memory);
      onTheWay += 1;
      say({
        words: rows.words,
        bytes: rows.text,
        records: rows.records,
        size: rows.bytes,
        values: rows.values,
        schema: first ? rows.schema : undefined,
        place,
        memory: memory && memories.indexOf(memory),
      });
      first = false;
      while (onTheWay >= order.ahead) {
        await new Promise<void>((resolve) => {
          taken = resolve;
        });
      }
    }
    say({ ended: true });
  } catch (cause) {
    const known = isMillraceError(cause) ? cause : undefined;
    say({ failed: { code: known?.code, message: cause instanceof Error ? cause.message : String(cause), hint: known?.hint } });
  } finally {
    await handle.close();
    // Nothing keeps the thread any longer: what is still said to it is no matter.
    port.unref();
  }
}

const order = workerData as Partial<ReadingOrder> | null;
if (parentPort !== null && order?.reads === "sysflow-trace") await readFor(parentPort, order as ReadingOrder);
