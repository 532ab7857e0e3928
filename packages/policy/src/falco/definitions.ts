import { type DiagnosticBag, didYouMean, type Source, type Span } from "@millrace/text";
import type { Priority } from "../rule-set.ts";
import { type Exception, readExceptions } from "./exceptions.ts";
import { DEFINITION_KEYS, type Definition, type Entry, KNOWN_KEYS, readDefinitions } from "./file-reader.ts";
import { readPriority } from "./priority.ts";
import type { Range } from "./syntax.ts";
import { isQuoted, readBoolean, readList, readText, type Text } from "./values.ts";

/** What every definition has: a name, the file it stands in, and how it treats an older definition of that name. */
interface Named {
  readonly name: string;
  readonly at: Range;
  /** Whether it adds to the definition of that name before it, and does not stand for itself. */
  readonly append: boolean;
}

export interface ListDefinition extends Named {
  readonly is: "list";
  readonly items: readonly Text[];
}

export interface MacroDefinition extends Named {
  readonly is: "macro";
  readonly condition: Range | undefined;
}

/** A drop filter: records for which it holds are discarded before any rule. */
export interface FilterDefinition extends Named {
  readonly is: "filter";
  readonly condition: Range | undefined;
  readonly enabled: boolean;
}

export interface RuleDefinition extends Named {
  readonly is: "rule";
  readonly desc: string;
  readonly condition: Range | undefined;
  readonly exceptions: readonly Exception[];
  readonly priority: Priority | undefined;
  readonly tags: readonly string[];
  readonly actions: readonly LocatedText[];
  /** Short names of record types; empty for all. */
  readonly prefilter: readonly LocatedText[];
  readonly enabled: boolean | undefined;
  readonly source: string | undefined;
}

export interface LocatedText {
  readonly text: string;
  readonly at: Range;
}

export type PolicyDefinition = ListDefinition | MacroDefinition | FilterDefinition | RuleDefinition;

const CODE = "MILLRACE_POLICY_KEY";

/** The keys of each kind of definition. */
const KEYS_OF: Readonly<Record<PolicyDefinition["is"], readonly string[]>> = {
  list: ["list", "items", "append", "override"],
  macro: ["macro", "condition", "append", "override"],
  filter: ["filter", "drop", "condition", "enabled"],
  rule: KNOWN_KEYS.filter((key) => !["macro", "list", "filter", "drop", "items", "required_engine_version", "required_plugin_versions"].includes(key)),
};

/** Reads the definitions of one policy file, in their order. All that is wrong is reported. */
export function readPolicyFile(source: Source, found: DiagnosticBag): PolicyDefinition[] {
  const definitions = readDefinitions(source, found);
  if (definitions.length === 0) {
    found.error("MILLRACE_POLICY_EMPTY", "the file has no definition", {
      place: source.place(0),
      hint: 'a definition begins with "- rule:", "- macro:", "- list:", "- filter:" or "- drop:"',
    });
  }
  return definitions.flatMap((definition) => new DefinitionReader(source, definition, found).read() ?? []);
}

class DefinitionReader {
  readonly #source: Source;
  readonly #definition: Definition;
  readonly #found: DiagnosticBag;
  readonly #entries = new Map<string, Entry>();

  constructor(source: Source, definition: Definition, found: DiagnosticBag) {
    this.#source = source;
    this.#definition = definition;
    this.#found = found;
  }

  read(): PolicyDefinition | undefined {
    const first = this.#definition.entries[0] as Entry;
    if (!DEFINITION_KEYS.includes(first.key)) {
      const misplaced = this.#definition.entries.find((entry) => DEFINITION_KEYS.includes(entry.key));
      if (misplaced === undefined) {
        this.#error(`"${first.key}" begins no definition`, this.#range(first.keySpan), didYouMean(first.key, DEFINITION_KEYS));
        return undefined;
      }
      return this.#readAs(misplaced);
    }
    return this.#readAs(first);
  }

