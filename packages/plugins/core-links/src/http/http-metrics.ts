import type { Counter, Metrics } from "@millrace/api";

/** What a receiver over HTTP counts. The peer's names, with `_` for `.`: `receiver.http.bad_request` is `receiver_http_bad_request`. */
export interface HttpMetrics {
  readonly received: Counter;
  readonly badRequest: Counter;
  readonly tooLarge: Counter;
  readonly sendError: Counter;
  readonly accepted: Counter;
  readonly timeout: Counter;
  /** One label, `code`: the code of the answer. */
  readonly acks: Counter;
}

export function httpMetrics(metrics: Metrics): HttpMetrics {
  return {
    received: metrics.counter("receiver_http_received", "Requests that came in"),
    badRequest: metrics.counter("receiver_http_bad_request", "Requests without a body, cut off, or malformed"),
    tooLarge: metrics.counter("receiver_http_too_large", "Requests whose body was longer than allowed"),
    sendError: metrics.counter("receiver_http_send_error", "Messages that were not delivered"),
    accepted: metrics.counter("receiver_http_accepted", "Messages that were accepted, and not waited for"),
    timeout: metrics.counter("receiver_http_timeout", "Messages whose answer did not come in time"),
    acks: metrics.counter("receiver_http_ack", "Answers to messages that were waited for", "code"),
  };
}
