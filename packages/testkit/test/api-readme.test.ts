import { readFile } from "node:fs/promises";
import { clientServerScene, harness } from "@millrace/testkit";
import { expect, it } from "vitest";
import { plugin } from "./fixtures/api-example.ts";

it("the example in the README of @millrace/api is a plugin that works", async () => {
  const readme = await readFile(new URL("../../api/README.md", import.meta.url), "utf8");
  const source = await readFile(new URL("fixtures/api-example.ts", import.meta.url), "utf8");
  expect(readme).toContain(`\`\`\`ts\n${source}\`\`\``);
  const h = await harness(plugin, { input: clientServerScene().flat() });
  await h.finished();
  expect(h.log("info")).toEqual(["./server", "./client", "./client", "./server"]);
});
