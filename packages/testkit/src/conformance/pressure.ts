import { MAX_RECORDS } from "@millrace/api";
import { type Check, must } from "./check.ts";
import { Subject } from "./subject.ts";
import { watched } from "./watched.ts";

/** More than the channels and any reasonable buffer take: twice what a link has in its hands. */
const MANY_RECORDS = 40_000;
const MANY_BATCHES = 300;
const FEW_RECORDS = 8;
/** The most sends that may wait at once: one for each of some streams or connections. */
const MOST_WAITING = 64;

/** What a plugin does when nobody takes what it sends. */
export const pressureChecks: readonly Check[] = [
  {
    name: "takes no more than it can pass on",
    unfit: (subject) => (!subject.isFed ? "it is a source" : !subject.sends ? "it sends nothing" : undefined),
    async run(subject) {
      const h = await subject.start({ downstream: "blocked", bounds: { records: FEW_RECORDS } });
      try {
        const data = subject.bulk();
        const many = Math.max(MANY_BATCHES, Math.ceil(MANY_RECORDS / data.records));
        for (let n = 0; n < many; n++) h.feed(data);
        for (let round = 0; round < 5; round++) await subject.pass(h, 1000);
        must(h.stats.out.batches > 0, "it sent nothing", "give it an input that it passes on, by the option input");
        const stuck = h.taken;
        must(
          stuck < many,
          `it took all ${many} batches while nobody took what it sent`,
          "await what send gives before asking for the next batch, and bound what is held",
        );
        h.unblock();
        h.end();
        for (let round = 0; round < 100 && h.taken < many; round++) await subject.pass(h, 1000);
        must(h.taken === many, `it took ${h.taken} of ${many} batches after the way was free again`);
        await h.stop();
      } finally {
        await h.close();
      }
    },
  },
  {
    name: "makes no more than its credit",
    unfit: ({ isFed }) => (isFed ? "it is no source" : undefined),
    async run(subject) {
      const { plugin, watch } = watched(subject.plugin);
      const own = new Subject(plugin, subject.given);
      const h = await own.start({ downstream: "blocked", bounds: { records: FEW_RECORDS }, credit: { records: FEW_RECORDS } });
      try {
        for (let round = 0; round < 5; round++) await own.stimulate(h);
        must(h.stats.out.batches > 0, "it sent nothing", "say what makes it send, by the option stimulate");
        const { records } = h.stats.inFlight;
        must(records <= FEW_RECORDS + MAX_RECORDS, `${records} of its records are in flight, with a credit of ${FEW_RECORDS}`);
        must(watch.mostWaiting <= MOST_WAITING, `${watch.mostWaiting} of its sends wait for room at once`, "await what send gives before sending more");
      } finally {
        await h.close();
      }
    },
  },
];
