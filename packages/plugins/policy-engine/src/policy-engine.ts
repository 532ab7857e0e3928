import type { Counter, Gauge, Input, Outputs, Plugin, PluginContext } from "@millrace/api";
import { isMillraceError, MillraceError } from "@millrace/api";
import { defineProcessor, type EventBatch, type FlatBatch, type Processor } from "@millrace/api/sysflow";
import { type LoadedPolicies, loadPolicies, type RuleSet } from "@millrace/policy";
import { formatDiagnostic, summaryOf } from "@millrace/text";
import { Actions } from "./actions.ts";
import { changesText } from "./changes.ts";
import { type Judge, passing, RuleJudge } from "./judge.ts";
import { Monitor, type Watched } from "./monitor.ts";
import { type Options, options } from "./options.ts";
import { CHANGING, PolicySource, type PolicyTexts, sameTexts } from "./policy-source.ts";

const MS_PER_SECOND = 1000;

/** The processor `policyengine`. */
const plugin: Plugin = defineProcessor({
  name: "policyengine",
  version: "0.1.0",
  description: "Judges events by Falco or Sigma rules, and calls the actions of the rules that match",
  stability: "stable",
  options,
  in: "flat",
  out: "event",
  hosts: { action: { kind: "action", all: true } },
  create: (values: Options, ctx) => new PolicyEngine(values, ctx),
});

export { plugin };

class PolicyEngine implements Processor<FlatBatch, EventBatch> {
  readonly #values: Options;
  readonly #ctx: PluginContext;
  readonly #actions: Actions;
  readonly #source: PolicySource | undefined;
  readonly #counted: { readonly records: Counter; readonly matched: Counter; readonly dropped: Counter; readonly reloads: Counter; readonly failures: Counter };
  readonly #rules: Gauge;
  #monitor: Monitor | undefined;
  #judge: Judge = passing;
  #ruleSet: RuleSet | undefined;
  /** What was read last, whether it was good or not. */
  #texts: PolicyTexts | undefined;

