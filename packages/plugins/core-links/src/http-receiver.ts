import type { Plugin } from "@millrace/api";
import { defineLink } from "@millrace/api/flow";
import { httpReplies, parseHostPort } from "@millrace/flow";
import * as z from "zod";
import { httpServer } from "./http/http-server.ts";
import { hostPortOption, inFlightOf, inFlightOptions, maxBodyOption } from "./options.ts";

/** How long a status is waited for, in milliseconds. */
const WAIT_MS = 100;
/** The values of the metadata `sync` that ask for the status. */
const SYNC: readonly (string | undefined)[] = ["true", "1"];

const options = z.strictObject({
  bind_addr: hostPortOption("Where to listen: HOST:PORT; an empty HOST means all interfaces"),
  max_body: maxBodyOption,
  ...inFlightOptions,
});

/** `receiver.http` of the classic generation. */
export const httpReceiver: Plugin = /* @__PURE__ */ defineLink({
  name: "receiver.http",
  description: "Receives messages over HTTP (classic generation)",
  role: "receiver",
  options,
  create: (settings, ctx) =>
    httpServer(
      {
        address: parseHostPort(settings.bind_addr),
        path: "/send",
        replies: httpReplies,
        zeroSize: "Zero-size request size\n",
        chunked: false,
        waits: ({ meta }) => SYNC.includes(meta.sync),
        waitMs: WAIT_MS,
        maxBody: settings.max_body,
        inFlight: inFlightOf(settings),
      },
      ctx,
    ),
});
