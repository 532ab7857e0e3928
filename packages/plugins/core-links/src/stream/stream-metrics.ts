import type { Counter, Metrics } from "@millrace/api";

/** What a receiver of lines counts. The peer's names, with `_` for `.`: `receiver.tcp.conn.opened` is `receiver_tcp_conn_opened`. */
export interface StreamMetrics {
  readonly opened: Counter;
  readonly closed: Counter;
  readonly connFailed: Counter;
  readonly received: Counter;
  readonly accepted: Counter;
  readonly failed: Counter;
  readonly timedOut: Counter;
  /** One label, `reply`: the reply in small letters. */
  readonly sent: Counter;
}

/** The metrics under `receiver_tcp` or `receiver_unix`. */
export function streamMetrics(metrics: Metrics, prefix: string): StreamMetrics {
  return {
    opened: metrics.counter(`${prefix}_conn_opened`, "Connections that were accepted"),
    closed: metrics.counter(`${prefix}_conn_closed`, "Connections that have ended"),
    connFailed: metrics.counter(`${prefix}_conn_failed`, "Connections that broke, or could not be accepted"),
    received: metrics.counter(`${prefix}_msg_received`, "Messages that were read"),
    accepted: metrics.counter(`${prefix}_msg_accepted`, "Messages that were accepted, and not waited for"),
    failed: metrics.counter(`${prefix}_msg_failed`, "Messages that were not delivered, lines that were too long, and lines that were cut off"),
    timedOut: metrics.counter(`${prefix}_msg_timed_out`, "Messages whose answer did not come in time"),
    sent: metrics.counter(`${prefix}_msg_sent`, "Replies that were sent", "reply"),
  };
}
