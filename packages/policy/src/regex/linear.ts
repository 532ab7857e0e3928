import { type CharSet, NO_CHARS, overlap, union } from "./char-set.ts";
import { parseRegex, type Regex } from "./parse.ts";

/** The most parts that a pattern may have when bounded repetitions are written out, and the most steps from one place of the text, loops left out. */
const MOST_PARTS = 1000;
const MOST_STEPS = 4000;

/**
 * A native regular expression for a pattern that backtracks no more than linearly in the length of the text, whatever the text;
 * `undefined` where that is not proven. Asks less than the pattern where that makes no difference to whether it matches.
 *
 * The proof: every unbounded repetition is one of single characters, and what may follow it begins with none of them. So
 * there is one place where a run can end, and giving characters back leads nowhere at once. A match begins at the start of
 * the text, or with a character that is in no run, so that runs are gone through once for each of a bounded number of
 * beginnings near them. All else is bounded: few ways through the rest.
 */
export function nativeLinear(source: string, flags: string): RegExp | undefined {
  const parsed = parseRegex(source, flags);
  if (parsed === undefined) return undefined;
  const regex = withoutOuterRuns(parsed.regex);
  if (!isLinear(regex)) return undefined;
  return new RegExp(textOf(regex), parsed.caseless ? "iu" : "u");
}

/** Whether the proof succeeds. */
function isLinear(regex: Regex): boolean {
  const count = { parts: 0 };
  const expanded = writtenOut(regex, count);
  if (expanded === undefined || waysThrough(expanded) * count.parts > MOST_STEPS) return false;
  const loops: CharSet[] = [];
  if (!loopsEndClearly(expanded, { first: NO_CHARS, empty: true }, loops)) return false;
  if (loops.length === 0 || beginsAtStart(expanded)) return true;
  const { first, empty } = beginning(expanded, { first: NO_CHARS, empty: true });
  return !empty && !loops.some((loop) => overlap(loop, first));
}

/** A run of anything at either end of a pattern asks for nothing. */
function withoutOuterRuns(regex: Regex): Regex {
  if (regex.node !== "sequence") return regex;
  const isRun = (part: Regex | undefined): boolean =>
    part?.node === "repeat" && part.least === 0 && part.most === Number.POSITIVE_INFINITY && part.part.node === "chars";
  let parts = regex.parts;
  while (parts.length > 1 && isRun(parts[0])) parts = parts.slice(1);
  while (parts.length > 1 && isRun(parts.at(-1))) parts = parts.slice(0, -1);
  return { node: "sequence", parts };
}

/** Bounded repetitions as what they are short for; `undefined` where that is too long, or something else than a character is looped over. */
function writtenOut(regex: Regex, count: { parts: number }): Regex | undefined {
  count.parts += 1;
  if (count.parts > MOST_PARTS) return undefined;
  switch (regex.node) {
    case "chars":
    case "between":
      return regex;
    case "sequence":
    case "choice": {
      const parts: Regex[] = [];
      for (const part of regex.parts) {
        const written = writtenOut(part, count);
        if (written === undefined) return undefined;
        parts.push(written);
      }
      return { node: regex.node, parts };
    }
    case "repeat":
      return repeatWrittenOut(regex, count);
  }
}

function repeatWrittenOut({ part, least, most }: Extract<Regex, { node: "repeat" }>, count: { parts: number }): Regex | undefined {
  const parts: Regex[] = [];
  for (let n = 0; n < least; n++) {
    const written = writtenOut(part, count);
    if (written === undefined) return undefined;
    parts.push(written);
  }
  if (most === Number.POSITIVE_INFINITY) {
    if (part.node !== "chars") return undefined;
    parts.push({ node: "repeat", part, least: 0, most });
    return { node: "sequence", parts };
  }
  let optional: Regex | undefined;
  for (let n = least; n < most; n++) {
    const written = writtenOut(part, count);
    if (written === undefined) return undefined;
    optional = {
      node: "choice",
      parts: [optional === undefined ? written : { node: "sequence", parts: [written, optional] }, { node: "sequence", parts: [] }],
    };
  }
  return { node: "sequence", parts: optional === undefined ? parts : [...parts, optional] };
}

/** In how many ways a pattern may be gone through, loops counted as one. */
function waysThrough(regex: Regex): number {
  switch (regex.node) {
    case "chars":
    case "between":
    case "repeat":
      return 1;
    case "sequence":
      return regex.parts.reduce((ways, part) => ways * waysThrough(part), 1);
    case "choice":
      return regex.parts.reduce((ways, part) => ways + waysThrough(part), 0);
  }
}

/** With which characters something may begin, and whether it may be empty. */
interface Beginning {
  readonly first: CharSet;
  readonly empty: boolean;
}

function beginning(regex: Regex, after: Beginning): Beginning {
  switch (regex.node) {
    case "chars":
      return { first: regex.set, empty: false };
    case "between":
      // After the end of the text there is nothing; the other places ask for no character.
      return regex.at === "end" ? { first: NO_CHARS, empty: true } : after;
    case "repeat": {
      const own = (regex.part as Extract<Regex, { node: "chars" }>).set;
      return { first: union(own, after.first), empty: after.empty };
    }
    case "sequence":
      return regex.parts.reduceRight((behind, part) => beginning(part, behind), after);
    case "choice":
      return regex.parts.map((part) => beginning(part, after)).reduce((a, b) => ({ first: union(a.first, b.first), empty: a.empty || b.empty }));
  }
}

/** Whether after no loop something begins with a character of the loop. Gathers the characters of all loops. */
function loopsEndClearly(regex: Regex, after: Beginning, loops: CharSet[]): boolean {
  switch (regex.node) {
    case "chars":
    case "between":
      return true;
    case "repeat": {
      const own = (regex.part as Extract<Regex, { node: "chars" }>).set;
      loops.push(own);
      return !overlap(own, after.first);
    }
    case "choice":
      return regex.parts.every((part) => loopsEndClearly(part, after, loops));
    case "sequence": {
      let behind = after;
      for (const part of regex.parts.toReversed()) {
        if (!loopsEndClearly(part, behind, loops)) return false;
        behind = beginning(part, behind);
      }
      return true;
    }
  }
}

function beginsAtStart(regex: Regex): boolean {
  switch (regex.node) {
    case "between":
      return regex.at === "start";
    case "sequence":
      return regex.parts[0] !== undefined && beginsAtStart(regex.parts[0]);
    case "choice":
      return regex.parts.every(beginsAtStart);
    default:
      return false;
  }
}

/** A pattern in JavaScript's syntax. */
function textOf(regex: Regex): string {
  switch (regex.node) {
    case "chars":
    case "between":
      return regex.text;
    case "sequence":
      return regex.parts.map((part) => (part.node === "choice" ? `(?:${textOf(part)})` : textOf(part))).join("");
    case "choice":
      return regex.parts.map(textOf).join("|");
    case "repeat": {
      const { part, least, most } = regex;
      const bounds = most === least ? `{${least}}` : `{${least},${most === Number.POSITIVE_INFINITY ? "" : most}}`;
      return `${part.node === "chars" ? part.text : `(?:${textOf(part)})`}${bounds}`;
    }
  }
}
