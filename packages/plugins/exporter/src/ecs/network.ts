import * as L from "@millrace/sysflow/layout";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";
import type { CommunityId } from "./community-id.ts";

const NETWORK: Literal = literal(',"network":{"bytes":');
const COMMUNITY_ID: Literal = literal(',"community_id":"');
const NUMBER: Literal = literal('","iana_number":"');
const PROTOCOL: Literal = literal('","protocol":"');
const SOURCE: Literal = literal('"},"source":{"address":"');
const DESTINATION: Literal = literal(',"destination":{"address":"');
const BYTES: Literal = literal('","bytes":');
const IP: Literal = literal(',"ip":"');
const PACKETS: Literal = literal('","packets":');
const PORT: Literal = literal(',"port":');
const CLOSE: Literal = literal("}");

const PROTOCOLS: ReadonlyMap<number, Literal> = /* @__PURE__ */ new Map([
  [1, literal("icmp")],
  [6, literal("tcp")],
  [17, literal("udp")],
  [254, literal("raw")],
]);
const NO_PROTOCOL: Literal = literal("");

/** Writes the objects of a flow: the network, and its two ends. */
export function writeNetwork(out: JsonWriter, words: Int32Array, base: number, communityId: CommunityId): void {
  const [sip, dip, proto] = [words[base + L.SIP] as number, words[base + L.DIP] as number, words[base + L.PROTO] as number];
  const [sport, dport] = [words[base + L.SPORT] as number, words[base + L.DPORT] as number];
  const [readLo, readHi] = [words[base + L.READ_BYTES] as number, words[base + L.READ_BYTES + 1] as number];
  const [writtenLo, writtenHi] = [words[base + L.WRITE_BYTES] as number, words[base + L.WRITE_BYTES + 1] as number];
  const sum = (readLo >>> 0) + (writtenLo >>> 0);
  out.put(NETWORK);
  out.long(sum | 0, (readHi + writtenHi + Number(sum > 0xffffffff)) | 0);
  out.put(COMMUNITY_ID);
  communityId.write(out, sip, dip, proto, sport, dport);
  out.put(NUMBER);
  out.int(proto);
  out.put(PROTOCOL);
  out.put(PROTOCOLS.get(proto) ?? NO_PROTOCOL);
  out.put(SOURCE);
  writeEndPoint(out, sip, sport, words, base + L.WRITE_BYTES, base + L.WRITE_OPS);
  out.put(DESTINATION);
  writeEndPoint(out, dip, dport, words, base + L.READ_BYTES, base + L.READ_OPS);
}

function writeEndPoint(out: JsonWriter, address: number, port: number, words: Int32Array, bytes: number, packets: number): void {
  out.address(address);
  out.put(BYTES);
  out.long(words[bytes] as number, words[bytes + 1] as number);
  out.put(IP);
  out.address(address);
  out.put(PACKETS);
  out.long(words[packets] as number, words[packets + 1] as number);
  out.put(PORT);
  out.int(port);
  out.put(CLOSE);
}
