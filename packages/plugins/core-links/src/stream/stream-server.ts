import { createServer, type Socket } from "node:net";
import type { PluginContext } from "@millrace/api";
import type { Connectors, Link } from "@millrace/api/flow";
import { formatHostPort, type HostPort } from "@millrace/flow";
import { InFlight, type InFlightBounds } from "../in-flight.ts";
import { listen, listenTcp } from "../listen.ts";
import { Connection, type Service } from "./connection.ts";
import { removeStaleSocket } from "./socket-file.ts";
import { streamMetrics } from "./stream-metrics.ts";

/** Where a receiver of lines listens, and how it serves. */
export interface StreamSettings extends Omit<Service, "clock" | "inFlight" | "metrics"> {
  readonly at: { readonly scheme: "tcp"; readonly address: HostPort } | { readonly scheme: "unix"; readonly path: string };
  readonly inFlight: InFlightBounds;
}

/** A receiver of lines over stream sockets. It binds before anything moves, and serves once the way out is open. */
export function streamServer(settings: StreamSettings, ctx: PluginContext): Link {
  const { at } = settings;
  const metrics = streamMetrics(ctx.metrics, `receiver_${at.scheme}`);
  const inFlight = new InFlight(settings.inFlight);
  const service: Service = { ...settings, clock: ctx.clock, inFlight, metrics };
  const open = new Set<Connection>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true });
  let connectors: Connectors | undefined;
  let place = "";

  const serve = (socket: Socket): void => {
    const client = clientOf(socket);
    const connection: Connection = new Connection(socket, service, () => {
      if (!open.delete(connection)) return;
      ctx.log.debug(`closing ${at.scheme} connection${client}`);
      if (open.size === 0) wakeStop();
    });
    open.add(connection);
    ctx.log.debug(`new ${at.scheme} connection${client}`);
    if (connectors !== undefined) connection.begin(connectors);
  };
  let wakeStop: () => void = () => undefined;
  const destroyAll = (): void => {
    for (const connection of open) connection.destroy();
    wakeStop();
  };

  return {
    async init() {
      server.on("connection", serve);
      if (at.scheme === "tcp") {
        const bound = await listenTcp(server, at.address, ctx.name, `tcp://${formatHostPort(at.address.host ?? "", at.address.port)}`);
        place = bound.at;
        ctx.metrics.gauge("receiver_listen_port", "The port that the receiver listens on").set(bound.port);
      } else {
        await removeStaleSocket(at.path, ctx);
        await listen(server, { path: at.path }, ctx.name, `unix://${at.path}`);
        place = at.path;
      }
      server.on("error", (error) => {
        metrics.connFailed.add(1);
        ctx.log.error(error.message);
      });
    },
    start(ways) {
      connectors = ways;
      ctx.log.info(`starting ${at.scheme} listener at ${place}`);
      for (const connection of open) connection.begin(ways);
    },
    async stop() {
      ctx.log.info(`closing ${at.scheme} listener at ${place}`);
      server.close();
      ctx.signal.addEventListener("abort", destroyAll);
      for (const connection of open) connection.drain();
      if (open.size > 0 && !ctx.signal.aborted)
        await new Promise<void>((resolve) => {
          wakeStop = resolve;
        });
      await inFlight.empty(ctx.signal);
      ctx.signal.removeEventListener("abort", destroyAll);
    },
    async cleanup() {
      for (const connection of open) connection.destroy();
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function clientOf(socket: Socket): string {
  return socket.remoteAddress === undefined ? "" : ` from ${formatHostPort(socket.remoteAddress, socket.remotePort ?? 0)}`;
}
