import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "@millrace/testkit";
import { describe, expect, test } from "vitest";
import { engine, folderOf, sentText } from "./support.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

describe("the README", () => {
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
