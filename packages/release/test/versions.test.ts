import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Manifest, trial } from "./support/trial.ts";

const plugins = readdirSync(new URL("../../plugins", import.meta.url)).map((name) => `packages/plugins/${name}`);

const versionsIn = (folder: URL): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.name.endsWith(".ts"))
    .flatMap((entry) => [...readFileSync(join(entry.parentPath, entry.name), "utf8").matchAll(/(?:version: |const VERSION = )"(.*)"/g)])
    .map(([, version = ""]) => version);
const read = (folder: string): Manifest => JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), "utf8"));

test("every plugin works with the API of the workspace and with each later one of its major", () => {
  const [major = ""] = String(read("../../api").version).split(".");
  for (const plugin of plugins) {
    const { "@millrace/api": range = "", ...others } = read(`../../../${plugin}`).peerDependencies ?? {};
    expect(others, plugin).toEqual({});
    expect(range, plugin).toMatch(new RegExp(`^workspace:>=${major}\\.\\d+\\.\\d+ <${Number(major) + 1}$`));
  }
});

test("every plugin says the version of its package, and it is raised with that", async () => {
  for (const plugin of plugins) {
    const { version } = read(`../../../${plugin}`);
    for (const said of versionsIn(new URL(`../../../${plugin}/src`, import.meta.url))) expect(said, plugin).toBe(version);
  }
  const tree = trial();
  const source = "packages/plugins/stdout/src/index.ts";
  mkdirSync(join(tree.folder, "packages/plugins/stdout/src"));
  writeFileSync(join(tree.folder, source), 'const VERSION = "0.1.0";\n({ name: "stdout", version: "0.1.0" });\n');
  tree.change({ "@millrace/plugin-stdout": "minor" });
  await tree.raise();
  expect(tree.text(source)).toBe('const VERSION = "0.2.0";\n({ name: "stdout", version: "0.2.0" });\n');
});

describe("raising versions", () => {
  test("a minor of the API leaves plugins alone: it is in the range of their peer", async () => {
    const tree = trial();
    tree.change({ "@millrace/api": "minor" });
    const raised = await tree.raise();
    expect(raised).toContain("@millrace/api 0.1.0 → 0.2.0");
    expect(raised.filter((line) => line.includes("/plugin-") && !line.includes("plugin-builder"))).toEqual([]);
    for (const plugin of plugins) expect(tree.manifest(plugin).peerDependencies).toEqual({ "@millrace/api": "workspace:>=0.1.0 <1" });
  });

  test("a major of the API raises every plugin by a major, and their range begins and ends anew", async () => {
    const tree = trial();
    tree.change({ "@millrace/api": "major" });
    const raised = await tree.raise();
    expect(raised).toContain("@millrace/api 0.1.0 → 1.0.0");
    for (const plugin of plugins) {
      const { version, peerDependencies } = tree.manifest(plugin);
      expect(version, plugin).toBe("1.0.0");
      expect(peerDependencies).toEqual({ "@millrace/api": "workspace:>=1.0.0 <2" });
    }
  });

  test("two majors, one after the other", async () => {
    const tree = trial();
    tree.change({ "@millrace/api": "major" });
    await tree.raise();
    tree.change({ "@millrace/api": "minor" });
    await tree.raise();
    expect(tree.manifest("packages/plugins/stdout").version).toBe("1.0.0");
    tree.change({ "@millrace/api": "major" });
    await tree.raise();
    expect(tree.manifest("packages/plugins/stdout")).toMatchObject({ version: "2.0.0", peerDependencies: { "@millrace/api": "workspace:>=2.0.0 <3" } });
  });

  test("a patch of the core raises the driver that carries it, and the package of the release with the driver", async () => {
    const tree = trial();
    tree.change({ "@millrace/core": "patch" });
    expect(await tree.raise()).toMatchInlineSnapshot(`
      [
        "@millrace/driver 0.1.0 → 0.1.1",
        "@millrace/plugin-builder 0.1.0 → 0.1.1",
        "@millrace/core 0.1.0 → 0.1.1",
        "@millrace/release 0.1.0 → 0.1.1",
      ]
    `);
  });

  test("a plugin that the driver does not carry is raised alone", async () => {
    const tree = trial();
    tree.change({ "@millrace/plugin-fluent-example": "patch" });
    expect(await tree.raise()).toEqual(["@millrace/plugin-fluent-example 0.1.0 → 0.1.1"]);
  });

  test("a plugin that the driver carries takes the driver with it, and no other plugin", async () => {
    const tree = trial();
    tree.change({ "@millrace/plugin-exporter": "minor" });
    expect(await tree.raise()).toMatchInlineSnapshot(`
      [
        "@millrace/driver 0.1.0 → 0.1.1",
        "@millrace/plugin-builder 0.1.0 → 0.1.1",
        "@millrace/plugin-exporter 0.1.0 → 0.2.0",
        "@millrace/release 0.1.0 → 0.1.1",
      ]
    `);
  });

  test("a minor of a data package is made with by the plugins that hold it, as a patch of theirs", async () => {
    const tree = trial();
    tree.change({ "@millrace/flow": "minor" });
    expect(await tree.raise()).toMatchInlineSnapshot(`
      [
        "@millrace/driver 0.1.0 → 0.1.1",
        "@millrace/plugin-builder 0.1.0 → 0.1.1",
        "@millrace/flow 0.1.0 → 0.2.0",
        "@millrace/plugin-core-links 0.1.0 → 0.1.1",
        "@millrace/plugin-stdout 0.1.0 → 0.1.1",
        "@millrace/release 0.1.0 → 0.1.1",
      ]
    `);
  });

  test("an edge release makes pre-releases of what would be raised, and leaves plugins alone too", async () => {
    const tree = trial();
    tree.change({ "@millrace/api": "minor" });
    const raised = await tree.raise({ edge: true });
    expect(
      raised.every((line) => /^@millrace\/[a-z-]+ 0\.1\.0 → 0\.(2\.0|1\.1)-edge\.\d{14}$/.test(line)),
      raised.join("\n"),
    ).toBe(true);
    expect(raised.filter((line) => line.includes("/plugin-") && !line.includes("plugin-builder"))).toEqual([]);
    expect(tree.manifest("packages/release").version).toBe(tree.manifest("apps/driver").version);
  });

  test("without a change file nothing is raised", async () => {
    expect(await trial().raise()).toEqual([]);
  });

  test("the change log says what users are told, without hashes", async () => {
    const tree = trial();
    tree.change({ "@millrace/core": "patch" }, "A graph that is stopped twice ends once.\n\nIt used to wait for its deadline.");
    await tree.raise();
    const sections = (path: string): string => tree.text(`${path}/CHANGELOG.md`).split(/^(?=## 0\.1\.0)/m)[0] ?? "";
    expect(sections("packages/core")).toMatchInlineSnapshot(`
      "# @millrace/core

      ## 0.1.1

      ### Patch Changes

      - A graph that is stopped twice ends once.

        It used to wait for its deadline.
      "
    `);
    expect(sections("apps/driver")).toMatchInlineSnapshot(`
      "# @millrace/driver

      ## 0.1.1

      ### Patch Changes

      - Made with @millrace/core 0.1.1, @millrace/release 0.1.1.
      "
    `);
  });
});
