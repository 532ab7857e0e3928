import { MillraceError, type RefusedStatus } from "@millrace/api";
import type { Delivery } from "../harness/collector.ts";
import type { Harness } from "../harness/harness.ts";
import { randomFrom } from "../harness/surroundings.ts";
import { type Check, must } from "./check.ts";
import { Subject } from "./subject.ts";
import { watched } from "./watched.ts";

const SEEDS = 24;
const ROUNDS = 60;
/** After so many rounds the run drains, so that what a plugin holds back comes out. */
const PATIENCE = 20;

const REFUSALS: readonly RefusedStatus[] = ["failed", "timed-out", "invalid", "unroutable", "throttled", "partial"];

/** How a node downstream answers. */
type Answer = "done" | "refuse" | "fail" | "retry";

/** Whether what a plugin declares about acknowledgement is what it does. */
export const settlementChecks: readonly Check[] = [
  {
    name: "never acknowledges early",
    unfit: (subject) => needsAnswers(subject) ?? (subject.plugin.ack === "accept" ? "it declares that it accepts" : undefined),
    async run(subject) {
      for (let seed = 1; seed <= SEEDS; seed++) await watchOneBatch(subject, seed);
    },
  },
  {
    name: "holds no batch unless it says so",
    unfit: (subject) =>
      subject.isHosted
        ? "its host does what is held"
        : !subject.isFed
          ? "it is a source"
          : subject.plugin.ack === "auto"
            ? undefined
            : `it declares ${subject.plugin.ack}`,
    async run(subject) {
      const { plugin, watch } = watched(subject.plugin);
      const h = await new Subject(plugin, subject.given).start();
      try {
        for (let n = 0; n < 3; n++) h.feed(subject.input(n));
        await subject.pass(h, 1000);
        await h.stop();
        must(watch.holds === 0, `it declares auto, and held ${watch.holds} batches`, 'declare ack: "held", or "accept"');
      } finally {
        await h.close();
      }
    },
  },
  {
    name: "answers all that it took",
    unfit: (subject) => (subject.isFed ? undefined : "it is a source"),
    async run(subject) {
      const h = await subject.start();
      try {
        const fed = [0, 1, 2].map((n) => h.feed(subject.input(n)));
        for (let round = 0; round < ROUNDS && fed.some(({ ended }) => ended === undefined); round++) {
          if (round === PATIENCE) h.drain();
          await subject.pass(h, 1000);
        }
        for (const [n, { ended }] of fed.entries()) {
          must(
            ended !== undefined && ended.outcome.state !== "lost",
            () => `batch ${n} ${ended === undefined ? "was never answered" : "was lost, though all that was sent was taken"}`,
            "let go of every batch that is held",
          );
        }
      } finally {
        await h.close();
      }
    },
  },
];

function needsAnswers(subject: Subject): string | undefined {
  return !subject.isFed ? "it is a source" : !subject.sends ? "it sends nothing" : undefined;
}

/** Feeds one batch, answers what is sent from it at random, and looks at every step whether it was acknowledged too soon. */
async function watchOneBatch(subject: Subject, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const choose = strategy(seed, random);
  const h = await subject.start({ downstream: "manual", seed });
  try {
    const fed = h.feed(subject.input(seed));
    const open: Delivery[] = [];
    const given = new Set<Answer>();
    let seen = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await h.quiet();
      open.push(...h.deliveries.slice(seen));
      seen = h.deliveries.length;
      const outcome = fed.ended?.outcome;
      if (outcome !== undefined) {
        const waiting = open.filter(({ answered }) => !answered).length;
        must(
          outcome.state !== "done" || waiting === 0,
          `seed ${seed}: it was acknowledged while ${waiting} of the batches sent from it had no answer`,
          'hold the batch, or declare ack: "accept"',
        );
        judge(seed, outcome.state, given);
        return;
      }
      const next = open.splice(Math.floor(random() * open.length), 1)[0];
      if (next !== undefined) give(next, choose(next), random, given);
      else if (round === PATIENCE) h.drain();
      else await subject.pass(h, 1000);
    }
    throw new MillraceError("MILLRACE_TESTKIT_CONTRACT", `seed ${seed}: the batch was never settled`, { hint: where(h) });
  } finally {
    await h.close();
  }
}

/** Seeds take turns: all is well; nothing is; anything may come; each is asked for again, and then taken. */
function strategy(seed: number, random: () => number): (delivery: Delivery) => Answer {
  const pick = (answers: readonly Answer[]): Answer => answers[Math.floor(random() * answers.length)] as Answer;
  switch (seed % 4) {
    case 0:
      return () => "done";
    case 1:
      return () => pick(["refuse", "fail"]);
    case 2:
      return () => pick(["done", "refuse", "fail"]);
    default:
      return ({ attempt }) => (attempt === 1 ? "retry" : "done");
  }
}

function give(delivery: Delivery, answer: Answer, random: () => number, given: Set<Answer>): void {
  if (answer !== "retry") given.add(answer);
  if (answer === "done") delivery.done();
  else if (answer === "refuse") delivery.refuse(REFUSALS[Math.floor(random() * REFUSALS.length)] as RefusedStatus);
  else if (answer === "fail") delivery.fail(new Error("the conformance suite lost it"));
  else delivery.retry(10);
}

/** Only what is certain whatever the plugin does with answers: what all took is done, and what nobody took is not. */
function judge(seed: number, state: string, given: ReadonlySet<Answer>): void {
  if (given.size === 0) return;
  if ([...given].every((answer) => answer === "done")) must(state === "done", `seed ${seed}: all that was sent from it was taken, and it is ${state}`);
  if (!given.has("done"))
    must(state !== "done", `seed ${seed}: nobody took what was sent from it, and it was acknowledged`, 'declare ack: "accept", if that is meant');
}

function where(h: Harness): string {
  const { inFlight, open } = h.stats;
  return `${h.deliveries.length} batches were sent, ${inFlight.batches} are not settled, ${open} are open in the plugin`;
}
