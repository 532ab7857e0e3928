import type { Diagnostic, Plugin } from "@millrace/api";
import { Collector } from "./collector.ts";
import { Feed } from "./feed.ts";
import type { HarnessOptions } from "./options.ts";
import { testPipeline } from "./pipeline.ts";
import { diagnosed } from "./plan.ts";

/** What planning finds in a plugin's options, its slots and its channels. Makes no instance. */
export async function diagnose(plugin: Plugin, options: HarnessOptions = {}): Promise<readonly Diagnostic[]> {
  const pipeline = testPipeline(plugin, options, (kind) => new Feed().plugin(kind, "advance"), new Collector("done").plugin);
  return (await diagnosed(pipeline)).diagnostics;
}
