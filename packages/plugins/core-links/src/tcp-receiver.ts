import type { Plugin } from "@millrace/api";
import { defineLink } from "@millrace/api/flow";
import { classicTcp, parseHostPort, v1alpha1Tcp } from "@millrace/flow";
import * as z from "zod";
import { hostPortOption, inFlightOf, inFlightOptions } from "./options.ts";
import { streamServer } from "./stream/stream-server.ts";

/** How long a status is waited for, in milliseconds. */
const WAIT_MS = 100;
/** How long a client may be quiet, in milliseconds. */
const READ_TIMEOUT_MS = { classic: 1000, mid: 50 };

const options = z.strictObject({
  bind_addr: hostPortOption("Where to listen: HOST:PORT; an empty HOST means all interfaces"),
  mode: z.string().default("talkative").describe("`talkative`: replies to each message; `silent`: sends no replies; anything else is as `talkative`"),
  backend: z.enum(["std", "evio"]).default("std").describe("Taken for the sake of older configurations; both are served alike"),
  replies: z
    .enum(["classic", "mid"])
    .default("classic")
    .describe("`classic`: `ACCEPTED` without a line end; `mid`: the status of each message and CR LF, as flowd of May 2019 replies"),
  sync: z.boolean().default(false).describe("Wait for the status of each message, as if it had the metadata `sync`: `SENT` in place of `ACCEPTED`"),
  read_timeout: z
    .int()
    .min(0)
    .optional()
    .describe("Milliseconds after which a quiet client is disconnected, 0 for never; 1000, or 50 with the replies of `mid`"),
  buf_size: z.int().min(2).default(1_048_576).describe("The longest line, its end included, in bytes"),
  ...inFlightOptions,
});

/** `receiver.tcp` of the classic generation. */
export const tcpReceiver: Plugin = /* @__PURE__ */ defineLink({
  name: "receiver.tcp",
  description: "Receives messages over TCP (classic generation)",
  role: "receiver",
  options,
  create: (settings, ctx) => {
    const waits = settings.sync || settings.replies === "mid";
    return streamServer(
      {
        at: { scheme: "tcp", address: parseHostPort(settings.bind_addr) },
        rules: { maxBytes: settings.buf_size, trim: "run" },
        answers: settings.mode === "silent" ? "never" : waits ? "status" : "accepted",
        replies: settings.replies === "mid" ? v1alpha1Tcp : classicTcp,
        waitMs: WAIT_MS,
        readTimeoutMs: settings.read_timeout ?? READ_TIMEOUT_MS[settings.replies],
        inFlight: inFlightOf(settings),
      },
      ctx,
    );
  },
});
