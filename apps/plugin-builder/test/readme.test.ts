import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "./support/run.ts";
import { root, scratchFolder, VERSIONS } from "./support/scratch.ts";

const readme = readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8");

/** The most seconds that a build of the example may take here; on a machine with nothing else to do it takes about one and a half. */
const COLD_BUILD_S = 30;

it("the README shows what the commands print", async () => {
  const folder = scratchFolder();
  for (const name of ["packages", "examples"]) symlinkSync(join(root, name), join(folder, name));
  const [, list = ""] = /<!-- file: edge\.yaml -->\n```yaml\n(.*?)```/s.exec(readme) ?? [];
  writeFileSync(join(folder, "edge.yaml"), withVersions(list));

  const shown = [...readme.matchAll(/```console\n(.*?)```/gs)].flatMap(([, block = ""]) => block.split(/^\$ /m).slice(1));
  expect(shown.length).toBe(4);
  for (const text of shown) {
    const [line = "", ...lines] = text.split("\n");
    const begun = performance.now();
    const { code, output } = await run(line, folder);
    expect(code, output).toBe(0);
    if (line.startsWith("plugin-builder build")) expect((performance.now() - begun) / 1000).toBeLessThan(COLD_BUILD_S);
    const expected = lines.join("\n");
    if (expected !== "") expect(steady(output)).toBe(steady(expected));
    else expect(output).toContain("Process Event: ./server, 13823");
  }
});

/** The list in the README names the versions of a day. */
function withVersions(text: string): string {
  const versionOf = (name: string): string => JSON.parse(readFileSync(join(root, "packages/plugins", name, "package.json"), "utf8")).version;
  return text.replaceAll(/(@millrace\/plugin-([\w-]+))@[\d.]+/g, (_, full: string, name: string) => `${full}@${versionOf(name)}`);
}

/** What a command printed, without versions, sizes, sums and columns. */
function steady(text: string): string {
  const named = Object.keys(VERSIONS).reduce((all, version) => all.replaceAll(version, "VERSION"), text);
  return named
    .replaceAll(/\b\d+\.\d+\.\d+\b/g, "VERSION")
    .replaceAll(/\b\d+\.\d+ [kM]B/g, "SIZE")
    .replaceAll(/[0-9a-f]{64}/g, "SUM")
    .replaceAll(/ +/g, " ")
    .trim();
}
