/**
 * Finds all of many texts in one pass over a text, in time in proportion to its length (Aho and Corasick, 1975). Works on
 * UTF-16 code units.
 */
export class AhoCorasick {
  /** The class of each code unit below 128, and of the others that occur in a value. Class 0: in no value. */
  readonly #ascii: Int32Array = new Int32Array(128);
  readonly #others: Map<number, number> = new Map();
  #classes = 1;
  /** By state and class: the next state. */
  readonly #next: Int32Array;
  /** By state: the values that end there, as an index into {@link #found}; 0 for none. */
  readonly #ends: Int32Array;
  readonly #found: readonly (readonly number[])[];

  /** The values must not be empty. */
  constructor(values: readonly string[]) {
    for (const value of values) for (let i = 0; i < value.length; i++) this.#classify(value.charCodeAt(i));
    const states = buildTrie(values, (code) => this.#classOf(code));
    const classes = this.#classes;
    this.#next = new Int32Array(states.length * classes);
    this.#ends = new Int32Array(states.length);
    const found: number[][] = [[]];
    const fail = new Int32Array(states.length);
    const ends: (readonly number[])[] = states.map(({ ends: own }) => own);
    // Breadth first: the state to fall back to is shallower, and so complete.
    const queue = [0];
    for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
      const { children } = states[state] as TrieState;
      const back = fail[state] as number;
      if (state !== 0) ends[state] = [...(ends[state] as readonly number[]), ...(ends[back] as readonly number[])];
      for (let symbol = 0; symbol < classes; symbol++) {
        const child = children.get(symbol);
        if (child === undefined) this.#next[state * classes + symbol] = state === 0 ? 0 : (this.#next[back * classes + symbol] as number);
        else {
          this.#next[state * classes + symbol] = child;
          fail[child] = state === 0 ? 0 : (this.#next[back * classes + symbol] as number);
          queue.push(child);
        }
      }
    }
    ends.forEach((values, state) => {
      if (values.length === 0) return;
      this.#ends[state] = found.length;
      found.push([...values]);
    });
    this.#found = found;
  }

  /** Calls back for each value that is found, with its index; more than once for one that occurs again. */
  find(text: string, hit: (value: number) => void): void {
    const classes = this.#classes;
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      const symbol = code < 128 ? (this.#ascii[code] as number) : (this.#others.get(code) ?? 0);
      state = this.#next[state * classes + symbol] as number;
      const ends = this.#ends[state] as number;
      if (ends !== 0) for (const value of this.#found[ends] as readonly number[]) hit(value);
    }
  }

  #classify(code: number): void {
    if (this.#classOf(code) !== 0) return;

    const symbol = this.#classes++;
    if (code < 128) this.#ascii[code] = symbol;
    else this.#others.set(code, symbol);
  }

  #classOf(code: number): number {
    return code < 128 ? (this.#ascii[code] as number) : (this.#others.get(code) ?? 0);
  }
}

interface TrieState {
  readonly children: Map<number, number>;
  readonly ends: number[];
}

function buildTrie(values: readonly string[], classOf: (code: number) => number): TrieState[] {
  const states: TrieState[] = [{ children: new Map(), ends: [] }];
  values.forEach((value, index) => {
    let state = 0;
    for (let i = 0; i < value.length; i++) {
      const symbol = classOf(value.charCodeAt(i));
      const { children } = states[state] as TrieState;
      let child = children.get(symbol);
      if (child === undefined) {
        child = states.length;
        children.set(symbol, child);
        states.push({ children: new Map(), ends: [] });
      }
      state = child;
    }
    (states[state] as TrieState).ends.push(index);
  });
  return states;
}
