/**
 * Command-line options as GNU programs have them (getopt_long): `-i x`, `-ix`, `-vq`, `--input x`, `--input=x`, and a
 * long option by any beginning that no other one has. Options and arguments may stand in any order; `--` ends the options.
 */

/** One option. */
export interface Option {
  /** Its letter, without the dash. */
  readonly letter?: string;
  /** Its long name, without the dashes. */
  readonly name?: string;
  /** What the usage text calls its value; absent for an option without one. */
  readonly value?: string;
  readonly usage: string;
}

/** One option as it was found. */
export interface FoundOption<O extends Option = Option> {
  readonly option: O;
  /** The empty text for an option without a value. */
  readonly value: string;
}

/** What was found on a command line, in its order, or the first mistake in getopt's words. */
export type OptionsResult<O extends Option> =
  | { readonly found: readonly FoundOption<O>[]; readonly rest: readonly string[]; readonly mistake?: undefined }
  | { readonly mistake: string };

/** Parses a command line. `args` is without the program's name. */
export function parseOptions<O extends Option>(args: readonly string[], defined: readonly O[]): OptionsResult<O> {
  const found: FoundOption<O>[] = [];
  const rest: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] as string;
    if (argument === "--") {
      rest.push(...args.slice(index + 1));
      break;
    }
    if (argument === "-" || !argument.startsWith("-")) {
      rest.push(argument);
    } else if (argument.startsWith("--")) {
      const [name = "", ...after] = argument.slice(2).split("=");
      const named = byLongName(name, defined);
      if (typeof named === "string") return { mistake: named };
      const attached = argument.includes("=") ? after.join("=") : undefined;
      if (named.value === undefined) {
        if (attached !== undefined) return { mistake: `option '--${named.name}' doesn't allow an argument` };
        found.push({ option: named, value: "" });
      } else {
        const value = attached ?? args[++index];
        if (value === undefined) return { mistake: `option '--${named.name}' requires an argument` };
        found.push({ option: named, value });
      }
    } else {
      for (let at = 1; at < argument.length; at += 1) {
        const letter = argument[at] as string;
        const option = defined.find((each) => each.letter === letter);
        if (option === undefined) return { mistake: `invalid option -- '${letter}'` };
        if (option.value === undefined) {
          found.push({ option, value: "" });
          continue;
        }
        const value = at + 1 < argument.length ? argument.slice(at + 1) : args[++index];
        if (value === undefined) return { mistake: `option requires an argument -- '${letter}'` };
        found.push({ option, value });
        break;
      }
    }
  }
  return { found, rest };
}

/** The list of options for a usage text, one a line. */
export function optionsUsage(defined: readonly Option[]): string {
  const heads = defined.map(({ letter, name, value }) => {
    const long = name === undefined ? "" : `--${name}${value === undefined ? "" : `=${value}`}`;
    return letter === undefined ? `      ${long}` : `  -${letter}${long ? `, ${long}` : value === undefined ? "" : ` ${value}`}`;
  });
  const width = Math.max(...heads.map((head) => head.length)) + 2;
  return defined.map(({ usage }, index) => `${(heads[index] as string).padEnd(width)}${usage}\n`).join("");
}

function byLongName<O extends Option>(name: string, defined: readonly O[]): O | string {
  const exact = defined.find((option) => option.name === name);
  if (exact) return exact;
  const possible = defined.filter((option) => option.name?.startsWith(name));
  if (possible.length === 1) return possible[0] as O;
  if (possible.length === 0) return `unrecognized option '--${name}'`;
  return `option '--${name}' is ambiguous; possibilities: ${possible.map((option) => `'--${option.name}'`).join(" ")}`;
}
