import { RE2JS } from "re2js";
import { nativeLinear } from "./regex/linear.ts";

/** Why a regular expression can't be used, or `undefined` where it can. The syntax is that of RE2. */
export function regexProblem(source: string, flags: string): string | undefined {
  try {
    compileRe2(source, flags);
    return undefined;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/**
 * A test that takes time linear in the text, whatever the pattern: JavaScript's own, far faster engine where the pattern is
 * proven not to backtrack more, re2js otherwise. Throws for a pattern that RE2 does not take.
 */
export function compileLinear(source: string, flags: string): (text: string) => boolean {
  const native = nativeLinear(source, flags);
  return native === undefined ? compileRe2(source, flags) : (text) => native.test(text);
}

/** A test by re2js. */
export function compileRe2(source: string, flags: string): (text: string) => boolean {
  let bits = 0;
  if (flags.includes("i")) bits |= RE2JS.CASE_INSENSITIVE;
  if (flags.includes("m")) bits |= RE2JS.MULTILINE;
  if (flags.includes("s")) bits |= RE2JS.DOTALL;
  const compiled = RE2JS.compile(source, bits);
  return (text) => compiled.matcher(text).find();
}
