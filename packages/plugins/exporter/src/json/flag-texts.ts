import { type Literal, literal } from "../bytes/literal.ts";

/** How many combinations of flags have a place. Real traces have some dozens. */
const PLACES = 256;

/** Texts of combinations of flags. A few are remembered; where two want one place, each is made again after the other. */
export class FlagTexts {
  readonly #write: (flags: number) => string;
  readonly #flags = new Int32Array(PLACES);
  readonly #texts: (Literal | undefined)[] = new Array<Literal | undefined>(PLACES).fill(undefined);

  /** @param write - the text of a combination, of ASCII characters */
  constructor(write: (flags: number) => string) {
    this.#write = write;
  }

  /** The text of a combination, which is a number of 32 bits. */
  of(flags: number): Literal {
    const place = Math.imul(flags ^ (flags >>> 15), 0x9e3779b1) >>> 24;
    const known = this.#texts[place];
    if (known !== undefined && this.#flags[place] === flags) return known;
    const text = literal(this.#write(flags));
    this.#texts[place] = text;
    this.#flags[place] = flags;
    return text;
  }
}
