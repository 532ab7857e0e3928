// Where the records of a chunk end, in ascending order.

/** The end of the last record that ends at an offset or before it; 0 for none. */
export function lastEnd(ends: readonly number[], offset: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (ends[low - 1] as number);
}

/** The end of the record that an offset lies in. */
export function nextEnd(ends: readonly number[], offset: number): number {
  return ends[ends.findIndex((end) => end > offset)] as number;
}
