import { messageBatch } from "@millrace/api/flow";
import { defineHandler } from "@millrace/api/sysflow";

/** Sends a Flow message for each network flow: who talked to whom. */
export const plugin = defineHandler({
  name: "connections",
  description: "Sends a message for each network flow",
  out: "message",
  create: () => {
    /** @type {import("@millrace/api/flow").Message[]} */
    let messages = [];
    return {
      handleNetFlow: ({ process, container }, flow) => {
        const text = `${process?.exe ?? ""} ${flow.sip}:${flow.sport} ${flow.dip}:${flow.dport}`;
        messages.push({ payload: Buffer.from(text), meta: { container: container?.name ?? "" } });
      },
      async batchEnd(outputs) {
        if (messages.length === 0) return;
        const batch = messageBatch(messages);
        messages = [];
        await outputs.send(batch);
      },
    };
  },
});
