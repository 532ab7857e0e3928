import { isIPv6 } from "node:net";
import type { Network } from "../tree.ts";

/** An IPv4 network such as `10.0.0.0/8`; an address alone is a network of one. `undefined` for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const octets = match.slice(1, 5).map(Number);
  const bits = match[5] === undefined ? 32 : Number(match[5]);
  if (octets.some((octet) => octet > 255) || bits > 32) return undefined;
  const address = octets.reduce((sum, octet) => ((sum << 8) | octet) >>> 0, 0);
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return { address: (address & mask) >>> 0, bits };
}

/** Whether a text is an IPv6 network such as `fe80::/10`, or an address. */
export function isIpv6Network(text: string): boolean {
  const [address = "", bits, ...rest] = text.trim().split("/");
  return isIPv6(address) && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= 128));
}
