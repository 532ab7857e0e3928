import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { packages } from "../../../../tooling/bootstrap/workspace.mjs";
import { changeFiles } from "../../../../tooling/release/change-files.mjs";
import { copyTrialTree } from "../../../../tooling/release/trial-tree.mjs";
import { raiseVersions } from "../../../../tooling/release/version.mjs";

/** The range of the peer at 0.1.0: below 1.0 a caret range would end at the next minor. */
const PEER_RANGE = "workspace:>=0.1.0 <1";

type Size = "patch" | "minor" | "major";

export interface Trial {
  readonly folder: string;
  /** Puts a change file into the tree. */
  change(releases: Readonly<Record<string, Size>>, summary?: string): void;
  /** Raises the versions. Gives a line for each package that was raised. */
  raise(options?: { readonly edge?: boolean }): Promise<string[]>;
  manifest(path: string): Manifest;
  text(path: string): string;
}

export interface Manifest {
  readonly version: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A copy of the workspace's package.json files, to raise versions in: all at 0.1.0, and no change waits. It is gone after the test. */
export function trial(): Trial {
  const folder = mkdtempSync(join(tmpdir(), "millrace-versions-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  copyTrialTree(folder);
  beginAnew(folder);
  let files = 0;
  const text = (path: string): string => readFileSync(join(folder, path), "utf8");
  return {
    folder,
    change(releases, summary = "Something that users see is new.") {
      const head = Object.entries(releases).map(([name, size]) => `"${name}": ${size}`);
      writeFileSync(join(folder, ".changeset", `change-${++files}.md`), `---\n${head.join("\n")}\n---\n\n${summary}\n`);
    },
    raise: async (options) => (await raiseVersions(folder, options)).map(({ name, from, to }) => `${name} ${from} → ${to}`),
    manifest: (path) => JSON.parse(text(`${path}/package.json`)),
    text,
  };
}

function beginAnew(folder: string): void {
  for (const { file } of changeFiles(folder)) rmSync(join(folder, file));
  for (const { folder: home, manifest } of packages(folder)) {
    rmSync(join(home, "CHANGELOG.md"), { force: true });
    if (manifest.private) continue;
    const peerDependencies = manifest.peerDependencies && Object.fromEntries(Object.keys(manifest.peerDependencies).map((name) => [name, PEER_RANGE]));
    writeFileSync(join(home, "package.json"), `${JSON.stringify({ ...manifest, version: "0.1.0", peerDependencies }, null, 2)}\n`);
  }
}
