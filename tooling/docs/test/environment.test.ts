import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readFlow, readSysflow } from "@millrace/config";
import { expect, it } from "vitest";
import { root, textOf } from "./support/pages.ts";

/** The rows of the table of keys: stage, key, variable. */
const rows = [...textOf("docs/configuration/sysflow.md").matchAll(/^\| \[([\w-]+)\]\(\.\.\/plugins\/(\w+)-[^)]*\) \| `([^`]+)` \| `(\w+)` \|/gm)].map(
  ([, plugin = "", kind = "", key = "", variable = ""]) => ({ plugin, kind, key, variable }),
);

it("the table of keys has some of every kind", () => {
  expect([...new Set(rows.map(({ kind }) => kind))].sort()).toEqual(["driver", "handler", "processor"]);
});

it.each(rows)("$variable sets $key of the $kind $plugin", ({ plugin, kind, key, variable }) => {
  const stage = kind === "handler" ? "sysflowreader" : plugin;
  const pipeline = [{ processor: kind === "driver" ? "sysflowreader" : stage, handler: "flattener", in: "sysflow sysflowchan" }];
  const drivers = kind === "driver" ? [{ driver: plugin, out: "sysflow sysflowchan" }] : [];
  // Names of keys that the file has win over how a variable would spell them.
  const given =
    kind === "driver"
      ? { pipeline, drivers: drivers.map((each) => ({ ...each, [key]: "file" })) }
      : { pipeline: pipeline.map((each) => ({ ...each, [key]: "file" })) };
  for (const value of [given, { pipeline, ...(drivers.length > 0 && { drivers }) }]) {
    const { spec } = readSysflow({ file: "pipeline.json", text: JSON.stringify(value) }, { [variable]: "environment" });
    const node = spec?.nodes.find((each) => each.plugin === (kind === "driver" ? plugin : stage));
    expect(node?.options[key]).toBe("environment");
  }
});

const links = readdirSync(join(root, "docs/plugins")).filter((name) => name.startsWith("link-"));
const shown = links.flatMap((name) => {
  const text = textOf(`docs/plugins/${name}`);
  const options = [...text.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] as string);
  const [, option = "", ...variables] = /`(\w+)` of a node `rcv` is `(\w+)`, or `(\w+)`/.exec(text) ?? [];
  return options.length > 0 ? [{ name, option, variables }] : [];
});

it.each(shown)("$variables set $option of a link, as $name says", ({ option, variables }) => {
  const set = (nodes: string, variable: string | undefined): unknown => {
    const text = JSON.stringify({ [nodes]: { rcv: { module: "x", params: { [option]: "file" } } }, pipeline: {} });
    return readFlow({ file: "flow.yaml", text }, { [variable ?? "NONE"]: "environment" }).spec?.nodes[0]?.options[option];
  };
  expect([set("actors", variables[0]), set("components", variables[1])]).toEqual(["environment", "environment"]);
});
