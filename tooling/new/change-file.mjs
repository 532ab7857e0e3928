// The change file of a package that is new. It raises 0.0.0 to 0.1.0.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes it, and gives its path. */
export function writeChangeFile(tree, packageName, sentence) {
  const path = `.changeset/${packageName.replace("@millrace/", "")}-begins.md`;
  mkdirSync(join(tree, ".changeset"), { recursive: true });
  writeFileSync(join(tree, path), `---\n"${packageName}": minor\n---\n\n${sentence}\n`);
  return path;
}
