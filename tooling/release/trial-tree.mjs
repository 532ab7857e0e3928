// A copy of what versions are made of (package.json files, change files and logs), in which raising them can be tried.
import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { packages, root } from "../bootstrap/workspace.mjs";

const shared = ["package.json", "pnpm-workspace.yaml", ".changeset", "tooling/release/change-log.cjs"];

/** Makes the copy in an empty folder. It borrows the workspace's node_modules, and nobody writes there. */
export function copyTrialTree(target) {
  const ofPackages = packages().flatMap(({ path }) => [`${path}/package.json`, `${path}/CHANGELOG.md`]);
  for (const path of [...shared, ...ofPackages].filter((path) => existsSync(join(root, path)))) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(join(root, path), join(target, path), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(target, "node_modules"), "junction");
}
