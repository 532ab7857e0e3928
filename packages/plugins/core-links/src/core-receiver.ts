import type { Plugin, PluginContext } from "@millrace/api";
import { defineLink, type Link } from "@millrace/api/flow";
import { httpReplies, parseBind, v1alpha1Tcp } from "@millrace/flow";
import * as z from "zod";
import { httpServer } from "./http/http-server.ts";
import { bindOption, inFlightOf, inFlightOptions, maxBodyOption } from "./options.ts";
import { streamServer } from "./stream/stream-server.ts";
import { udpServer } from "./udp-server.ts";

/** v1alpha1's limit can't be set below this: it is what its buffer begins with. */
const LEAST_BUF_SIZE = 1024;
/** The longest line over a unix socket, its end included. */
const UNIX_LINE = 65_536;
/** How long a status is waited for, in milliseconds. */
const TCP_WAIT_MS = 100;
const HTTP_WAIT_MS = 50;

const options = z.strictObject({
  bind: bindOption(
    ["tcp", "udp", "unix", "http"],
    "Where to listen: tcp://HOST:PORT, udp://HOST:PORT, unix://PATH or http://HOST:PORT; an empty HOST means all interfaces",
  ),
  silent: z
    .union([z.boolean(), z.enum(["true", "false"])], '`silent` is "true" or "false"')
    .default(false)
    .describe("TCP: send no replies"),
  buf_size: z.int().min(1).default(4096).describe("TCP: the longest line, its end included, in bytes; 1024 at least"),
  max_body: maxBodyOption,
  ...inFlightOptions,
});

/** `core.receiver` of v1alpha1: messages over TCP, UDP, unix sockets or HTTP. */
export const coreReceiver: Plugin = /* @__PURE__ */ defineLink({
  name: "core.receiver",
  description: "Receives messages over TCP, UDP, a unix socket or HTTP (v1alpha1)",
  role: "receiver",
  options,
  create: serverFor,
});

function serverFor(settings: z.output<typeof options>, ctx: PluginContext): Link {
  const address = parseBind(settings.bind);
  const inFlight = inFlightOf(settings);
  switch (address.scheme) {
    case "tcp":
      return streamServer(
        {
          at: { scheme: "tcp", address },
          rules: { maxBytes: Math.max(settings.buf_size, LEAST_BUF_SIZE), trim: "crlf" },
          answers: String(settings.silent) === "true" ? "never" : "status",
          replies: v1alpha1Tcp,
          waitMs: TCP_WAIT_MS,
          readTimeoutMs: 0,
          inFlight,
        },
        ctx,
      );
    case "http":
      return httpServer(
        {
          address,
          path: "/v1alpha1",
          replies: httpReplies,
          zeroSize: "zero size request, ignored\n",
          chunked: true,
          waits: () => true,
          waitMs: HTTP_WAIT_MS,
          maxBody: settings.max_body,
          inFlight,
        },
        ctx,
      );
    case "udp":
      return udpServer(address, inFlight, ctx);
    case "unix":
    case "file":
      return streamServer(
        {
          at: { scheme: "unix", path: address.path },
          rules: { maxBytes: UNIX_LINE, trim: "crlf" },
          answers: "never",
          replies: v1alpha1Tcp,
          waitMs: 0,
          readTimeoutMs: 0,
          inFlight,
        },
        ctx,
      );
  }
}
