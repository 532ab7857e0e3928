import { MillraceError } from "../error.ts";

/** Which tags are meant. With both, a tag is meant when either takes it. With neither, none is. */
export interface TagMatch {
  /** `*` stands for any run of characters, also none. Case matters, and the whole tag must be covered. */
  readonly match?: string;
  /**
   * A regular expression that must match from the start of the tag. `(?i)` at its start ignores case; of what Onigmo
   * writes otherwise than JavaScript, `\A`, `\z`, `\Z`, `\h` and `\H` are understood.
   */
  readonly regex?: string;
}

/** Turns a match into a test. Throws `MILLRACE_FLUENT_MATCH` for a bad regular expression. */
export function tagMatcher(match: TagMatch): (tag: string) => boolean {
  const tests: ((tag: string) => boolean)[] = [];
  if (match.regex !== undefined) tests.push(regexTest(match.regex));
  if (match.match !== undefined) tests.push(wildcardTest(match.match));
  return (tag) => tests.some((test) => test(tag));
}

function regexTest(source: string): (tag: string) => boolean {
  const expression = compiled(source);
  return (tag) => {
    expression.lastIndex = 0;
    return expression.test(tag);
  };
}

/** Unicode mode first; where it is too strict (it takes no needless backslash, as in `a\-b`), the older mode. */
function compiled(source: string): RegExp {
  const caseless = source.startsWith("(?i)");
  const translated = translate(caseless ? source.slice(4) : source);
  const flags = caseless ? "iy" : "y";
  try {
    return new RegExp(translated, `${flags}u`);
  } catch {
    // What is wrong in both modes is reported by the second.
  }
  try {
    return new RegExp(translated, flags);
  } catch (cause) {
    throw new MillraceError("MILLRACE_FLUENT_MATCH", `bad regular expression in match_regex: ${source}`, { cause });
  }
}

/** What Onigmo writes with a letter that JavaScript does not know. */
const ONIGMO: Readonly<Record<string, { readonly outside: string; readonly inClass: string }>> = {
  A: { outside: "^", inClass: "A" },
  z: { outside: "$", inClass: "z" },
  Z: { outside: "(?=\\n?$)", inClass: "Z" },
  h: { outside: "[0-9a-fA-F]", inClass: "0-9a-fA-F" },
  H: { outside: "[^0-9a-fA-F]", inClass: "H" },
};

function translate(source: string): string {
  let inClass = false;
  return source.replace(/\\(.)|[[\]]/gsu, (found: string, escaped: string | undefined) => {
    if (escaped === undefined) {
      inClass = found === "[";
      return found;
    }
    const known = Object.hasOwn(ONIGMO, escaped) ? ONIGMO[escaped] : undefined;
    return known === undefined ? found : inClass ? known.inClass : known.outside;
  });
}

function wildcardTest(pattern: string): (tag: string) => boolean {
  const pieces = pattern.split("*");
  const first = pieces[0] as string;
  if (pieces.length === 1) return (tag) => tag === pattern;
  const last = pieces[pieces.length - 1] as string;
  const middle = pieces.slice(1, -1).filter((piece) => piece !== "");
  return (tag) => {
    if (tag.length < first.length + last.length || !tag.startsWith(first) || !tag.endsWith(last)) return false;
    let at = first.length;
    const end = tag.length - last.length;
    for (const piece of middle) {
      const found = tag.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}
