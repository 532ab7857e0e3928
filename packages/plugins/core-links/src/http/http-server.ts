import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { PluginContext, Status } from "@millrace/api";
import type { Connectors, Link, Message } from "@millrace/api/flow";
import { formatHostPort, type HostPort, type HttpReplies, type HttpReply, metaOfQuery } from "@millrace/flow";
import { InFlight, type InFlightBounds } from "../in-flight.ts";
import { listenTcp } from "../listen.ts";
import { declaredLength, readBody } from "./body.ts";
import { httpMetrics } from "./http-metrics.ts";

/** How a receiver over HTTP serves. */
export interface HttpSettings {
  readonly address: HostPort;
  /** The one path that takes messages. */
  readonly path: string;
  readonly replies: HttpReplies;
  /** The answer to a request without a body. */
  readonly zeroSize: string;
  /** Whether a body may come in chunks, without a length told before. */
  readonly chunked: boolean;
  /** Whether the sender of this message waits for its status; otherwise it is told that the message was accepted. */
  readonly waits: (message: Message) => boolean;
  /** How long a status is waited for, in milliseconds. */
  readonly waitMs: number;
  /** The longest body, in bytes. */
  readonly maxBody: number;
  readonly inFlight: InFlightBounds;
}

/** How long a connection that is in the middle of a request's head may stay when the receiver closes, in milliseconds. */
const HEAD_MS = 500;
/** How long a connection without a request is kept, in milliseconds. */
const KEEP_ALIVE_MS = 60_000;

/** A receiver over HTTP. It binds before anything moves, and serves once the way out is open. */
export function httpServer(settings: HttpSettings, ctx: PluginContext): Link {
  const { address } = settings;
  const metrics = httpMetrics(ctx.metrics);
  const inFlight = new InFlight(settings.inFlight);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true });
  /** The connections, and how many requests each has open. */
  const sockets = new Map<Socket, number>();
  const early: (() => void)[] = [];
  let connectors: Connectors | undefined;
  let place = "";
  let draining = false;

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    sockets.set(socket, (sockets.get(socket) ?? 0) + 1);
    response.once("close", () => {
      if (sockets.has(socket)) sockets.set(socket, (sockets.get(socket) ?? 1) - 1);
    });
    const answer = (): void => {
      if (connectors === undefined) early.push(answer);
      else void answerRequest(request, response, connectors);
    };
    answer();
  };

  const answerRequest = async (request: IncomingMessage, response: ServerResponse, ways: Connectors): Promise<void> => {
    const [path, query = ""] = cutOnce(request.url ?? "", "?");
    if (path !== settings.path) {
      refuse(response, 404, "404 page not found\n");
      return;
    }
    metrics.received.add(1);
    const length = declaredLength(request);
    if (length === 0 || (length < 0 && !settings.chunked)) {
      metrics.badRequest.add(1);
      refuse(response, 400, settings.zeroSize);
      return;
    }
    if (length <= settings.maxBody && request.headers.expect !== undefined) response.writeContinue();
    const body = length > settings.maxBody ? "too-large" : await readBody(request, settings.maxBody);
    if (body === "too-large") {
      metrics.tooLarge.add(1);
      response.setHeader("Connection", "close");
      refuse(response, 413, `request body is longer than ${settings.maxBody} bytes\n`);
    } else if (body === "cut-off") {
      metrics.badRequest.add(1);
      refuse(response, 400, "Bad request\n");
    } else {
      await deliver({ payload: body, meta: metaOfQuery(query) }, response, ways);
    }
  };

  const deliver = (message: Message, response: ServerResponse, ways: Connectors): Promise<void> => {
    const waits = settings.waits(message);
    return new Promise((answered) => {
      let open = true;
      const end = (answer: Status | "accepted"): void => {
        if (!open) return;
        open = false;
        timer?.cancel();
        const reply = settings.replies[answer];
        if (answer === "accepted") metrics.accepted.add(1);
        else metrics.acks.add(1, String(reply.code));
        send(response, reply);
        answered();
      };
      const go = (): void => {
        inFlight.add(message.payload.byteLength);
        const sent = waits ? ways.send(message) : ways.send(message, { taken: () => end("accepted") });
        void sent.then((status) => {
          if (status !== "done" && status !== "partial") metrics.sendError.add(1);
          end(status);
          inFlight.remove(message.payload.byteLength);
        });
      };
      // A time-out answers the one who waits. What has been sent on goes its way; what found no room is not sent at all.
      const timer = waits
        ? ctx.clock.after(settings.waitMs, () => {
            metrics.timeout.add(1);
            inFlight.forget(go);
            end("timed-out");
          })
        : undefined;
      if (inFlight.hasRoom) go();
      else inFlight.whenRoom(go);
    });
  };

  const send = (response: ServerResponse, { code, body }: HttpReply, headers: Readonly<Record<string, string>> = {}): void => {
    if (response.writableEnded || response.destroyed) return;
    if (draining) response.setHeader("Connection", "close");
    response.writeHead(code, { "Content-Type": "text/plain; charset=utf-8", ...headers, "Content-Length": Buffer.byteLength(body) });
    response.end(body);
  };

  const refuse = (response: ServerResponse, code: number, body: string): void => send(response, { code, body }, { "X-Content-Type-Options": "nosniff" });

  const destroyIdle = (): void => {
    for (const [socket, requests] of sockets) if (requests === 0) socket.destroy();
  };

  return {
    async init() {
      server.on("connection", (socket: Socket) => {
        sockets.set(socket, 0);
        socket.once("close", () => sockets.delete(socket));
      });
      server.on("request", serve);
      // Whoever asks first learns of a body that is too long before sending it.
      server.on("checkContinue", serve);
      server.on("clientError", (_error, socket) => {
        metrics.badRequest.add(1);
        if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        else socket.destroy();
      });
      const bound = await listenTcp(server, address, ctx.name, `http://${formatHostPort(address.host ?? "", address.port)}`);
      place = bound.at;
      ctx.metrics.gauge("receiver_listen_port", "The port that the receiver listens on").set(bound.port);
      server.on("error", (error) => ctx.log.error(error.message));
    },
    start(ways) {
      connectors = ways;
      ctx.log.info(`starting http listener at ${place}`);
      for (const answer of early.splice(0)) answer();
    },
    async stop() {
      ctx.log.info(`closing http listener at ${place}`);
      draining = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const [socket, requests] of sockets) if (requests === 0 && socket.bytesRead === 0) socket.destroy();
      const heads = ctx.clock.after(HEAD_MS, destroyIdle);
      const destroyAll = (): void => server.closeAllConnections();
      ctx.signal.addEventListener("abort", destroyAll);
      if (ctx.signal.aborted) destroyAll();
      await closed;
      heads.cancel();
      await inFlight.empty(ctx.signal);
      ctx.signal.removeEventListener("abort", destroyAll);
    },
    async cleanup() {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function cutOnce(text: string, mark: string): [before: string, after: string | undefined] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
