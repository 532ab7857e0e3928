import { fileURLToPath } from "node:url";
import { recordChannel } from "@millrace/api/fluent";
import { plan, Registry } from "@millrace/core";
import { expect, it } from "vitest";

const file = (name: string): string => fileURLToPath(new URL(`../src/${name}`, import.meta.url));

it.each([
  ["a file of its own", ["gdummy.ts", "gstdout.ts"]],
  ["the file with all of them", ["index.ts"]],
])("is found in a plugins file that names %s", async (_name, files) => {
  const registry = new Registry().addChannel(recordChannel as never);
  const { graph, diagnostics } = await plan(
    {
      dialect: "test",
      nodes: [
        { id: "gdummy.0", plugin: "gdummy", kind: "input", options: {} },
        { id: "gstdout.0", plugin: "gstdout", kind: "output", options: { param: "x" } },
      ],
      edges: [{ from: "gdummy.0", to: "gstdout.0" }],
      service: {},
      plugins: files.map((name) => ({ from: "file", path: file(name) })),
    },
    registry,
  );
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(graph?.nodes.map(({ plugin }) => plugin.name)).toEqual(["gdummy", "gstdout"]);
});
