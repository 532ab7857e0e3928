import type { Plugin } from "@millrace/api";
import type { MessageBatch } from "@millrace/api/flow";
import { type Harness, type HarnessOptions, harness, payloads } from "@millrace/testkit";
import { Client } from "./client.ts";

/** A receiver at work, on a port that the system has chosen. */
export interface Receiver {
  readonly h: Harness<never, MessageBatch>;
  readonly port: number;
  connect(): Promise<Client>;
  /** All payloads that have come out of it. */
  payloads(): string[];
  close(): Promise<void>;
}

/** Runs a receiver in real time. */
export async function receiver(plugin: Plugin, options: Readonly<Record<string, unknown>>, more: HarnessOptions = {}): Promise<Receiver> {
  const h = await harness<never, MessageBatch>(plugin, { name: "rcv", clock: "system", options, ...more });
  const line = /^starting \w+ listener at .*?(\d*)$/;
  const started = (): string | undefined => h.log("info").find((text) => line.test(text));
  await h.until("the receiver to listen", () => started() !== undefined);
  const port = Number(line.exec(started() ?? "")?.[1]);
  const clients: Client[] = [];
  return {
    h,
    port,
    async connect() {
      const client = await Client.connect({ port });
      clients.push(client);
      return client;
    },
    payloads: () => h.sent.flatMap((data) => payloads(data)),
    async close() {
      for (const client of clients) client.close();
      await h.close();
    },
  };
}
