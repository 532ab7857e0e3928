import { hash } from "node:crypto";

const ICMP = 1;

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

/** Makes Community IDs, version 1 with seed 0, of IPv4 flows (github.com/corelight/community-id-spec). */
export class CommunityId {
  /** Seed, two addresses, protocol, padding, two ports. */
  readonly #input: Buffer = Buffer.alloc(16);

  /**
   * The id of a flow.
   *
   * @param sip - an address whose least significant byte is the first octet; so is `dip`
   * @param sport - a port; of an ICMP message its type, and `dport` its code. The low 16 bits count
   */
  of(sip: number, dip: number, proto: number, sport: number, dport: number): string {
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
    input.writeInt32LE(swap ? dip : sip, 2);
    input.writeInt32LE(swap ? sip : dip, 6);
    input[10] = proto & 0xff;
    input.writeUInt16BE(swap ? dport : sport, 12);
    input.writeUInt16BE(swap ? sport : dport, 14);
    return `1:${hash("sha1", input, "base64")}`;
  }
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
