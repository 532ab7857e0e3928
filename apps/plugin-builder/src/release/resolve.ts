import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { MillraceError } from "@millrace/api";
import type { Release } from "@millrace/core";
import { prerelease, rsort, valid } from "semver";
import { fileOfArchive } from "../npm/archive.ts";
import { npm, npmError } from "../npm/npm.ts";
import { readRelease } from "./read-release.ts";
import { foldersUp, releaseFileOf, workspaceOf } from "./workspace.ts";

/** A release, and how it was found. */
export interface ResolvedRelease {
  /** What was asked for. */
  readonly tag: string;
  readonly release: Release;
  /** Where it was found, for people. */
  readonly from: string;
  /** The workspace that it is, where it is one. */
  readonly workspace?: string;
}

const RELEASE = "@millrace/release";

/**
 * The release that a tag stands for: an exact version of the driver (`0.4.0`), `edge` (the newest published prerelease), or
 * `dev` (the workspace that this builder stands in, or else what is installed near the plugin).
 *
 * @param near the plugin's folder: what is installed there is found without a network, and its `.npmrc` holds.
 */
export async function resolveRelease(tag: string, near: string): Promise<ResolvedRelease> {
  if (tag === "dev") return development(near);
  if (tag === "edge") return published(tag, await newestPrerelease(near), near);
  if (valid(tag) === tag) return published(tag, tag, near);
  throw new MillraceError("MILLRACE_BUILDER_TAG", `"${tag}" is no release`, { hint: 'a tag is an exact version such as 0.4.0, "edge" or "dev"' });
}

function development(near: string): ResolvedRelease {
  const workspace = workspaceOf(import.meta.dirname);
  if (workspace !== undefined) {
    const file = releaseFileOf(workspace);
    return { tag: "dev", release: readRelease(readFileSync(file, "utf8"), file), from: "this workspace", workspace };
  }
  const installed = installedRelease(near);
  if (installed !== undefined) return { tag: "dev", ...installed };
  throw new MillraceError("MILLRACE_BUILDER_DEV", `no driver is installed near ${near}, and this builder stands in no workspace`, {
    hint: "npm install --save-dev --save-exact @millrace/driver, or name a release: --tag VERSION",
  });
}

async function published(tag: string, version: string, near: string): Promise<ResolvedRelease> {
  const installed = installedRelease(near);
  if (installed?.release.driver === version) return { tag, ...installed };
  return { tag, release: await fetchRelease(version, near), from: "the registry" };
}

/** What `node_modules` near a folder has: the release itself, or the one below an installed driver. */
function installedRelease(near: string): Pick<ResolvedRelease, "release" | "from" | "workspace"> | undefined {
  for (const folder of foldersUp(near)) {
    const modules = join(folder, "node_modules");
    for (const inside of [modules, join(modules, "@millrace", "driver", "node_modules")]) {
      const file = join(inside, RELEASE, "release.json");
      if (!existsSync(file)) continue;
      const workspace = workspaceOf(realpathSync(file));
      return { release: readRelease(readFileSync(file, "utf8"), file), from: fromHere(join(inside, RELEASE)), ...(workspace !== undefined && { workspace }) };
    }
  }
  return undefined;
}

/** A folder as somebody who stands here would name it. */
function fromHere(folder: string): string {
  const path = relative(process.cwd(), folder);
  return path.startsWith("..") ? folder : path;
}

async function fetchRelease(version: string, near: string): Promise<Release> {
  const scratch = mkdtempSync(join(tmpdir(), "millrace-release-"));
  try {
    const { failure } = await npm(["pack", `${RELEASE}@${version}`, "--json", "--prefer-offline", "--pack-destination", scratch], near);
    if (failure !== undefined) throw await notFetched(version, near, npmError(`${RELEASE} ${version} can't be fetched`, failure), failure.code);
    const archive = readdirSync(scratch).find((name) => name.endsWith(".tgz"));
    const text = archive === undefined ? undefined : fileOfArchive(readFileSync(join(scratch, archive)), "release.json");
    const shown = `release.json of ${RELEASE} ${version}`;
    if (text === undefined) throw new MillraceError("MILLRACE_BUILDER_RELEASE_FILE", `${shown} is not in its archive`);
    return readRelease(text, shown);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A version that does not exist is told with those that do. */
async function notFetched(version: string, near: string, otherwise: MillraceError, code: string): Promise<MillraceError> {
  if (code !== "E404" && code !== "ETARGET") return otherwise;
  const versions = await publishedVersions(near);
  if (versions.length === 0) {
    return new MillraceError("MILLRACE_BUILDER_NO_RELEASE", `${RELEASE} is not published where npm looks`, {
      hint: 'in a workspace, or with a driver installed, "--tag dev" needs no registry',
    });
  }
  return new MillraceError("MILLRACE_BUILDER_NO_RELEASE", `there is no release ${version}`, { hint: `the newest ones are ${versions.slice(0, 3).join(", ")}` });
}

async function newestPrerelease(near: string): Promise<string> {
  const versions = await publishedVersions(near);
  const newest = versions.find((version) => prerelease(version) !== null);
  if (newest !== undefined) return newest;
  const hint = versions.length === 0 ? `${RELEASE} is not published where npm looks` : `the newest release is ${versions[0]}: --tag ${versions[0]}`;
  throw new MillraceError("MILLRACE_BUILDER_EDGE", "no prerelease is published", { hint });
}

/** The published versions, from the newest; none where the package is not known. */
async function publishedVersions(near: string): Promise<string[]> {
  const { output, failure } = await npm(["view", RELEASE, "versions", "--json"], near);
  if (failure?.code === "E404") return [];
  if (failure !== undefined) throw npmError(`the versions of ${RELEASE} can't be read`, failure);
  const versions: unknown = JSON.parse(output);
  return rsort((Array.isArray(versions) ? versions : [versions]).filter((version) => typeof version === "string" && valid(version) !== null) as string[]);
}
