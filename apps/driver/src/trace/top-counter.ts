/** How many names are counted at once. */
const MOST = 65_536;

/**
 * Counts names in bounded memory. When there are too many different ones, the rarer half is forgotten (lossy counting, Manku
 * and Motwani 2002): a count may then be too small by {@link shortBy} at the most.
 */
export class TopCounter {
  readonly #counts: Map<string, number> = new Map();
  /** By how much a count may be too small. */
  shortBy = 0;

  add(name: string, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
    if (this.#counts.size > MOST) this.#forgetHalf();
  }

  /** How many different names there are; at least so many, once some were forgotten. */
  get size(): number {
    return this.#counts.size;
  }

  /** The names with the highest counts, highest first, equal ones by name. */
  top(most: number): { readonly name: string; readonly count: number }[] {
    const all = [...this.#counts].map(([name, count]) => ({ name, count }));
    return all.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)).slice(0, most);
  }

  #forgetHalf(): void {
    const counts = [...this.#counts.values()].sort((a, b) => a - b);
    const most = counts[counts.length >> 1] as number;
    this.shortBy += most;
    for (const [name, count] of this.#counts) if (count <= most) this.#counts.delete(name);
  }
}
