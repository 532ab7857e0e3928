import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCommand } from "./support/command.ts";
import { root } from "./support/places.ts";

/** The blocks of docs/commands.md that show commands with what they print. */
const blocks = [...readFileSync(join(root, "docs/commands.md"), "utf8").matchAll(/^```console\n([\s\S]*?)^```$/gm)].map((match) => match[1] as string);

it("shows what the commands print", async () => {
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  expect(await Promise.all(blocks.map(printed))).toEqual(blocks);
}, 30_000);

/** The commands of a block, each followed by what it prints. */
async function printed(block: string): Promise<string> {
  const lines = block.split("\n").filter((each) => each.startsWith("$ millrace "));
  const texts = lines.map(async (line) => {
    const { stdout, stderr } = await runCommand("millrace", argumentsOf(line.slice("$ millrace ".length)), { cwd: root });
    return `${line}\n${stdout}${stderr}`;
  });
  return (await Promise.all(texts)).join("");
}

/** Words of a command line; a word in double quotes may have spaces. */
function argumentsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
}
