import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "@millrace/testkit";
import { describe, expect, test } from "vitest";
import { plugin } from "../src/index.ts";
import { engine, folderOf, sentText } from "./support.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

interface Property {
  readonly default?: unknown;
  readonly description?: string;
}

describe("the README", () => {
  test("has each option with its default, and its description", () => {
    const schema = plugin.options?.["~standard"].jsonSchema.input({ target: "draft-2020-12" }) as { properties: Record<string, Property> };
    const rows = [...readme.matchAll(/^\|(.*)\|$/gm)].map(([, line = ""]) => {
      const [names = "", value = "", text = ""] = line.split(" | ").map((cell) => cell.trim());
      const named: readonly string[] = names.match(/(?<=`)[\w.]+(?=`)/g) ?? [];
      return { names: named, value: value === "" ? undefined : value.replaceAll("`", ""), text };
    });
    for (const [name, { default: value, description = "" }] of Object.entries(schema.properties)) {
      const row = rows.find(({ names }) => names.includes(name));
      expect(row?.value, name).toBe(value === undefined ? undefined : `${value as string | number | boolean}`);
      if (!name.startsWith("bench.") && name !== "language") expect(row?.text, name).toBe(description);
    }
    const optionRows =
      readme
        .split("## Options")[1]
        ?.split("A folder is read")[0]
        ?.match(/^\| `.*$/gm) ?? [];
    expect(optionRows.flatMap((line) => line.split("|")[1]?.match(/(?<=`)[\w.]+(?=`)/g) ?? [])).toEqual(Object.keys(schema.properties));
  });

  test("has each metric", () => {
    const named = [...(readme.split("## Metrics")[1]?.split("## Errors")[0] ?? "").matchAll(/^\| `(\w+)/gm)].map(([, name]) => name);
    const made: string[] = [];
    const source =
      readFileSync(join(import.meta.dirname, "../src/policy-engine.ts"), "utf8") + readFileSync(join(import.meta.dirname, "../src/actions.ts"), "utf8");
    for (const [, name] of source.matchAll(/metrics\.(?:counter|gauge)\("(\w+)"/g)) made.push(name as string);
    expect(named.toSorted()).toEqual(made.toSorted());
  });

  test("has a rule that does what it says", async () => {
    const text = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? "";
    const h = await engine({ policies: folderOf({ "shells.yaml": text }) });
    const story = scenario()
      .host("h")
      .container("c", { image: "i" })
      .process("inside", { exe: "/bin/bash", container: "c" })
      .exec()
      .process("outside", { exe: "/bin/bash" })
      .exec();
    await h.feed(story.flat()).settled();
    expect(sentText(h)).toEqual(["PE /bin/bash: Shell in a container [mitre:T1059]"]);
  });
});
