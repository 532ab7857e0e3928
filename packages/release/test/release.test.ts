import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { release } from "../src/index.ts";

const read = (path: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

describe("the release", () => {
  test("is what release.json holds", () => {
    expect(release).toEqual(read("../release.json"));
  });

  test("has the version of the driver, and the package has it too", () => {
    const driver = read("../../../apps/driver/package.json");
    expect(release.driver).toBe(driver["version"]);
    expect(read("../package.json")["version"]).toBe(driver["version"]);
  });

  test("names every package that a plugin is built against, in its exact version", () => {
    expect(Object.keys(release.packages)).toEqual(["api", "core", "flow", "fluent", "policy", "sysflow", "testkit", "text"].map((name) => `@millrace/${name}`));
    for (const [name, { version }] of Object.entries(release.packages)) {
      expect(version).toBe(read(`../../${name.slice("@millrace/".length)}/package.json`)["version"]);
    }
  });

  test("names what those need of others, each with an exact version and the hash of its archive", () => {
    expect(Object.keys(release.dependencies)).toContain("zod");
    for (const { version, integrity } of Object.values(release.dependencies)) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]+={0,2}$/);
    }
  });
});
