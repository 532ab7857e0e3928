import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import type { PluginContext } from "@millrace/api";
import type { Connectors, Link } from "@millrace/api/flow";
import { formatHostPort, type HostPort, LineFramer, OVERLONG } from "@millrace/flow";
import { InFlight, type InFlightBounds } from "./in-flight.ts";
import { bindError } from "./listen.ts";

/** No datagram is longer. */
const MOST_DATAGRAM = 65_536;
const NO_META: Readonly<Record<string, string>> = Object.freeze({});

/**
 * A receiver of datagrams. Each datagram is cut into lines by itself; what stands after its last line end is a message too.
 * It never replies. There is no way to make a sender of datagrams wait: what comes while too much is in flight is dropped,
 * and counted.
 */
export function udpServer(address: HostPort, bounds: InFlightBounds, ctx: PluginContext): Link {
  const received = ctx.metrics.counter("receiver_udp_received", "Messages that were read");
  const failed = ctx.metrics.counter("receiver_udp_failed", "Messages that were not delivered");
  const dropped = ctx.metrics.counter("receiver_udp_dropped", "Messages that came while too much was in flight");
  const sent = ctx.metrics.counter("receiver_udp_sent", "Messages that were delivered");
  const inFlight = new InFlight(bounds);
  let connectors: Connectors | undefined;
  let socket: Socket | undefined;
  let place = "";

  const take = (datagram: Buffer): void => {
    const framer = new LineFramer({ maxBytes: MOST_DATAGRAM, trim: "crlf" });
    framer.push(datagram);
    framer.end();
    for (let line = framer.next(); line !== undefined && line !== OVERLONG; line = framer.next()) forward(line);
  };
  const forward = (payload: Uint8Array): void => {
    received.add(1);
    if (connectors === undefined || !inFlight.hasRoom) {
      dropped.add(1);
      return;
    }
    inFlight.add(payload.byteLength);
    void connectors.send({ payload, meta: NO_META }).then((status) => {
      (status === "done" || status === "partial" ? sent : failed).add(1);
      inFlight.remove(payload.byteLength);
    });
  };

  return {
    async init() {
      const { host, port } = address;
      const bound = await bindUdp(address).catch((cause: unknown) => {
        throw bindError(ctx.name, `udp://${formatHostPort(host ?? "", port)}`, cause);
      });
      socket = bound;
      bound.on("error", (error) => ctx.log.error(error.message));
      const at = bound.address();
      place = formatHostPort(at.address, at.port);
      ctx.metrics.gauge("receiver_listen_port", "The port that the receiver listens on").set(at.port);
      bound.on("message", take);
    },
    start(ways) {
      connectors = ways;
      ctx.log.info(`starting udp listener at ${place}`);
    },
    async stop() {
      ctx.log.info(`closing udp listener at ${place}`);
      socket?.close();
      socket = undefined;
      await inFlight.empty(ctx.signal);
    },
    cleanup: () => void socket?.close(),
  };
}

/** Binds a socket of the family that the host has; where no host is given, one that takes both families. */
async function bindUdp({ host, port }: HostPort): Promise<Socket> {
  const found = host === undefined ? undefined : await lookup(host);
  const socket = createSocket(found?.family === 4 ? "udp4" : "udp6");
  await new Promise<void>((resolve, reject) => {
    const failed = (cause: Error): void => {
      socket.close();
      reject(cause);
    };
    socket.once("error", failed);
    socket.bind({ port, ...(found !== undefined && { address: found.address }) }, () => {
      socket.off("error", failed);
      resolve();
    });
  });
  return socket;
}
