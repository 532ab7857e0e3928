/** What must and must not compile in a Flow plugin. `npm run typecheck` checks this file; nothing runs it. */
import type { Status } from "@millrace/api";
import { type Connectors, defineLink, type ReceivedMessage } from "@millrace/api/flow";
import { expectTypeOf } from "vitest";
import * as z from "zod";

// A link may answer at once, later, or by the message.
void defineLink({
  name: "l",
  description: "A link",
  role: "link",
  options: z.strictObject({ bind: z.string() }),
  create: ({ bind }) => {
    expectTypeOf(bind).toEqualTypeOf<string>();
    return {
      recv: (message, connectors) => {
        expectTypeOf(message).toEqualTypeOf<ReceivedMessage>();
        expectTypeOf(connectors).toEqualTypeOf<Connectors>();
        expectTypeOf(connectors.send(message)).toEqualTypeOf<Promise<Status>>();
        return connectors.send(message);
      },
    };
  },
});
void defineLink({ name: "l", description: "A link", role: "sink", create: () => ({ recv: () => "done" }) });
void defineLink({ name: "l", description: "A link", role: "sink", create: () => ({ recv: (message) => void message.ack("throttled") }) });

// An async method may answer by its message too; one that gives a single literal says its type.
void defineLink({
  name: "l",
  description: "A link",
  role: "sink",
  create: () => ({
    async recv(message) {
      await undefined;
      message.ack("done");
    },
  }),
});
void defineLink({
  name: "l",
  description: "A link",
  role: "sink",
  create: () => ({
    async recv(): Promise<Status> {
      await undefined;
      return "done";
    },
  }),
});

// @ts-expect-error no such status
void defineLink({ name: "l", description: "A link", role: "sink", create: () => ({ recv: () => "ok" }) });

// @ts-expect-error no such role
void defineLink({ name: "l", description: "A link", role: "source", create: () => ({}) });

// @ts-expect-error a link must say its role
void defineLink({ name: "l", description: "A link", create: () => ({}) });

void defineLink({
  name: "l",
  description: "A link",
  role: "link",
  create: () => ({
    recv: (message) => {
      // @ts-expect-error messages are never changed
      message.payload = new Uint8Array();
      return "done";
    },
  }),
});

void defineLink({
  name: "l",
  description: "A link",
  role: "receiver",
  create: () => ({
    async start(connectors) {
      // @ts-expect-error metadata are texts
      await connectors.send({ payload: new Uint8Array(), meta: { size: 3 } });
    },
  }),
});
