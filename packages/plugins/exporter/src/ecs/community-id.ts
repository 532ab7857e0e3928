import type { JsonWriter } from "../bytes/json-writer.ts";
import { ascii, type Literal, literal } from "../bytes/literal.ts";
import { ShortSha1 } from "./sha1.ts";

const ICMP = 1;
/** The version of the specification, in front of each id. */
const VERSION: Literal = literal("1:");
const BASE64: Uint8Array = ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const EQUALS = 0x3d;

/**
 * For the types of ICMP messages that have a counterpart: the type of the answer to a question, and the other way round.
 * From the specification of Community ID.
 */
const COUNTERPARTS: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  [8, 0],
  [0, 8],
  [13, 14],
  [14, 13],
  [15, 16],
  [16, 15],
  [17, 18],
  [18, 17],
  [10, 9],
  [9, 10],
]);

/** How many ids are kept, each at a place that its flow decides on; a power of two. */
const KEPT = 1024;
/** What a flow is told by: two addresses, protocol, two ports. */
const KEY_WORDS = 5;
/** `1:`, and 20 bytes as base64. */
const ID_BYTES = 30;
/** What the place of an id takes: words of eight bytes. */
const ID_ROOM = 32;

/**
 * Writes Community IDs, version 1 with seed 0, of IPv4 flows (github.com/corelight/community-id-spec). A flow that lasts is
 * recorded again and again, so ids are kept for a while.
 */
export class CommunityId {
  readonly #keys: Int32Array = new Int32Array(KEPT * KEY_WORDS);
  readonly #ids: Uint8Array = new Uint8Array(KEPT * ID_ROOM);
  readonly #view: DataView = new DataView(this.#ids.buffer);
  /** Seed, two addresses, protocol, padding, two ports. */
  readonly #input: Uint8Array = new Uint8Array(16);
  readonly #sha1 = new ShortSha1();

  /**
   * Writes the id of a flow, without quotes.
   *
   * @param sip - an address whose least significant byte is the first octet; so is `dip`
   * @param sport - a port; of an ICMP message its type, and `dport` its code. The low 16 bits count
   */
  write(out: JsonWriter, sip: number, dip: number, proto: number, sport: number, dport: number): void {
    const keys = this.#keys;
    const place = placeOf(sip, dip, proto, sport, dport);
    const key = place * KEY_WORDS;
    const id = place * ID_ROOM;
    const isKept =
      keys[key] === sip && keys[key + 1] === dip && keys[key + 2] === proto && keys[key + 3] === sport && keys[key + 4] === dport && this.#ids[id] !== 0;
    if (!isKept) {
      const from = out.at;
      this.#make(out, sip, dip, proto, sport, dport);
      this.#ids.set(out.bytes.subarray(from, out.at), id);
      out.at = from;
      keys[key] = sip;
      keys[key + 1] = dip;
      keys[key + 2] = proto;
      keys[key + 3] = sport;
      keys[key + 4] = dport;
    }
    const ids = this.#view;
    const { view, at } = out;
    for (let i = 0; i < ID_ROOM; i += 8) view.setFloat64(at + i, ids.getFloat64(id + i, true), true);
    out.at = at + ID_BYTES;
  }

  #make(out: JsonWriter, sip: number, dip: number, proto: number, sport: number, dport: number): void {
    sport &= 0xffff;
    dport &= 0xffff;
    let ordered = false;
    if ((proto & 0xff) === ICMP) {
      const type = sport & 0xff;
      const counterpart = COUNTERPARTS.get(type);
      ordered = counterpart === undefined;
      // Messages of both directions have the same two types as their ports.
      dport = counterpart ?? dport & 0xff;
      sport = type;
    }
    const swap = !ordered && isGreater(sip, sport, dip, dport);
    const input = this.#input;
    putAddress(input, 2, swap ? dip : sip);
    putAddress(input, 6, swap ? sip : dip);
    input[10] = proto & 0xff;
    putPort(input, 12, swap ? dport : sport);
    putPort(input, 14, swap ? sport : dport);
    this.#sha1.hash(input);
    out.put(VERSION);
    writeBase64(out, this.#sha1.digest);
  }
}

/** A mix of all that tells a flow, with the constants of MurmurHash3's finisher. */
function placeOf(sip: number, dip: number, proto: number, sport: number, dport: number): number {
  let mix = sip ^ Math.imul(dip, 0x85ebca6b) ^ Math.imul((sport << 16) ^ dport ^ (proto << 8), 0xc2b2ae35);
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
  mix ^= mix >>> 13;
  return mix & (KEPT - 1);
}

function putAddress(input: Uint8Array, at: number, address: number): void {
  for (let i = 0; i < 4; i++) input[at + i] = address >>> (i << 3);
}

function putPort(input: Uint8Array, at: number, port: number): void {
  input[at] = port >>> 8;
  input[at + 1] = port;
}

/** Writes the 20 bytes of a digest: six bits a character, the last one filled up. */
function writeBase64(out: JsonWriter, digest: Int32Array): void {
  const { bytes } = out;
  let { at } = out;
  // What is left of the word before, and how many bits that is.
  let [rest, bits] = [0, 0];
  for (let i = 0; i < digest.length; i++) {
    const word = digest[i] as number;
    for (let shift = 24; shift >= 0; shift -= 8) {
      rest = (rest << 8) | ((word >>> shift) & 0xff);
      for (bits += 8; bits >= 6; bits -= 6) bytes[at++] = BASE64[(rest >>> (bits - 6)) & 63] as number;
      rest &= 63;
    }
  }
  bytes[at++] = BASE64[(rest << (6 - bits)) & 63] as number;
  bytes[at++] = EQUALS;
  out.at = at;
}

/** Whether an end point comes after another one, by address in the order of its octets, then by port. */
function isGreater(ip: number, port: number, otherIp: number, otherPort: number): boolean {
  if (ip === otherIp) return port > otherPort;
  for (let shift = 0; shift < 32; shift += 8) {
    const difference = ((ip >>> shift) & 0xff) - ((otherIp >>> shift) & 0xff);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
