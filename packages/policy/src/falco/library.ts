import { type DiagnosticBag, didYouMean, type Source } from "@millrace/text";
import { parseCondition } from "./condition-parser.ts";
import { type FilterDefinition, type ListDefinition, type MacroDefinition, type PolicyDefinition, type RuleDefinition, readPolicyFile } from "./definitions.ts";
import { type Exception, withExceptions } from "./exceptions.ts";
import type { Expression, Range } from "./syntax.ts";

/** A rule or filter with its condition, in which macros and lists are still names, and what those names mean to it. */
export interface ResolvedDefinition {
  readonly definition: RuleDefinition | FilterDefinition;
  readonly condition: Expression;
  /** Definitions with the same scope mean the same by every name. */
  readonly scope: string;
  /** The condition of a macro as this rule sees it; `undefined` where there is none of that name, or it could not be read. */
  macro(name: string): Expression | undefined;
  /** Whether there is a macro of that name, even one that could not be read. */
  hasMacro(name: string): boolean;
  macroNames(): readonly string[];
  /** The items of a list as this rule sees it, lists within it resolved; `undefined` where there is no list of that name. */
  list(name: string): readonly string[] | undefined;
}

/** One definition that others may use, with what was appended to it. */
class Usable<D extends ListDefinition | MacroDefinition> {
  readonly definition: D;
  /** Its place in the order of its file. */
  readonly position: number;
  readonly appended: D[] = [];

  constructor(definition: D, position: number) {
    this.definition = definition;
    this.position = position;
  }

  get all(): readonly D[] {
    return [this.definition, ...this.appended];
  }
}

class PolicyFile {
  readonly lists = new Map<string, Usable<ListDefinition>[]>();
  readonly macros = new Map<string, Usable<MacroDefinition>[]>();
  #turns: readonly number[] | undefined;

  /**
   * The positions behind which names mean something else. A name that is defined once means the same in the whole file; one that
   * is defined again means something else from there on. Asked when all definitions are known.
   */
  get turns(): readonly number[] {
    this.#turns ??= [...this.lists.values(), ...this.macros.values()]
      .flatMap((same) => (same.length > 1 ? same.map(({ position }) => position) : []))
      .sort((a, b) => a - b);
    return this.#turns;
  }
}

/** A rule with what later definitions of its name added to it. */
interface GatheredRule {
  definition: RuleDefinition | FilterDefinition;
  readonly file: number;
  readonly position: number;
  readonly conditions: Range[];
  readonly exceptions: Exception[];
}

/**
 * Reads policy files and resolves names in them. A name means, to a rule: the last definition before the rule in its file,
 * else the last one in its file, else the one of the nearest file before. What a later definition appends to a rule, a
 * macro or a list (`append: true`) counts for everyone who uses it, as in Falco.
 */
export function readLibrary(sources: readonly Source[], found: DiagnosticBag): ResolvedDefinition[] {
  const library = new Library(found);
  for (const source of sources) library.addFile(readPolicyFile(source, found));
  return library.resolve();
}

class Library {
  readonly #found: DiagnosticBag;
  readonly #files: PolicyFile[] = [];
  readonly #rules: GatheredRule[] = [];
  /** Conditions of macros, read once. */
  readonly #parsed = new Map<Usable<MacroDefinition>, Expression | undefined>();

  constructor(found: DiagnosticBag) {
    this.#found = found;
  }

  addFile(definitions: readonly PolicyDefinition[]): void {
    const file = new PolicyFile();
    this.#files.push(file);
    definitions.forEach((definition, position) => {
      switch (definition.is) {
        case "list":
          this.#addUsable(file.lists, definition, position, "list");
          break;
        case "macro":
          this.#addUsable(file.macros, definition, position, "macro");
          break;
        case "filter":
          this.#addRule(definition, position, []);
          break;
        case "rule":
          if (definition.append || (definition.condition === undefined && definition.enabled !== undefined)) this.#amendRule(definition);
          else this.#addRule(definition, position, definition.exceptions);
          break;
      }
    });
  }

  resolve(): ResolvedDefinition[] {
    for (const file of this.#files) for (const macros of file.macros.values()) for (const macro of macros) this.#parse(macro);
    return this.#rules.flatMap((rule) => {
      const condition = rule.conditions.length === 0 ? undefined : parseCondition(rule.conditions, this.#found);
      if (condition === undefined) return [];
      return {
        definition: rule.definition,
        condition: withExceptions(condition, this.#complete(rule.exceptions)),
        scope: this.#scope(rule),
        macro: (name: string) => this.#macro(name, rule),
        hasMacro: (name: string) => this.#visible("macros", name, rule.file, rule.position) !== undefined,
        macroNames: () => this.#names("macros"),
        list: (name: string) => this.#list(name, rule),
      };
    });
  }

  /** Where in its file a rule stands, as far as that has a meaning for names: behind which turn. */
  #scope({ file, position }: GatheredRule): string {
    const turns = (this.#files[file] as PolicyFile).turns;
    let [from, to] = [0, turns.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((turns[middle] as number) < position) from = middle + 1;
      else to = middle;
    }
    return `${file}:${from}`;
  }

  #addUsable<D extends ListDefinition | MacroDefinition>(
    known: Map<string, Usable<D>[]>,
    definition: D,
    position: number,
    kind: "lists" | "macros" | "list" | "macro",
  ): void {
    if (!definition.append) {
      const same = known.get(definition.name);
      const usable = new Usable(definition, position);
      if (same) same.push(usable);
      else known.set(definition.name, [usable]);
      return;
    }
    const group = kind === "list" ? "lists" : "macros";
    const target = this.#visible(group, definition.name, this.#files.length - 1, position) as Usable<D> | undefined;
    if (target !== undefined) target.appended.push(definition);
    else this.#nothingToAppendTo(kind, definition.name, definition.at, this.#names(group));
  }

