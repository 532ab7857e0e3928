import type { DiagnosticBag } from "@millrace/text";
import { ENVIRONMENT } from "../codes.ts";
import type { Environment } from "../dialect.ts";
import type { Property, Variable } from "./section.ts";

/** Replaces `${NAME}` and `${NAME:-word}` in values. */
export class Variables {
  private readonly own: ReadonlyMap<string, string>;
  private readonly environment: Environment;
  private readonly bag: DiagnosticBag;

  /** What the configuration sets wins over the environment; of equal names the last one counts. */
  constructor(variables: readonly Variable[], environment: Environment, bag: DiagnosticBag) {
    this.own = new Map(variables.map(({ name, value }) => [name, value]));
    this.environment = environment;
    this.bag = bag;
  }

  /** The value of a property. A variable that is not set, or empty, is its default, or else nothing, with a warning. */
  expand({ text, place }: Pick<Property, "text" | "place">): string {
    let expanded = "";
    let at = 0;
    for (;;) {
      const start = text.indexOf("${", at);
      const end = start < 0 ? -1 : text.indexOf("}", start);
      if (end < 0) return expanded + text.slice(at);
      expanded += text.slice(at, start) + this.variableOf(text.slice(start + 2, end), place);
      at = end + 1;
    }
  }

  private variableOf(inside: string, place: Property["place"]): string {
    const at = inside.indexOf(":-");
    const name = at < 0 ? inside : inside.slice(0, at);
    const value = this.own.get(name) ?? (Object.hasOwn(this.environment, name) ? this.environment[name] : undefined);
    if (value !== undefined && value !== "") return value;
    if (at >= 0) return inside.slice(at + 2);
    this.bag.warning(ENVIRONMENT, `the variable \${${name}} is used but not set`, {
      place: within(place, `\${${inside}}`),
      hint: `set it, or give a default: \${${name}:-…}`,
    });
    return "";
  }

  /** The same for every text in plain data. */
  expandAll(data: unknown, place: Property["place"]): unknown {
    if (typeof data === "string") return this.expand({ text: data, place });
    if (Array.isArray(data)) return data.map((item: unknown) => this.expandAll(item, place));
    if (data === null || typeof data !== "object") return data;
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, this.expandAll(value, place)]));
  }
}

/** The place of a piece of a value. */
function within(place: Property["place"], piece: string): Property["place"] {
  const at = place.lineText?.indexOf(piece, place.column - 1) ?? -1;
  return at < 0 ? place : { ...place, column: at + 1, length: piece.length };
}
