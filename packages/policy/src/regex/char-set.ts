/** A set of characters, exact for ASCII; of all others it knows only whether any of them may be in it. */
export interface CharSet {
  /** For 0 to 127: whether it is in the set. */
  readonly ascii: readonly boolean[];
  readonly others: boolean;
}

const ASCII = 128;

/** The set of those ASCII characters for which a test holds. */
export function charSet(test: (code: number) => boolean, others = false): CharSet {
  return { ascii: Array.from({ length: ASCII }, (_, code) => test(code)), others };
}

export const NO_CHARS: CharSet = /* @__PURE__ */ charSet(() => false);

export function union(a: CharSet, b: CharSet): CharSet {
  return { ascii: a.ascii.map((has, code) => has || (b.ascii[code] as boolean)), others: a.others || b.others };
}

/** The other characters. `others` may hold both of a set and of its complement. */
export function complement({ ascii }: CharSet): CharSet {
  return { ascii: ascii.map((has) => !has), others: true };
}

/** Whether two sets may have a character in common. */
export function overlap(a: CharSet, b: CharSet): boolean {
  return (a.others && b.others) || a.ascii.some((has, code) => has && (b.ascii[code] as boolean));
}

/** The set with both cases of its letters. `k` and `s` have forms beyond ASCII: the Kelvin sign and the long s. */
export function withBothCases({ ascii, others }: CharSet): CharSet {
  const has = (letter: string): boolean => ascii[letter.charCodeAt(0)] as boolean;
  const folded = charSet((code) => {
    const letter = String.fromCharCode(code);
    return has(letter) || has(letter.toLowerCase()) || has(letter.toUpperCase());
  });
  // What lies beyond ASCII may fold to a letter.
  const widened = others
    ? union(
        folded,
        charSet((code) => /[ksKS]/.test(String.fromCharCode(code))),
      )
    : folded;
  return { ascii: widened.ascii, others: others || ["k", "K", "s", "S"].some(has) };
}
