import * as L from "@millrace/sysflow/layout";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";

const DESTINATION: Literal = literal(',"net":{"dip":"');
const DESTINATION_PORT: Literal = literal('","dport":');
const ADDRESSES: Literal = literal(',"ip":["');
const NEXT_ADDRESS: Literal = literal('","');
const PORTS: Literal = literal('"],"port":[');
const NEXT: Literal = literal(",");
const PROTOCOL: Literal = literal('],"proto":');
const SOURCE: Literal = literal(',"sip":"');
const SOURCE_PORT: Literal = literal('","sport":');
const CLOSE: Literal = literal("}");

/** Writes the section of the two ends of a flow. */
export function writeNet(out: JsonWriter, words: Int32Array, base: number): void {
  const sip = words[base + L.SIP] as number;
  const dip = words[base + L.DIP] as number;
  const sport = words[base + L.SPORT] as number;
  const dport = words[base + L.DPORT] as number;
  out.put(DESTINATION);
  out.address(dip);
  out.put(DESTINATION_PORT);
  out.int(dport);
  out.put(ADDRESSES);
  out.address(sip);
  out.put(NEXT_ADDRESS);
  out.address(dip);
  out.put(PORTS);
  out.int(sport);
  out.put(NEXT);
  out.int(dport);
  out.put(PROTOCOL);
  out.int(words[base + L.PROTO] as number);
  out.put(SOURCE);
  out.address(sip);
  out.put(SOURCE_PORT);
  out.int(sport);
  out.put(CLOSE);
}
