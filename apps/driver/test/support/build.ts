import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { driver, root } from "./places.ts";

/** Builds the commands, unless they are newer than every source that goes into them. */
export default function buildIfStale(): void {
  const built = statSync(join(driver, "dist", "millrace.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (newest(sourceFolders()) < built) return;
  execFileSync(process.execPath, [join(driver, "build.mjs")], { stdio: "inherit", timeout: 60_000 });
}

function sourceFolders(): string[] {
  const groups = [join(root, "packages"), join(root, "packages", "plugins")];
  const packages = groups.flatMap((group) => readdirSync(group).map((name) => join(group, name, "src")));
  return [...packages, join(driver, "src"), join(driver, "build.mjs"), join(driver, "package.json")];
}

/** When the newest of these files, or of the files in these folders, was changed. */
function newest(paths: readonly string[]): number {
  let latest = 0;
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    latest = Math.max(latest, stat.mtimeMs);
    if (stat.isDirectory()) latest = Math.max(latest, newest(readdirSync(path).map((name) => join(path, name))));
  }
  return latest;
}
