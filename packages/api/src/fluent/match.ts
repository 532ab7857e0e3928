import { MillraceError } from "../error.ts";

/** Which tags are meant. With both, a tag is meant when either takes it. With neither, none is. */
export interface TagMatch {
  /** `*` stands for any run of characters, also none. Case matters, and the whole tag must be covered. */
  readonly match?: string;
  /** A regular expression that must match from the start of the tag. `(?i)` at its start ignores case. */
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
  const caseless = source.startsWith("(?i)");
  let expression: RegExp;
  try {
    expression = new RegExp(caseless ? source.slice(4) : source, caseless ? "iuy" : "uy");
  } catch (cause) {
    throw new MillraceError("MILLRACE_FLUENT_MATCH", `bad regular expression in match_regex: ${source}`, { cause });
  }
  return (tag) => {
    expression.lastIndex = 0;
    return expression.test(tag);
  };
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
