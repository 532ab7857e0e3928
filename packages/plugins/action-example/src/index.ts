/**
 * The action `now`: marks an event with the time at which a rule has matched it.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { defineAction } from "@millrace/api/sysflow";

/** Adds the tag `now_in_nanos:<ns>`, in nanoseconds since the epoch as the run's clock has it. */
const plugin: Plugin = defineAction({
  name: "now",
  version: "0.1.0",
  description: "Tags an event with the time at which a rule matched it",
  stability: "stable",
  create: (_options, ctx) => (event) => event.addTag(`now_in_nanos:${ctx.clock.nanos()}`),
});

export { plugin };
