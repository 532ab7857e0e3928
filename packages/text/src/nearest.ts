/**
 * The candidate that somebody most likely meant by `name`, or `undefined` where none is near. A candidate that differs
 * only in case comes first, then one that differs only in its separators (`file_path`, `file.path`, `filePath`), then the
 * one with the fewest edits: one edit for names up to 5 characters, two up to 8, three for longer ones.
 * Of equally near ones the first is taken.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const wantedBare = bare(wanted);
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const score = candidate === name ? 0 : distance(wanted, wantedBare, candidate);
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

/** How far a candidate is from a name in lower case: below 1 where only case or separators differ. */
function distance(wanted: string, wantedBare: string, candidate: string): number {
  const lower = candidate.toLowerCase();
  if (lower === wanted) return 0.25;
  if (wantedBare !== "" && bare(lower) === wantedBare) return 0.5;
  const limit = Math.max(1, Math.min(3, Math.floor(Math.max(wanted.length, lower.length, 3) / 3)));
  const edits = editDistance(wanted, lower, limit);
  return edits < Math.min(wanted.length, lower.length) ? edits : Number.POSITIVE_INFINITY;
}

function bare(name: string): string {
  return name.replace(/[-_.\s]/g, "");
}