  constructor(values: Options, ctx: PluginContext) {
    this.#values = values;
    this.#ctx = ctx;
    this.#actions = new Actions(ctx);
    this.#source = values.policies === undefined ? undefined : new PolicySource(values.policies, values.language === "sigma" ? values.config : undefined);
    const { metrics } = ctx;
    this.#counted = {
      records: metrics.counter("records_judged", "Records that were judged"),
      matched: metrics.counter("records_matched", "Records that a rule has matched"),
      dropped: metrics.counter("records_dropped", "Records that a drop filter has discarded"),
      reloads: metrics.counter("policy_reloads", "Times that changed policies were taken over"),
      failures: metrics.counter("policy_reload_failures", "Times that changed policies were refused"),
    };
    this.#rules = metrics.gauge("rules", "Rules in force");
  }

  /** Loads the policies. What is wrong with them is logged, with its place, and ends the run before a record moves. */
  async test(): Promise<void> {
    const { log } = this.#ctx;
    const source = this.#source;
    if (source === undefined) {
      log.info("No policies: every record passes");
      return;
    }
    log.info(`Loading policies from:  ${source.path}`);
    log.info(`Creating ${this.#values.language} policy interpreter`);
    try {
      await this.#takeOver(await source.read());
    } catch (cause) {
      throw this.#told(`Unable to compile local policies from directory ${source.path}, `, cause);
    }
  }

  async process(input: Input<FlatBatch>, outputs: Outputs<EventBatch>): Promise<void> {
    this.#watch();
    const { records, matched, dropped } = this.#counted;
    for (;;) {
      const next = input.next();
      const batch = next instanceof Promise ? await next : next;
      if (batch === undefined) break;
      // Rules are exchanged between batches alone: judging one waits for nothing.
      const judged = this.#judge.judge(batch.data);
      records.add(batch.data.records);
      if (judged.matched > 0) matched.add(judged.matched);
      if (judged.dropped > 0) dropped.add(judged.dropped);
      if (judged.events === undefined) continue;
      const sent = outputs.send(judged.events, { origin: { batch, records: judged.origins } });
      if (sent) await sent;
    }
  }

  cleanup(): void {
    this.#monitor?.stop();
  }

  #watch(): void {
    const { clock, log } = this.#ctx;
    const source = this.#source;
    if (this.#values.monitor === "none") return;
    if (source === undefined || this.#texts === undefined) {
      log.warn("There are no policies to monitor");
      return;
    }
    const intervalMs = this.#values["monitor.interval"] * MS_PER_SECOND;
    this.#monitor = new Monitor({ clock, log, intervalMs, look: () => source.stamp(), changed: () => this.#reload(source) });
    this.#monitor.start(this.#texts);
  }

  /** Takes over policies that have changed; if they are not good, the old ones stay. */
  async #reload(source: PolicySource): Promise<Watched> {
    const before = this.#texts as PolicyTexts;
    try {
      const texts = await source.read();
      // A file that was only touched is no change.
      if (sameTexts(before, texts)) return texts;
      this.#texts = texts;
      const old = this.#ruleSet as RuleSet;
      const { ruleSet } = await this.#takeOver(texts);
      this.#counted.reloads.add(1);
      this.#ctx.log.info(`Updated policy interpreter in main policy engine thread. ${changesText(old, ruleSet)}`);
      return texts;
    } catch (cause) {
      this.#counted.failures.add(1);
      const message = `Unable to create a new policy interpreter using policy files in directory ${source.path}. Not using new policy files. `;
      this.#told(message, cause);
      // What changes all the time was not read at all: there is something to look at, whenever it ends.
      if (isMillraceError(cause) && cause.code === CHANGING) return { folders: before.folders, stamp: "" };
      const texts = this.#texts as PolicyTexts;
      // Where nothing could be read, there is nothing to compare with but that.
      return texts !== before ? texts : { folders: [...before.folders, ...source.fallbackFolders], stamp: await source.stamp() };
    }
  }

  /** Compiles policies, makes their actions, and judges by them from the next batch on. */
  async #takeOver(texts: PolicyTexts): Promise<LoadedPolicies> {
    this.#texts = texts;
    const { language, mode, strict, skip_invalid: skipInvalid, logsource } = this.#values;
    const { files, mapping } = texts;
    const loaded = loadPolicies({ files, language, mapping, strict, skipInvalid, strictLogsource: logsource === "strict", actions: this.#actions.names });
    const { ruleSet, engine, diagnostics } = loaded;
    if (engine === undefined) throw new MillraceError("MILLRACE_POLICY_LOAD", summaryOf(diagnostics), { diagnostics });
    await this.#actions.prepare(ruleSet.rules.flatMap(({ actions }) => actions));
    for (const warning of diagnostics) this.#ctx.log.warn(formatDiagnostic(warning));
    this.#judge = new RuleJudge(ruleSet, engine, this.#actions, mode);
    this.#ruleSet = ruleSet;
    this.#rules.set(ruleSet.rules.filter(({ enabled }) => enabled).length);
    this.#ctx.log.info(`Policy engine loaded ${ruleSet.rules.length} rules and ${ruleSet.filters.length} prefilters`);
    return loaded;
  }

  /** Logs an error with every finding, and gives it with what could not be done. */
  #told(message: string, cause: unknown): MillraceError {
    const error = isMillraceError(cause) ? cause : undefined;
    const text = `${message}${cause instanceof Error ? cause.message : String(cause)}`;
    this.#ctx.log.error([text, ...(error?.diagnostics ?? []).map((diagnostic) => formatDiagnostic(diagnostic))].join("\n"));
    return new MillraceError(error?.code ?? "MILLRACE_POLICY_LOAD", text, {
      cause,
      diagnostics: error?.diagnostics ?? [],
      ...(error?.hint !== undefined && { hint: error.hint }),
    });
  }
}
