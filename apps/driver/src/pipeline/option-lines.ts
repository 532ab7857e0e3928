/** A key of a plugin's options, as its JSON Schema has it. */
interface OptionSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
}

/** The options of a plugin for people: a line for each with its type and default, and what it is for. */
export function optionLines(schema: Readonly<Record<string, unknown>> | undefined): string {
  const properties = Object.entries((schema?.properties ?? {}) as Readonly<Record<string, OptionSchema>>);
  if (properties.length === 0) return "  none\n";
  const required = (schema?.required ?? []) as readonly string[];
  return properties
    .map(([key, option]) => {
      const type = option.enum ? option.enum.join("|") : [option.type ?? []].flat().join("|");
      const initial = option.default === undefined ? (required.includes(key) ? ", required" : "") : `, default ${JSON.stringify(option.default)}`;
      return `  ${key} (${type || "any"}${initial})\n${option.description ? `      ${option.description}\n` : ""}`;
    })
    .join("");
}
