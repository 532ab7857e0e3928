import type { EventBatch, FlatBatch, SysflowEvent } from "@millrace/api/sysflow";
import { type Engine, judgePlainly, NOTHING, type RuleSet, type Verdict } from "@millrace/policy";
import { EventBuilder, EventCursor, EventRows, type FlatRows } from "@millrace/sysflow";
import type { Actions, NamedAction } from "./actions.ts";
import { PlainEvents } from "./plain-events.ts";

/** What came of a batch. */
export interface Judged {
  /** The events to send, `undefined` for none. */
  readonly events: EventBatch | undefined;
  /** By event: its record in the batch. */
  readonly origins: ArrayLike<number>;
  /** How many records a rule has matched, and how many a filter has dropped. */
  readonly matched: number;
  readonly dropped: number;
}

/** Judges batches of records. */
export interface Judge {
  judge(batch: FlatBatch): Judged;
}

/** Lets every record pass as an event of which no rule says anything. */
export const passing: Judge = {
  judge(batch) {
    if (isFlatRows(batch)) {
      const events = EventRows.all(batch, NOTHING);
      return { events, origins: events.indexes, matched: 0, dropped: 0 };
    }
    const events = new PlainEvents(Array.from(batch, (record) => ({ record: record.retain(), verdict: NOTHING })));
    return { events, origins: Int32Array.from({ length: batch.records }, (_, index) => index), matched: 0, dropped: 0 };
  },
};

/** Judges by a set of rules. In mode `alert` only what a rule matches becomes an event, in mode `enrich` all that is not dropped. */
export class RuleJudge implements Judge {
  readonly #ruleSet: RuleSet;
  readonly #engine: Engine;
  readonly #actions: Actions;
  readonly #enrich: boolean;
  /** By verdict: the actions of its rules, in their order. `undefined` where no rule has any. */
  readonly #actionsOf: WeakMap<object, readonly NamedAction[]> | undefined;

  /** @param actions - has made the actions of the rules already */
  constructor(ruleSet: RuleSet, engine: Engine, actions: Actions, mode: "alert" | "enrich") {
    this.#ruleSet = ruleSet;
    this.#engine = engine;
    this.#actions = actions;
    this.#enrich = mode === "enrich";
    this.#actionsOf = ruleSet.rules.some((rule) => actions.named(rule.actions).length > 0) ? new WeakMap() : undefined;
  }

  judge(batch: FlatBatch): Judged {
    return isFlatRows(batch) ? this.#rows(batch) : this.#plain(batch);
  }

  #rows(batch: FlatRows): Judged {
    const engine = this.#engine;
    const enrich = this.#enrich;
    const builder = new EventBuilder(batch);
    let matched = 0;
    let dropped = 0;
    engine.begin();
    for (let index = 0; index < batch.records; index++) {
      const verdict = engine.judge(batch, index);
      if (verdict === NOTHING) {
        if (enrich) builder.add(index, verdict);
      } else if (verdict.dropped) dropped += 1;
      else {
        matched += 1;
        builder.add(index, verdict);
      }
    }
    const events = builder.end();
    if (events !== undefined && this.#actionsOf !== undefined) this.#act(events);
    return { events, origins: events?.indexes ?? [], matched, dropped };
  }

  /** Records of somebody else's making: judged by their attributes, one condition after the other. */
  #plain(batch: FlatBatch): Judged {
    const origins: number[] = [];
    const kept: { record: SysflowEvent["record"]; verdict: Verdict }[] = [];
    let matched = 0;
    let dropped = 0;
    let index = 0;
    for (const record of batch) {
      const verdict = judgePlainly(this.#ruleSet, record);
      if (verdict.dropped) dropped += 1;
      else if (verdict.rules.length > 0 || this.#enrich) {
        if (verdict.rules.length > 0) matched += 1;
        kept.push({ record: record.retain(), verdict });
        origins.push(index);
      }
      index += 1;
    }
    if (kept.length === 0) return { events: undefined, origins, matched, dropped };
    const events = new PlainEvents(kept);
    if (this.#actionsOf !== undefined) for (const event of events) this.#call(event, event.verdict as Verdict);
    return { events, origins, matched, dropped };
  }

  #act(events: EventRows): void {
    const cursor = new EventCursor(events, 0);
    for (let event = 0; event < events.records; event++) {
      const verdict = events.verdicts[event] as Verdict;
      if (verdict.rules.length === 0) continue;
      cursor.event = event;
      this.#call(cursor, verdict);
    }
  }

  #call(event: SysflowEvent, verdict: Verdict): void {
    let actions = this.#actionsOf?.get(verdict);
    if (actions === undefined) {
      actions = verdict.rules.flatMap((rule) => this.#actions.named(rule.actions));
      this.#actionsOf?.set(verdict, actions);
    }
    for (const action of actions) this.#actions.run(action, event);
  }
}

/** Whether a batch is rows, whichever copy of the package made it. */
function isFlatRows(batch: FlatBatch): batch is FlatRows {
  return "bases" in batch && "around" in batch;
}
