import type { BatchData } from "@millrace/api";
import type { RunResult } from "@millrace/core";
import type { Harness } from "../harness/harness.ts";
import { type Check, must } from "./check.ts";
import { Subject } from "./subject.ts";
import { watched } from "./watched.ts";

const BATCHES = 3;
const GRACE_MS = 5000;

/** How an instance is made, works and ends. */
export const lifeChecks: readonly Check[] = [
  {
    name: "works, and ends when its input does",
    unfit: ({ isFed }) => (isFed ? undefined : "it is a source"),
    async run(subject) {
      const h = await subject.start();
      try {
        feed(subject, h);
        h.end();
        const result = await endOf(subject, h);
        must(result.state === "finished", () => `the run ${ending(result)}`);
        must(
          h.fed.every(({ ended }) => ended !== undefined),
          "a batch that it took was never settled",
        );
      } finally {
        await h.close();
      }
    },
  },
  {
    name: "drains within its grace time",
    async run(subject) {
      const h = await subject.start({ service: { ...subject.given.service, graceMs: GRACE_MS } });
      try {
        feed(subject, h);
        if (!subject.isFed) await subject.stimulate(h);
        const result = await h.stop();
        must(
          result.leftBehind.length === 0,
          () => `left behind after the grace time: ${result.leftBehind.join(", ")}`,
          "look at ctx.draining, and hand ctx.signal to what waits",
        );
        must(result.state === "drained" || result.state === "finished", () => `the run ${ending(result)}`);
        must(!result.errors.some(({ code }) => code === "MILLRACE_RUN_GRACE") && result.lost.batches === 0, () => `${result.lost.batches} batches were lost`);
      } finally {
        await h.close();
      }
    },
  },
  {
    name: "leaves at once when the run is aborted",
    async run(subject) {
      const h = await subject.start({ downstream: "blocked" });
      feed(subject, h);
      await h.quiet();
      h.abort();
      await h.close();
      const result = await h.finished();
      must(result.state === "aborted", () => `the run ${ending(result)}`);
    },
  },
  {
    name: "cleans up once, whether it has run or not",
    unfit: ({ isHosted }) => (isHosted ? "its host does" : undefined),
    async run(subject) {
      const { plugin, watch } = watched(subject.plugin);
      const own = new Subject(plugin, subject.given);
      const unused = await own.prepare();
      await unused.run.test();
      unused.abort();
      await unused.close();
      must(watch.made === watch.cleaned, () => `${watch.made} instance was made, and cleaned up ${watch.cleaned} times, when the run ended before it began`);
      const used = await own.start();
      await used.stop();
      await used.close();
      must(watch.made === watch.cleaned, () => `${watch.made} instances were made, and cleaned up ${watch.cleaned} times`);
    },
  },
  {
    name: "shares no state between instances",
    unfit: ({ given, isFed }) => (given.clock === "system" && !isFed ? "what it sends in real time differs from run to run" : undefined),
    async run(subject) {
      const alone = await sentBy(subject, 1);
      const together = await sentBy(subject, 2);
      for (const records of together) {
        must(
          records === alone[0],
          () => `alone it sends ${alone[0]} records; two at once send ${together.join(" and ")}`,
          "keep state in create, never in the module",
        );
      }
    },
  },
];

function feed(subject: Subject, h: Harness): void {
  if (subject.isFed) for (let n = 0; n < BATCHES; n++) h.feed(subject.input(n));
}

/** Waits for a run whose input has ended, letting time pass for what waits for it. */
async function endOf(subject: Subject, h: Harness): Promise<RunResult> {
  if (subject.given.clock === "system") return h.finished();
  let result: RunResult | undefined;
  const finished = h.finished().then((ended) => {
    result = ended;
  });
  for (let round = 0; round < 100 && result === undefined; round++) await subject.pass(h, 1000);
  await finished;
  return result as unknown as RunResult;
}

/** How many records so many instances send that work side by side, each by itself. */
async function sentBy(subject: Subject, instances: number): Promise<number[]> {
  const all = await Promise.all(Array.from({ length: instances }, () => subject.start()));
  try {
    if (subject.isFed) {
      for (let n = 0; n < BATCHES; n++) for (const h of all) h.feed(subject.input(n));
      for (const h of all) h.end();
      for (const h of all) await endOf(subject, h);
    } else {
      for (const h of all) await subject.stimulate(h);
      for (const h of all) await h.stop();
    }
    return all.map((h) => h.sent.reduce((sum: number, data: BatchData) => sum + data.records, 0));
  } finally {
    for (const h of all) await h.close();
  }
}

function ending(result: RunResult): string {
  return result.error === undefined ? `was ${result.state}` : `was ${result.state}: ${result.error.message}`;
}