  #addRule(definition: RuleDefinition | FilterDefinition, position: number, exceptions: readonly Exception[]): void {
    this.#rules.push({
      definition,
      file: this.#files.length - 1,
      position,
      conditions: definition.condition ? [definition.condition] : [],
      exceptions: [...exceptions],
    });
  }

  /** Adds to the last rule of that name: a condition, exceptions, tags, or whether it is enabled. */
  #amendRule(added: RuleDefinition): void {
    const rule = this.#rules.findLast(({ definition }) => definition.is === "rule" && definition.name === added.name);
    if (rule === undefined) {
      this.#nothingToAppendTo(
        "rule",
        added.name,
        added.at,
        this.#rules.map(({ definition }) => definition.name),
      );
      return;
    }
    if (added.condition !== undefined) rule.conditions.push(added.condition);
    rule.exceptions.push(...added.exceptions);
    const old = rule.definition as RuleDefinition;
    rule.definition = { ...old, tags: [...old.tags, ...added.tags], actions: [...old.actions, ...added.actions], enabled: added.enabled ?? old.enabled };
  }

  /** An exception without fields adds its values to the one of that name. */
  #complete(exceptions: readonly Exception[]): Exception[] {
    const complete: Exception[] = [];
    for (const exception of exceptions) {
      const index = complete.findIndex(({ name }) => name === exception.name);
      const older = complete[index];
      if (older !== undefined) complete[index] = { ...older, values: [...older.values, ...exception.values] };
      else if (exception.fields.length > 0) complete.push(exception);
      else
        this.#nothingToAppendTo(
          "exception",
          exception.name,
          exception.at,
          complete.map(({ name }) => name),
        );
    }
    return complete;
  }

  #nothingToAppendTo(kind: string, name: string, at: Range, names: Iterable<string>): void {
    this.#found.error("MILLRACE_POLICY_APPEND", `there is no ${kind} "${name}" to append to`, { place: at.source.at(at), hint: didYouMean(name, names) });
  }

  #macro(name: string, rule: GatheredRule): Expression | undefined {
    const macro = this.#visible("macros", name, rule.file, rule.position) as Usable<MacroDefinition> | undefined;
    return macro && this.#parse(macro);
  }

  #parse(macro: Usable<MacroDefinition>): Expression | undefined {
    if (!this.#parsed.has(macro)) {
      const parts = macro.all.flatMap(({ condition }) => condition ?? []);
      this.#parsed.set(macro, parts.length === 0 ? undefined : parseCondition(parts, this.#found));
    }
    return this.#parsed.get(macro);
  }

  /**
   * Each text once, in the order of first mention: lists that name the same lists again and again must not multiply. A list
   * without items (`[]`) is one of one empty text, as sf-processor has it.
   */
  #list(name: string, rule: GatheredRule): readonly string[] | undefined {
    if (this.#visible("lists", name, rule.file, rule.position) === undefined) return undefined;
    const texts = new Set<string>();
    this.#gatherList(name, rule, [], new Set(), texts);
    return [...texts];
  }

  #gatherList(name: string, rule: GatheredRule, within: readonly string[], done: Set<string>, texts: Set<string>): void {
    const list = this.#visible("lists", name, rule.file, rule.position) as Usable<ListDefinition> | undefined;
    if (list === undefined) {
      texts.add(name);
      return;
    }
    if (within.includes(name)) {
      const { at } = list.definition;
      this.#found.error("MILLRACE_POLICY_CYCLE", `list "${name}" contains itself: ${[...within.slice(within.indexOf(name)), name].join(" → ")}`, {
        place: at.source.at(at),
      });
      return;
    }
    if (done.has(name)) return;
    done.add(name);
    const items = list.all.flatMap((part) => part.items);
    if (items.length === 0) texts.add("");
    for (const { text } of items) this.#gatherList(text, rule, [...within, name], done, texts);
  }

  /** The definition that a name means at a place of a file. */
  #visible(group: "lists" | "macros", name: string, file: number, position: number): Usable<ListDefinition> | Usable<MacroDefinition> | undefined {
    for (let index = file; index >= 0; index--) {
      const same: readonly (Usable<ListDefinition> | Usable<MacroDefinition>)[] | undefined = (this.#files[index] as PolicyFile)[group].get(name);
      if (same === undefined) continue;
      return (index === file ? same.findLast((usable) => usable.position < position) : undefined) ?? same.at(-1);
    }
    return undefined;
  }

  #names(group: "lists" | "macros"): string[] {
    return this.#files.flatMap((file) => [...file[group].keys()]);
  }
}
