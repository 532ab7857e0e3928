import type { Counter, Hosted, PluginContext } from "@millrace/api";
import type { Action, SysflowEvent } from "@millrace/api/sysflow";

/** An action with its name. */
export interface NamedAction {
  readonly name: string;
  readonly run: Action;
}

/** The actions that rules may ask for. Each is made when a rule first asks for it. */
export class Actions {
  readonly #ctx: PluginContext;
  readonly #hosted: ReadonlyMap<string, Hosted>;
  readonly #made: Map<string, NamedAction> = new Map();
  readonly #errors: Counter;

  constructor(ctx: PluginContext) {
    this.#ctx = ctx;
    const hosted = new Map<string, Hosted>();
    for (const each of ctx.hosted("action")) {
      for (const name of [each.plugin.name, ...each.plugin.aliases]) {
        if (hosted.has(name)) ctx.log.warn(`Re-declaration of action '${name}'`);
        hosted.set(name, each);
      }
    }
    this.#hosted = hosted;
    this.#errors = ctx.metrics.counter("action_errors", "Calls of actions that ended with an error", "action");
  }

  get names(): Iterable<string> {
    return this.#hosted.keys();
  }

  /** Makes actions that were not made before. */
  async prepare(names: Iterable<string>): Promise<void> {
    for (const name of names) {
      const hosted = this.#hosted.get(name);
      if (hosted?.plugin.hostedBy === undefined || this.#made.has(name)) continue;
      const run = (await hosted.plugin.hostedBy(hosted.options as never, this.#ctx.child(name))) as Action;
      this.#made.set(name, { name, run });
    }
  }

  /** Those of some names that have been made, in the order of the names. */
  named(names: readonly string[]): NamedAction[] {
    return names.flatMap((name) => this.#made.get(name) ?? []);
  }

  /** Calls an action. Its error is logged and counted. */
  run({ name, run }: NamedAction, event: SysflowEvent): void {
    try {
      const result: unknown = run(event);
      // Actions are not waited for; a promise that somebody returns all the same must not end the run.
      if (result instanceof Promise) result.catch((cause: unknown) => this.#failed(name, cause));
    } catch (cause) {
      this.#failed(name, cause);
    }
  }

  #failed(name: string, cause: unknown): void {
    this.#errors.add(1, name);
    this.#ctx.log.error(`Error in action: ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { action: name });
  }
}
