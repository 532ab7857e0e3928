import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { releasePlan } from "../../../tooling/release/release-plan.mjs";

afterEach(() => vi.unstubAllEnvs());

describe("the plan of a release", () => {
  test("has what the registry lacks, after all that it needs, and says why", async () => {
    const tree = treeOf({
      "packages/api": { name: "@millrace/api", version: "0.2.0" },
      "packages/core": { name: "@millrace/core", version: "0.1.1", dependencies: { "@millrace/api": "workspace:^" } },
      "packages/release": { name: "@millrace/release", version: "0.1.0" },
      "packages/plugins/stdout": { name: "@millrace/plugin-stdout", version: "0.1.0", peerDependencies: { "@millrace/api": "workspace:>=0.1.0 <1" } },
      "packages/secret": { name: "@millrace/secret", version: "0.1.0", private: true },
    });
    writeFileSync(
      join(tree, "packages/api/CHANGELOG.md"),
      "# @millrace/api\n\n## 0.2.0\n\n### Minor Changes\n\n- Nodes can wait.\n- And sleep.\n\n## 0.1.0\n\n- First.\n",
    );
    await registryWith({ "@millrace/api": ["0.1.0"], "@millrace/core": ["0.1.0", "0.1.1"] });
    const plan = await releasePlan(tree);
    expect(
      plan.map((round) => round.map(({ name, version, latest, due, why }) => `${name} ${latest} ${version} ${due ? "due" : "there"} ${why}`.trim())),
    ).toEqual([
      ["@millrace/api 0.1.0 0.2.0 due Nodes can wait. (and 1 more)"],
      ["@millrace/core 0.1.1 0.1.1 there", "@millrace/plugin-stdout undefined 0.1.0 due"],
      ["@millrace/release undefined 0.1.0 due"],
    ]);
  });

  test("says which packages need each other in a circle", async () => {
    const tree = treeOf({
      "packages/a": { name: "@millrace/a", version: "0.1.0", dependencies: { "@millrace/b": "workspace:^" } },
      "packages/b": { name: "@millrace/b", version: "0.1.0", dependencies: { "@millrace/a": "workspace:^" } },
    });
    await registryWith({});
    await expect(releasePlan(tree)).rejects.toThrow("packages need each other in a circle: @millrace/a, @millrace/b");
  });

  test("is none where the registry can't be asked", async () => {
    const tree = treeOf({ "packages/a": { name: "@millrace/a", version: "0.1.0" } });
    const stop = await registryWith({});
    await stop();
    await expect(releasePlan(tree)).rejects.toThrow(/^npm can't ask the registry for @millrace\/a: .*ECONNREFUSED/);
  });
});

function treeOf(manifests: Readonly<Record<string, object>>): string {
  const tree = mkdtempSync(join(tmpdir(), "millrace-plan-"));
  onTestFinished(() => rmSync(tree, { recursive: true, force: true }));
  for (const [path, manifest] of Object.entries(manifests)) {
    const file = join(tree, path, "package.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(manifest));
  }
  return tree;
}

/** A registry that has these versions, and that npm asks for the rest of the test. Gives how to stop it. */
async function registryWith(versions: Readonly<Record<string, readonly string[]>>): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? "").slice(1));
    const known = versions[name];
    response.writeHead(known === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(known === undefined ? { error: "not found" } : packument(name, known)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  onTestFinished(stop);
  vi.stubEnv("npm_config_registry", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  vi.stubEnv("npm_config_fetch_retries", "0");
  // What other tests have asked is of no interest here, and the scope may be led elsewhere by the user's settings.
  const home = treeOf({});
  vi.stubEnv("npm_config_cache", join(home, "cache"));
  vi.stubEnv("npm_config_userconfig", join(home, "npmrc"));
  return stop;
}

function packument(name: string, versions: readonly string[]): object {
  const of = (version: string): object => ({ name, version, dist: { tarball: `${name}-${version}.tgz` } });
  return { name, "dist-tags": { latest: versions.at(-1) }, versions: Object.fromEntries(versions.map((version) => [version, of(version)])) };
}
