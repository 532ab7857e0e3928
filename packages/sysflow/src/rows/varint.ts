/**
 * Avro's variable-length numbers (specification 1.11, "Binary Encoding"). Each function gives the offset after the
 * number, or -1 where there is none: more than ten bytes. The bytes must go on for ten more behind the end of what is
 * sound, so that nothing here looks at an end; callers compare the offset with it.
 */

/** A zig-zag number of up to 64 bits, as two halves into `words[at]` and `words[at + 1]`. */
export function readLong(bytes: Uint8Array, p: number, words: Int32Array, at: number): number {
  let byte = bytes[p++] as number;
  let low = byte & 127;
  let middle = 0;
  let high = 0;
  if (byte > 127) {
    byte = bytes[p++] as number;
    low |= (byte & 127) << 7;
    if (byte > 127) {
      byte = bytes[p++] as number;
      low |= (byte & 127) << 14;
      if (byte > 127) {
        byte = bytes[p++] as number;
        low |= (byte & 127) << 21;
        if (byte > 127) {
          byte = bytes[p++] as number;
          middle = byte & 127;
          if (byte > 127) {
            byte = bytes[p++] as number;
            middle |= (byte & 127) << 7;
            if (byte > 127) {
              byte = bytes[p++] as number;
              middle |= (byte & 127) << 14;
              if (byte > 127) {
                byte = bytes[p++] as number;
                middle |= (byte & 127) << 21;
                if (byte > 127) {
                  byte = bytes[p++] as number;
                  high = byte & 127;
                  if (byte > 127) {
                    byte = bytes[p++] as number;
                    if (byte > 127) return -1;
                    high |= byte << 7;
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  const rawLow = low | (middle << 28);
  const rawHigh = (middle >>> 4) | (high << 24);
  const sign = -(rawLow & 1);
  words[at] = ((rawLow >>> 1) | (rawHigh << 31)) ^ sign;
  words[at + 1] = (rawHigh >>> 1) ^ sign;
  return p;
}

/** As {@link readLong}, for numbers that mostly take nine bytes, as nanoseconds since the epoch do: two loads instead of eight. */
export function readWide(bytes: Uint8Array, view: DataView, p: number, words: Int32Array, at: number): number {
  const first = view.getInt32(p, true);
  const second = view.getInt32(p + 4, true);
  const last = bytes[p + 8] as number;
  if ((first & second & 0x80808080) !== (0x80808080 | 0) || last > 127) return readLong(bytes, p, words, at);
  const low = (first & 0x7f) | ((first >>> 1) & 0x3f80) | ((first >>> 2) & 0x1fc000) | ((first >>> 3) & 0xfe00000);
  const middle = (second & 0x7f) | ((second >>> 1) & 0x3f80) | ((second >>> 2) & 0x1fc000) | ((second >>> 3) & 0xfe00000);
  const rawLow = low | (middle << 28);
  const rawHigh = (middle >>> 4) | (last << 24);
  const sign = -(rawLow & 1);
  words[at] = ((rawLow >>> 1) | (rawHigh << 31)) ^ sign;
  words[at + 1] = (rawHigh >>> 1) ^ sign;
  return p + 9;
}

/** The low 32 bits of a zig-zag number of up to 64 bits, signed: old collectors wrote some 32-bit fields as longs. */
export function readInt(bytes: Uint8Array, p: number, words: Int32Array, at: number): number {
  let byte = bytes[p] as number;
  let low = byte & 127;
  let high = 0;
  let length = 1;
  if (byte > 127) {
    byte = bytes[p + 1] as number;
    low |= (byte & 127) << 7;
    length = 2;
    if (byte > 127) {
      byte = bytes[p + 2] as number;
      low |= (byte & 127) << 14;
      length = 3;
      if (byte > 127) {
        byte = bytes[p + 3] as number;
        low |= (byte & 127) << 21;
        length = 4;
        if (byte > 127) {
          byte = bytes[p + 4] as number;
          low |= (byte & 127) << 28;
          high = (byte & 127) >>> 4;
          length = 5;
          if (byte > 127) {
            // What comes now is beyond the 32 bits, but for its place.
            const end = skipLong(bytes, p);
            if (end < 0) return -1;
            length = end - p;
          }
        }
      }
    }
  }
  words[at] = ((low >>> 1) | (high << 31)) ^ -(low & 1);
  return p + length;
}

/** Passes over a number. */
export function skipLong(bytes: Uint8Array, p: number): number {
  for (let i = 0; i < 10; i++) if ((bytes[p + i] as number) < 128) return p + i + 1;
  return -1;
}
