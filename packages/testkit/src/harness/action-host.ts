import { MillraceError, type Plugin } from "@millrace/api";
import { type Action, defineProcessor } from "@millrace/api/sysflow";
import { eventBatch, sysflowEvent } from "../data/flat.ts";

/** The slot in which the action lives. */
export const ACTION_SLOT = "action";

/** A stage for tests: every record matches the rule `test`, the action is called for it, and the event is sent on. */
export const actionHost: Plugin = /* @__PURE__ */ defineProcessor({
  name: "testkit.matcher",
  description: "Calls an action for each record, for tests",
  in: "flat",
  out: "event",
  hosts: { [ACTION_SLOT]: { kind: "action", required: true } },
  create: async (_options, ctx) => {
    const [hosted] = ctx.hosted(ACTION_SLOT);
    if (hosted?.plugin.hostedBy === undefined)
      throw new MillraceError("MILLRACE_TESTKIT_HOST", "the action has no factory", { hint: "make it with defineAction" });
    const action = (await hosted.plugin.hostedBy(hosted.options as never, ctx.child(hosted.plugin.name))) as Action;
    return {
      async process(input, outputs) {
        for await (const batch of input) {
          const events = Array.from(batch.data, (record) => {
            const event = sysflowEvent(record.retain(), ["test"]);
            try {
              action(event);
            } catch (cause) {
              ctx.log.error(`Error in action: ${cause instanceof Error ? cause.message : String(cause)}`, { action: hosted.plugin.name });
            }
            return event;
          });
          await outputs.send(eventBatch(events), { origin: { batch } });
        }
      },
    };
  },
});
