/**
 * The candidate that somebody most likely meant by `name`, or `undefined` where none is near. A candidate that differs
 * only in case comes first, then one that differs only in its separators (`file_path`, `file.path`, `filePath`), then the
 * one with the fewest edits: one edit for names up to 5 characters, two up to 8, three for longer ones.
 * Of equally near ones the first is taken.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const lower = name.toLowerCase();
  const wanted: Wanted = { lower, bare: bare(lower), letters: lettersOf(lower) };
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const score = candidate === name ? 0 : distance(wanted, candidate, bestScore);
    if (score < bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

/** `did you mean "x"?` for the nearest name, or `undefined` where none is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const near = nearestName(name, candidates);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/**
 * How many characters must be inserted, removed, replaced, or swapped with their neighbour to turn `a` into `b`: the
 * optimal string alignment distance of Damerau and Levenshtein, by UTF-16 code units. `Infinity` once it is over `limit`.
 */
export function editDistance(a: string, b: string, limit: number = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let lastLeast = 0;
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let cost = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)) {
        cost = Math.min(cost, (beforeLast[j - 2] as number) + 1);
      }
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit && lastLeast > limit) return Number.POSITIVE_INFINITY;
    lastLeast = least;
    beforeLast = last;
    last = row;
  }
  const distance = last[b.length] as number;
  return distance > limit ? Number.POSITIVE_INFINITY : distance;
}

/** What is looked for, in lower case. */
interface Wanted {
  readonly lower: string;
  readonly bare: string;
  readonly letters: number;
}

/** How far a candidate is: below 1 where only case or separators differ. What is not below `bound` is of no interest. */
function distance(wanted: Wanted, candidate: string, bound: number): number {
  const lower = candidate.toLowerCase();
  if (lower === wanted.lower) return 0.25;
  const letters = lettersOf(lower);
  if (letters === wanted.letters && wanted.bare !== "" && bare(lower) === wanted.bare) return 0.5;
  const limit = Math.min(Math.ceil(bound) - 1, Math.max(1, Math.min(3, Math.floor(Math.max(wanted.lower.length, lower.length, 3) / 3))));
  // An edit brings or takes away one letter at the most: most candidates end here.
  const missing = Math.max(bitsIn(wanted.letters & ~letters), bitsIn(letters & ~wanted.letters), Math.abs(wanted.lower.length - lower.length));
  if (limit < 1 || missing > limit) return Number.POSITIVE_INFINITY;
  const edits = editDistance(wanted.lower, lower, limit);
  return edits < Math.min(wanted.lower.length, lower.length) ? edits : Number.POSITIVE_INFINITY;
}

/** Which letters a text has apart from separators, as bits; several letters share a bit. */
function lettersOf(text: string): number {
  let letters = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (!isSeparator(unit)) letters |= 1 << (unit & 31);
  }
  return letters;
}

function bitsIn(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function bare(name: string): string {
  return name.replace(/[-_.\s]/g, "");
}

/** Whether {@link bare} takes a code unit away. */
function isSeparator(unit: number): boolean {
  if (unit < 0x80) return unit === 0x2d || unit === 0x5f || unit === 0x2e || unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return /\s/.test(String.fromCharCode(unit));
}
