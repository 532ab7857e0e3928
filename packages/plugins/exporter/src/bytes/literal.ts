/**
 * A text of ASCII characters that is written again and again. It is kept as doubles of eight characters each, with zeros at
 * its end: to store those takes a fifth of the time of copying a short array. (No eight ASCII characters are a NaN, whose bits a store may change.)
 */
export interface Literal {
  readonly length: number;
  readonly words: Float64Array;
}

const WORD_BYTES = 8;

/** The literal of a text of ASCII characters. */
export function literal(text: string): Literal {
  const bytes = new Uint8Array(Math.ceil(text.length / WORD_BYTES) * WORD_BYTES);
  bytes.set(ascii(text));
  const view = new DataView(bytes.buffer);
  return { length: text.length, words: Float64Array.from({ length: bytes.length / WORD_BYTES }, (_, index) => view.getFloat64(index * WORD_BYTES, true)) };
}

/** The bytes of a text of ASCII characters. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
