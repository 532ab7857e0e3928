import { defineLink } from "@millrace/api/flow";
import { describeConformance, harness, messages, payloads } from "@millrace/testkit";
import { describe, expect, it } from "vitest";

const plugin = defineLink({
  name: "exclaim",
  description: "Adds an exclamation mark",
  role: "link",
  create: () => ({
    recv: (message, connectors) => connectors.send({ ...message, payload: Buffer.concat([message.payload, Buffer.from("!")]) }),
  }),
});

it("exclaims, and answers as its peer does", async () => {
  const h = await harness(plugin, { downstream: "manual" });
  const fed = h.feed(messages("hello"));
  const delivery = await h.next();
  expect(payloads(delivery.data)).toEqual(["hello!"]);
  delivery.refuse("throttled");
  expect((await fed.settled()).statuses).toEqual(["throttled"]);
  await h.close();
});

describeConformance({ describe, it }, plugin);
