/** Words of a block; rounds. */
const WORDS = 16;
const ROUNDS = 80;

/** The bits of a message that has as many bytes as fit into one block, with what the padding adds to it. */
const SHORT_BYTES = 55;

/**
 * SHA-1 (FIPS 180-4) of messages that have room in a single block, such as the end points of a flow. To call the system's own
 * for each of them costs several times as much as the 80 rounds do.
 */
export class ShortSha1 {
  readonly #schedule: Int32Array = new Int32Array(ROUNDS);
  /** The digest of the last message: five words, the most significant byte first. */
  readonly digest: Int32Array = new Int32Array(5);

  /** @param message - at most 55 bytes */
  hash(message: Uint8Array): void {
    if (message.length > SHORT_BYTES) throw new RangeError(`a message of ${message.length} bytes is no short one`);
    const schedule = this.#schedule;
    schedule.fill(0, 0, WORDS);
    for (let i = 0; i < message.length; i++) (schedule[i >> 2] as number) |= (message[i] as number) << (24 - ((i & 3) << 3));
    (schedule[message.length >> 2] as number) |= 0x80 << (24 - ((message.length & 3) << 3));
    schedule[WORDS - 1] = message.length << 3;
    for (let i = WORDS; i < ROUNDS; i++) {
      const word = (schedule[i - 3] as number) ^ (schedule[i - 8] as number) ^ (schedule[i - 14] as number) ^ (schedule[i - 16] as number);
      schedule[i] = (word << 1) | (word >>> 31);
    }
    this.#rounds(schedule);
  }

  #rounds(schedule: Int32Array): void {
    let [a, b, c, d, e] = [H0, H1, H2, H3, H4];
    for (let i = 0; i < ROUNDS; i++) {
      const mixed = i < 20 ? ((b & c) | (~b & d)) + K0 : i < 40 ? (b ^ c ^ d) + K1 : i < 60 ? ((b & c) | (b & d) | (c & d)) + K2 : (b ^ c ^ d) + K3;
      const next = (((a << 5) | (a >>> 27)) + mixed + e + (schedule[i] as number)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    const { digest } = this;
    digest[0] = H0 + a;
    digest[1] = H1 + b;
    digest[2] = H2 + c;
    digest[3] = H3 + d;
    digest[4] = H4 + e;
  }
}

const H0 = 0x67452301 | 0;
const H1 = 0xefcdab89 | 0;
const H2 = 0x98badcfe | 0;
const H3 = 0x10325476 | 0;
const H4 = 0xc3d2e1f0 | 0;
const K0 = 0x5a827999;
const K1 = 0x6ed9eba1;
const K2 = 0x8f1bbcdc;
const K3 = 0xca62c1d6;
