/** IPv4 addresses as SysFlow writes them: a 32-bit number whose least significant byte is the first octet. */

/** `127.0.0.1` for 0x0100007f. */
export function ipText(address: number): string {
  return `${address & 255}.${(address >>> 8) & 255}.${(address >>> 16) & 255}.${address >>> 24}`;
}

/** The signed 32-bit number of a dotted address, or `undefined` for anything else. */
export function ipNumber(text: string): number | undefined {
  const octets = text.split(".");
  if (octets.length !== 4) return undefined;
  let address = 0;
  for (let i = 3; i >= 0; i--) {
    const octet = octets[i] as string;
    if (!/^\d{1,3}$/.test(octet) || Number(octet) > 255) return undefined;
    address = (address << 8) | Number(octet);
  }
  return address;
}
