import { writeFile } from "node:fs/promises";
import type { Session } from "node:inspector/promises";

/** Which profiles are wanted, each with the file that it is written to. */
export interface ProfileFiles {
  /** Processor time by function: a `.cpuprofile`. */
  readonly cpu?: string | undefined;
  /** Allocations by function, sampled: a `.heapprofile`. */
  readonly memory?: string | undefined;
  /** What Node and V8 do over time: a file of trace events. */
  readonly trace?: string | undefined;
}

/** Profiles that are being taken. */
export interface Profiles {
  /** Ends them and writes their files. Tells of each file that could not be written. */
  finish(): Promise<readonly string[]>;
}

const TRACE_CATEGORIES = ["node", "node.async_hooks", "v8", "node.perf"];

/** Begins the profiles that are wanted, with Node's own profilers. A browser's developer tools open all three kinds of files. */
export async function startProfiles(files: ProfileFiles): Promise<Profiles> {
  if (!files.cpu && !files.memory && !files.trace) return { finish: async () => [] };
  const { Session } = await import("node:inspector/promises");
  const session = new Session();
  session.connect();
  const traced: unknown[] = [];
  if (files.memory) await session.post("HeapProfiler.startSampling", { samplingInterval: 32_768 });
  if (files.trace) await startTrace(session, traced);
  if (files.cpu) {
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
  }
  return {
    async finish() {
      const written = [];
      if (files.cpu) written.push(write(files.cpu, (await session.post("Profiler.stop")).profile));
      if (files.memory) written.push(write(files.memory, (await session.post("HeapProfiler.stopSampling")).profile));
      if (files.trace) {
        await stopTrace(session);
        written.push(write(files.trace, { traceEvents: traced }));
      }
      session.disconnect();
      return (await Promise.all(written)).filter((wrong) => wrong !== undefined);
    },
  };
}

async function startTrace(session: Session, traced: unknown[]): Promise<void> {
  session.on("NodeTracing.dataCollected", ({ params }) => traced.push(...params.value));
  await session.post("NodeTracing.start", { traceConfig: { includedCategories: TRACE_CATEGORIES } });
}

/** Ends the trace, and waits until the last of it has come. */
async function stopTrace(session: Session): Promise<void> {
  const complete = new Promise<void>((resolve) => session.once("NodeTracing.tracingComplete", () => resolve()));
  await session.post("NodeTracing.stop");
  await complete;
}

async function write(file: string, content: unknown): Promise<string | undefined> {
  try {
    await writeFile(file, JSON.stringify(content));
    return undefined;
  } catch (cause) {
    return `${file}: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
