import { compileLinear } from "./regex.ts";
import type { Network, TextTest, Wildcard } from "./tree.ts";

/**
 * The plain meaning of tests of texts: what the compiled engine is compared with, and what decides comparisons of literals.
 * It takes texts apart and copies them; the compiled engine does not.
 */

/** The pieces of a text that are compared one by one. */
export function piecesOf(text: string): string[] {
  return text.split(",");
}

/**
 * A text in lower case, character by character. JavaScript's own way looks around: a capital sigma at the end of a word becomes
 * another letter than within one, so that a text would not contain what it does; and a dotted capital I becomes two characters.
 */
export function lowerCase(text: string): string {
  return (/[\u0130\u03a3]/.test(text) ? text.replaceAll("\u0130", "i").replaceAll("\u03a3", "\u03c3") : text).toLowerCase();
}

/** Whether a text passes, as a whole or in one of its pieces. */
export function testText(text: string, test: TextTest, whole: boolean): boolean {
  return (whole ? [text] : piecesOf(text)).some((piece) => testPiece(piece, test));
}

function testPiece(piece: string, test: TextTest): boolean {
  switch (test.kind) {
    case "equals":
    case "contains":
    case "startswith":
    case "endswith": {
      const text = test.caseless ? lowerCase(piece) : piece;
      return test.values.some((value) => holds(text, test.kind, value));
    }
    case "wildcard": {
      const text = test.caseless ? lowerCase(piece) : piece;
      return test.patterns.some((pattern) => matchesWildcard(text, pattern));
    }
    case "regex":
      return compileLinear(test.source, test.flags)(piece);
    case "cidr":
      return test.networks.some((network) => isInNetwork(piece, network));
  }
}

export function holds(text: string, kind: "equals" | "contains" | "startswith" | "endswith", value: string): boolean {
  switch (kind) {
    case "equals":
      return text === value;
    case "contains":
      return text.includes(value);
    case "startswith":
      return text.startsWith(value);
    case "endswith":
      return text.endsWith(value);
  }
}

/** Whether a pattern covers the whole of a text. Takes time in proportion to their lengths multiplied, at most. */
export function matchesWildcard(text: string, pattern: Wildcard): boolean {
  // Places in the text that the pattern up to here may reach.
  let reached = new Set([0]);
  for (const piece of pattern) {
    const next = new Set<number>();
    if (typeof piece === "string") {
      for (const at of reached) if (text.startsWith(piece, at)) next.add(at + piece.length);
    } else if (piece.any === "one") {
      for (const at of reached) if (at < text.length) next.add(at + ((text.codePointAt(at) as number) > 0xffff ? 2 : 1));
    } else {
      const first = Math.min(...reached);
      for (let at = first; at <= text.length; at++) next.add(at);
    }
    if (next.size === 0) return false;
    reached = next;
  }
  return reached.has(text.length);
}

/** Whether a dotted IPv4 address lies in a network. What is no address lies in none. */
export function isInNetwork(text: string, { address, bits }: Network): boolean {
  const own = addressOf(text);
  if (own === undefined) return false;
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return (own & mask) >>> 0 === (address & mask) >>> 0;
}

function addressOf(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const octets = match.slice(1).map(Number);
  return octets.some((octet) => octet > 255) ? undefined : octets.reduce((sum, octet) => ((sum << 8) | octet) >>> 0, 0);
}
