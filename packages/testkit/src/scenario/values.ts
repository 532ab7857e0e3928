import { MillraceError } from "@millrace/api";
import { PROTOCOLS, type Protocol } from "./flags.ts";
import type { FileFlowOptions, TrafficOptions } from "./options.ts";

/** What a flow has counted, and when it ended. */
export interface Traffic {
  readonly endTs: bigint;
  readonly fd: number;
  readonly numRRecvOps: bigint;
  readonly numWSendOps: bigint;
  readonly numRRecvBytes: bigint;
  readonly numWSendBytes: bigint;
}

/** The ends of a connection. */
export interface ConnectionEnds {
  readonly sip: string;
  readonly sport: number;
  readonly dip: string;
  readonly dport: number;
  readonly proto: number;
}

const NANOS_PER_MS = 1_000_000;

/** Milliseconds as whole nanoseconds. */
export function nanosOf(ms: number): bigint {
  return BigInt(Math.round(ms * NANOS_PER_MS));
}

export function trafficOf(ts: bigint, options: TrafficOptions): Traffic {
  return {
    endTs: ts + nanosOf(options.lasts ?? 0),
    fd: options.fd ?? 3,
    numRRecvOps: BigInt(options.readOps ?? (options.readBytes === undefined ? 0 : 1)),
    numWSendOps: BigInt(options.writeOps ?? (options.writeBytes === undefined ? 0 : 1)),
    numRRecvBytes: BigInt(options.readBytes ?? 0),
    numWSendBytes: BigInt(options.writeBytes ?? 0),
  };
}

/** A read or write without a count has one operation. */
export function counted(options: FileFlowOptions, way: "read" | "write"): FileFlowOptions {
  return way === "read" ? { readOps: 1, ...options } : { writeOps: 1, ...options };
}

/** Both ends are written `address:port`. */
export function connectionOf(from: string, to: string, protocol: Protocol = "tcp"): ConnectionEnds {
  const source = endpointOf(from);
  const target = endpointOf(to);
  return { sip: source.address, sport: source.port, dip: target.address, dport: target.port, proto: PROTOCOLS[protocol] };
}

function endpointOf(text: string): { address: string; port: number } {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/.exec(text);
  if (match === null) {
    throw new MillraceError("MILLRACE_TESTKIT_SCENARIO", `${text} is no end of a connection`, { hint: "write it as 10.0.0.1:8080" });
  }
  return { address: match[1] as string, port: Number(match[2]) };
}
