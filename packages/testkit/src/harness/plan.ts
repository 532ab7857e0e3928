import { type Diagnostic, MillraceError } from "@millrace/api";
import { type Graph, plan, Registry } from "@millrace/core";
import type { TestPipeline } from "./pipeline.ts";

/** Plans a pipeline as a command would, with only the plugins that the test has given. */
export async function diagnosed(pipeline: TestPipeline): Promise<{ readonly graph: Graph | undefined; readonly diagnostics: readonly Diagnostic[] }> {
  const registry = new Registry().add(...new Set(pipeline.plugins)).addChannel(...pipeline.kinds);
  const { graph, diagnostics } = await plan(pipeline.spec, registry);
  return { graph, diagnostics };
}

/** Plans a pipeline and gives its graph. Throws `MILLRACE_TESTKIT_PLAN`, with every finding, where there is an error among them. */
export async function planned(pipeline: TestPipeline): Promise<Graph> {
  const { graph, diagnostics } = await diagnosed(pipeline);
  if (graph !== undefined) return graph;
  throw new MillraceError("MILLRACE_TESTKIT_PLAN", `the plugin can't run so:\n${diagnostics.map(lineOf).join("\n")}`, { diagnostics });
}

function lineOf({ severity, code, message, hint }: Diagnostic): string {
  return `${severity} ${code}: ${message}${hint === undefined ? "" : ` (${hint})`}`;
}
