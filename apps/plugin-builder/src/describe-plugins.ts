// Loads plugins in a process of their own, and says what they are.
import type { Diagnostic, PluginSource } from "@millrace/api";
import type { ManifestPlugin } from "@millrace/core";
import { describePlugin, loadPlugins } from "./child/load-plugins.ts";
import { taskOfParent, tellParent } from "./child/spawn.ts";

export interface DescribeTask {
  readonly sources: readonly { readonly source: PluginSource; readonly base: string }[];
}

/** What each source has, in their order; one message a source. */
export interface DescribedSource {
  readonly plugins: readonly ManifestPlugin[];
  readonly diagnostics: readonly Diagnostic[];
}

const { sources } = await taskOfParent<DescribeTask>();
for (const { source, base } of sources) {
  const { plugins, diagnostics } = await loadPlugins(source, base);
  await tellParent<DescribedSource>({ plugins: plugins.map(describePlugin), diagnostics });
}
// A plugin that leaves a timer or a socket behind would keep this process alive.
process.exit(0);
