import type { Status } from "@millrace/api";

/** What a client may be told: the status of its message, or that it was accepted and nobody waits for the rest. */
export type Answer = Status | "accepted";

/** The text of each answer, as it goes over the wire. */
export type TcpReplies = Readonly<Record<Answer, string>>;

/** An answer over HTTP. The body is sent as `text/plain; charset=utf-8`. */
export interface HttpReply {
  readonly code: number;
  readonly body: string;
}

export type HttpReplies = Readonly<Record<Answer, HttpReply>>;

/** v1alpha1 over TCP, and the generation of May 2019. They wait for each message, and so say `accepted` to none. */
export const v1alpha1Tcp: TcpReplies = {
  done: "OK\r\n",
  partial: "PARTSENT\r\n",
  invalid: "INVALID\r\n",
  failed: "FAILED\r\n",
  "timed-out": "TIMEOUT\r\n",
  unroutable: "UNROUTABLE\r\n",
  throttled: "THROTTLED\r\n",
  accepted: "OK\r\n",
};

/** The classic generation over TCP. The replies have no end: a client of it counts on one reply for what it has written. */
export const classicTcp: TcpReplies = {
  done: "SENT",
  partial: "PART_SENT",
  invalid: "INVALID",
  failed: "FAILED",
  "timed-out": "TIMEOUT",
  unroutable: "UNROUTABLE",
  throttled: "THROTTLED",
  accepted: "ACCEPTED",
};

/** Every generation over HTTP. 202 is for a message that nobody waits for: v1alpha1 has no such. */
export const httpReplies: HttpReplies = {
  done: { code: 200, body: "OK" },
  partial: { code: 409, body: "Partial send" },
  invalid: { code: 400, body: "Invalid message" },
  failed: { code: 500, body: "Failed to send" },
  "timed-out": { code: 504, body: "Timed out to send message" },
  unroutable: { code: 406, body: "Unknown destination" },
  throttled: { code: 429, body: "Message throttled" },
  accepted: { code: 202, body: "Accepted" },
};
