import { Buffer } from "node:buffer";
import { decimalOf } from "./int64.ts";

/**
 * xxHash64 (XXH64 of github.com/Cyan4973/xxHash, doc/xxhash_spec.md), in 32-bit halves. An instance keeps the last digest;
 * it holds nothing from one call to the next.
 */
export class XxHash64 {
  /** The halves of the last digest. */
  lo = 0;
  hi = 0;
  readonly #lanes = new Int32Array(8);

  /** Hashes the first `length` bytes, with seed 0. */
  digest(bytes: Uint8Array, length: number): void {
    let at = 0;
    if (length >= 32) at = this.#stripes(bytes, length);
    else this.#set(P5_LO, P5_HI);
    this.#add(length, 0);
    for (; at + 8 <= length; at += 8) this.#long(word(bytes, at), word(bytes, at + 4));
    if (at + 4 <= length) {
      this.#int(word(bytes, at));
      at += 4;
    }
    for (; at < length; at++) this.#byte(bytes[at] as number);
    this.#avalanche();
  }

  /** The last digest as 16 hexadecimal digits. */
  get text(): string {
    return (this.hi >>> 0).toString(16).padStart(8, "0") + (this.lo >>> 0).toString(16).padStart(8, "0");
  }

  #stripes(bytes: Uint8Array, length: number): number {
    const lanes = this.#lanes;
    this.#set(P1_LO, P1_HI);
    this.#add(P2_LO, P2_HI);
    lanes[0] = this.lo;
    lanes[1] = this.hi;
    lanes[2] = P2_LO;
    lanes[3] = P2_HI;
    lanes[4] = 0;
    lanes[5] = 0;
    this.#set(-P1_LO | 0, ~P1_HI);
    lanes[6] = this.lo;
    lanes[7] = this.hi;
    let at = 0;
    for (; at + 32 <= length; at += 32) {
      for (let lane = 0; lane < 4; lane++) {
        this.#set(lanes[lane * 2] as number, lanes[lane * 2 + 1] as number);
        this.#round(word(bytes, at + lane * 8), word(bytes, at + lane * 8 + 4));
        lanes[lane * 2] = this.lo;
        lanes[lane * 2 + 1] = this.hi;
      }
    }
    this.#merge();
    return at;
  }

  #merge(): void {
    const lanes = this.#lanes;
    let sumLo = 0;
    let sumHi = 0;
    for (let lane = 0; lane < 4; lane++) {
      this.#set(lanes[lane * 2] as number, lanes[lane * 2 + 1] as number);
      this.#rotate(ROTATIONS[lane] as number);
      this.#add(sumLo, sumHi);
      sumLo = this.lo;
      sumHi = this.hi;
    }
    for (let lane = 0; lane < 4; lane++) {
      const hashLo = this.lo;
      const hashHi = this.hi;
      this.#set(0, 0);
      this.#round(lanes[lane * 2] as number, lanes[lane * 2 + 1] as number);
      this.lo ^= hashLo;
      this.hi ^= hashHi;
      this.#multiply(P1_LO, P1_HI);
      this.#add(P4_LO, P4_HI);
    }
  }

  /** accumulator = rotate(accumulator + input * P2, 31) * P1 */
  #round(lo: number, hi: number): void {
    const accumulatorLo = this.lo;
    const accumulatorHi = this.hi;
    this.#set(lo, hi);
    this.#multiply(P2_LO, P2_HI);
    this.#add(accumulatorLo, accumulatorHi);
    this.#rotate(31);
    this.#multiply(P1_LO, P1_HI);
  }

  #long(lo: number, hi: number): void {
    const hashLo = this.lo;
    const hashHi = this.hi;
    this.#set(0, 0);
    this.#round(lo, hi);
    this.lo ^= hashLo;
    this.hi ^= hashHi;
    this.#rotate(27);
    this.#multiply(P1_LO, P1_HI);
    this.#add(P4_LO, P4_HI);
  }

  #int(value: number): void {
    const hashLo = this.lo;
    const hashHi = this.hi;
    this.#set(value, 0);
    this.#multiply(P1_LO, P1_HI);
    this.lo ^= hashLo;
    this.hi ^= hashHi;
    this.#rotate(23);
    this.#multiply(P2_LO, P2_HI);
    this.#add(P3_LO, P3_HI);
  }

  #byte(value: number): void {
    const hashLo = this.lo;
    const hashHi = this.hi;
    this.#set(value, 0);
    this.#multiply(P5_LO, P5_HI);
    this.lo ^= hashLo;
    this.hi ^= hashHi;
    this.#rotate(11);
    this.#multiply(P1_LO, P1_HI);
  }

  #avalanche(): void {
    this.lo ^= this.hi >>> 1;
    this.#multiply(P2_LO, P2_HI);
    this.lo ^= (this.lo >>> 29) | (this.hi << 3);
    this.hi ^= this.hi >>> 29;
    this.#multiply(P3_LO, P3_HI);
    this.lo ^= this.hi;
  }

  #set(lo: number, hi: number): void {
    this.lo = lo;
    this.hi = hi;
  }

  #add(lo: number, hi: number): void {
    const sum = (this.lo >>> 0) + (lo >>> 0);
    this.lo = sum | 0;
    this.hi = (this.hi + hi + (sum > 0xffffffff ? 1 : 0)) | 0;
  }

  #rotate(bits: number): void {
    const { lo, hi } = this;
    this.lo = (lo << bits) | (hi >>> (32 - bits));
    this.hi = (hi << bits) | (lo >>> (32 - bits));
  }

  #multiply(lo: number, hi: number): void {
    const a0 = this.lo & 0xffff;
    const a1 = this.lo >>> 16;
    const b0 = lo & 0xffff;
    const b1 = lo >>> 16;
    const p00 = Math.imul(a0, b0) >>> 0;
    const p01 = Math.imul(a0, b1) >>> 0;
    const p10 = Math.imul(a1, b0) >>> 0;
    const middle = (p00 >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
    const carried = Math.imul(a1, b1) + (p01 >>> 16) + (p10 >>> 16) + (middle >>> 16);
    this.hi = (carried + Math.imul(this.hi, lo) + Math.imul(this.lo, hi)) | 0;
    this.lo = (middle << 16) | (p00 & 0xffff);
  }
}

const P1_LO = 0x85ebca87 | 0;
const P1_HI = 0x9e3779b1 | 0;
const P2_LO = 0x27d4eb4f | 0;
const P2_HI = 0xc2b2ae3d | 0;
const P3_LO = 0x9e3779f9 | 0;
const P3_HI = 0x165667b1 | 0;
const P4_LO = 0xc2b2ae63 | 0;
const P4_HI = 0x85ebca77 | 0;
const P5_LO = 0x165667c5 | 0;
const P5_HI = 0x27d4eb2f | 0;
const ROTATIONS: readonly number[] = [1, 7, 12, 18];

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
}

/** The identity of a process as rules and exports show it: the hash of its pid and creation time in decimal, pid first. */
export function processOidText(createTsLo: number, createTsHi: number, hpidLo: number, hpidHi: number): string {
  const bytes = Buffer.from(decimalOf(hpidLo, hpidHi) + decimalOf(createTsLo, createTsHi), "latin1");
  const hash = new XxHash64();
  hash.digest(bytes, bytes.length);
  return hash.text;
}
