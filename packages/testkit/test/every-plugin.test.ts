import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const PLUGINS = join(import.meta.dirname, "../../plugins");

it("every plugin of the repository is asked what every plugin must do", () => {
  const packages = readdirSync(PLUGINS).filter((name) => existsSync(join(PLUGINS, name, "src/index.ts")));
  expect(packages.length).toBeGreaterThan(9);
  expect(packages.filter((name) => !asks(join(PLUGINS, name, "test")))).toEqual([]);
});

function asks(folder: string): boolean {
  return (
    existsSync(folder) &&
    readdirSync(folder).some((name) => name.endsWith(".test.ts") && readFileSync(join(folder, name), "utf8").includes("describeConformance("))
  );
}
