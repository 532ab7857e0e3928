/**
 * Command-line flags as Go programs have them: `-x v`, `-x=v`, `--x`; a flag of the boolean type takes a value only
 * after `=`; parsing stops at the first argument that is no flag, or after `--`.
 */

/** One flag. */
export interface GoFlag {
  readonly name: string;
  /** `string`: the last one counts. `bool`: true, or what stands after `=`. `list`: every one counts, in their order. */
  readonly type: "string" | "bool" | "list";
  /** What the usage text says. A word in backquotes names the value. */
  readonly usage: string;
  /** The value where the flag is not given; shown in the usage text. */
  readonly default?: string;
  /** Says what is wrong with a value, or nothing where it is right. */
  readonly check?: (value: string) => string | undefined;
}

/** What was found on a command line. */
export interface GoFlags {
  /** The value of a flag of type `string`: its default, or the empty text, where it is not given. */
  text(name: string): string;
  /** Whether a flag of type `bool` is set. */
  isSet(name: string): boolean;
  /** The values of a flag of type `list`. */
  list(name: string): readonly string[];
  /** Whether a flag stands on the command line. */
  given(name: string): boolean;
  /** What follows the flags. */
  readonly rest: readonly string[];
}

/** How parsing ended: with flags, with a request for help, or with the first mistake, in Go's words. */
export type GoFlagsResult =
  | { readonly state: "parsed"; readonly flags: GoFlags }
  | { readonly state: "help" }
  | { readonly state: "mistake"; readonly message: string };

/** Parses a command line. `args` is without the program's name. */
export function parseGoFlags(args: readonly string[], defined: readonly GoFlag[]): GoFlagsResult {
  const byName = new Map(defined.map((flag) => [flag.name, flag]));
  const values = new Map<string, string[]>();
  let index = 0;
  while (index < args.length) {
    const argument = args[index] as string;
    if (argument.length < 2 || argument[0] !== "-") break;
    index += 1;
    if (argument === "--") break;
    const body = argument.slice(argument[1] === "-" ? 2 : 1);
    if (body === "" || body[0] === "-" || body[0] === "=") return mistake(`bad flag syntax: ${argument}`);
    const equals = body.indexOf("=");
    const name = equals < 0 ? body : body.slice(0, equals);
    const flag = byName.get(name);
    if (flag === undefined) return name === "help" || name === "h" ? { state: "help" } : mistake(`flag provided but not defined: -${name}`);

    let value: string;
    if (equals >= 0) value = body.slice(equals + 1);
    else if (flag.type === "bool") value = "true";
    else if (index < args.length) value = args[index++] as string;
    else return mistake(`flag needs an argument: -${name}`);

    if (flag.type === "bool" && boolOf(value) === undefined) return mistake(`invalid boolean value ${quote(value)} for -${name}: parse error`);
    const wrong = flag.check?.(value);
    if (wrong !== undefined) return mistake(`invalid value ${quote(value)} for flag -${name}: ${wrong}`);
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return { state: "parsed", flags: flagsOf(byName, values, args.slice(index)) };
}

/** The list of flags as Go's `PrintDefaults` writes it: by name, each with its type, its usage and its default. */
export function goFlagDefaults(defined: readonly GoFlag[]): string {
  return [...defined]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((flag) => {
      const named = /`([^`]*)`/.exec(flag.usage)?.[1];
      const type = named ?? (flag.type === "bool" ? "" : flag.type === "list" ? "value" : "string");
      const head = `  -${flag.name}${type && ` ${type}`}`;
      // Go keeps a flag of one letter and its usage on one line.
      const gap = head.length <= 4 ? "\t" : "\n    \t";
      const initial = flag.default ? ` (default ${flag.type === "string" ? quote(flag.default) : flag.default})` : "";
      return `${head}${gap}${flag.usage.replaceAll("`", "").replaceAll("\n", "\n    \t")}${initial}\n`;
    })
    .join("");
}

function flagsOf(byName: ReadonlyMap<string, GoFlag>, values: ReadonlyMap<string, readonly string[]>, rest: readonly string[]): GoFlags {
  const last = (name: string): string => values.get(name)?.at(-1) ?? byName.get(name)?.default ?? "";
  return {
    text: last,
    isSet: (name) => boolOf(last(name)) ?? false,
    list: (name) => values.get(name) ?? [],
    given: (name) => values.has(name),
    rest,
  };
}

function mistake(message: string): GoFlagsResult {
  return { state: "mistake", message };
}

/** The texts that Go's `strconv.ParseBool` takes. */
function boolOf(text: string): boolean | undefined {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  return undefined;
}

/** A text in double quotes, as Go's `%q` writes it for all that a command line is likely to hold. */
function quote(text: string): string {
  return JSON.stringify(text);
}