  #readAs(naming: Entry): PolicyDefinition | undefined {
    if (naming.key.startsWith("required_")) return undefined;
    const is: PolicyDefinition["is"] = naming.key === "drop" ? "filter" : (naming.key as PolicyDefinition["is"]);
    this.#gather(is);
    const name = readText(this.#source, naming);
    const named: Named = { name: name.text, at: this.#range(name.text === "" ? naming.keySpan : name.span), append: this.#appends() };
    if (name.text === "") this.#error(`a ${naming.key} needs a name`, named.at);
    switch (is) {
      case "list":
        return { ...named, is, items: this.#list("items", true) };
      case "macro":
        return { ...named, is, condition: this.#condition() };
      case "filter":
        return { ...named, is, condition: this.#condition(), enabled: this.#boolean("enabled") ?? true };
      case "rule":
        return this.#rule(named);
    }
  }

  #rule(named: Named): RuleDefinition {
    const desc = this.#text("desc");
    // What only adds exceptions or switches a rule on or off needs no condition of its own.
    const completes = named.append || (this.#entries.has("enabled") && !this.#entries.has("condition"));
    if (desc === undefined && !completes) this.#error(`rule "${named.name}" has no desc`, named.at, "say in one sentence what it detects");
    const priority = this.#entries.get("priority");
    return {
      ...named,
      is: "rule",
      desc: desc ?? "",
      condition: this.#entries.has("condition") || !completes ? this.#condition() : undefined,
      exceptions: readExceptions(this.#source, this.#entries.get("exceptions"), this.#found),
      priority: priority && readPriority(this.#source, priority, this.#found),
      tags: this.#list("tags").map(({ text }) => text),
      actions: this.#names("actions"),
      prefilter: this.#names("prefilter"),
      enabled: this.#boolean("enabled"),
      source: this.#text("source"),
    };
  }

  /** Puts the entries under their keys: the first of each counts. */
  #gather(is: PolicyDefinition["is"]): void {
    const known = KEYS_OF[is];
    for (const entry of this.#definition.entries) {
      const at = this.#range(entry.keySpan);
      if (!known.includes(entry.key)) this.#error(`a ${is} has no key "${entry.key}"`, at, didYouMean(entry.key, known) ?? `its keys are ${known.join(", ")}`);
      else if (this.#entries.has(entry.key))
        this.#found.warning(CODE, `"${entry.key}" stands twice in one ${is}; the first counts`, { place: at.source.at(at) });
      else this.#entries.set(entry.key, entry);
    }
  }

  #appends(): boolean {
    if (this.#boolean("append") === true) return true;
    const override = this.#entries.get("override");
    return override !== undefined && /:\s*append\b/.test(this.#source.text.slice(override.value.start, override.value.end));
  }

  /** Without the quotes that a whole condition may stand in, as YAML allows. */
  #condition(): Range | undefined {
    const entry = this.#entries.get("condition");
    if (entry === undefined) {
      this.#error("a condition is missing", this.#range((this.#definition.entries[0] as Entry).keySpan), 'add "condition:"');
      return undefined;
    }
    if (entry.value.start === entry.value.end) {
      this.#error("the condition is empty", this.#range(entry.keySpan));
      return undefined;
    }
    return this.#range(entry.block === undefined ? withinQuotes(this.#source, entry.value) : entry.value);
  }

  #text(key: string): string | undefined {
    const entry = this.#entries.get(key);
    return entry && readText(this.#source, entry).text;
  }

  #list(key: string, required = false): Text[] {
    const entry = this.#entries.get(key);
    if (entry === undefined && required) this.#error(`"${key}" is missing`, this.#range((this.#definition.entries[0] as Entry).keySpan), `add "${key}: []"`);
    return entry === undefined ? [] : readList(this.#source, entry, this.#found);
  }

  /** A list of names: what is empty names nothing. */
  #names(key: string): LocatedText[] {
    return this.#list(key).flatMap(({ text, span }) => (text === "" ? [] : { text, at: this.#range(span) }));
  }

  #boolean(key: string): boolean | undefined {
    const entry = this.#entries.get(key);
    return entry && readBoolean(this.#source, entry, this.#found);
  }

  #range(span: { readonly start: number; readonly end: number }): Range {
    return { source: this.#source, start: span.start, end: span.end };
  }

  #error(message: string, at: Range, hint?: string): void {
    this.#found.error(CODE, message, { place: at.source.at(at), hint });
  }
}

/** The span between the quotes of a text that is one quoted text as a whole; the same span for any other. */
function withinQuotes({ text }: Source, span: Span): Span {
  return isQuoted(text.slice(span.start, span.end)) ? { start: span.start + 1, end: span.end - 1 } : span;
}
