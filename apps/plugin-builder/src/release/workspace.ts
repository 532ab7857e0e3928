import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The workspace of Millrace that a folder stands in, or `undefined`. */
export function workspaceOf(folder: string): string | undefined {
  return foldersUp(folder).find((candidate) => existsSync(join(candidate, "pnpm-workspace.yaml")) && existsSync(releaseFileOf(candidate)));
}

/** The file that tells of the release that a workspace is. */
export function releaseFileOf(workspace: string): string {
  return join(workspace, "packages", "release", "release.json");
}

/** A folder, and all that it lies in, from the innermost. */
export function foldersUp(folder: string): string[] {
  const folders = [folder];
  for (let above = dirname(folder); above !== folders.at(-1); above = dirname(above)) folders.push(above);
  return folders;
}
