import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { MillraceError } from "@millrace/api";
import { manifestNameOf, type PluginManifest, readManifest } from "@millrace/core";

/** A built plugin by its two files, as the user would name them. */
export interface BuiltFiles {
  readonly code: string;
  readonly manifest: string;
}

const MANIFEST = ".manifest.json";

/** The two files of a built plugin, by either of them. Throws `MILLRACE_BUILDER_FILE` where one is missing. */
export function builtFiles(file: string): BuiltFiles {
  const found = file.endsWith(MANIFEST) ? { code: codeBeside(file), manifest: file } : { code: file, manifest: manifestNameOf(file) };
  for (const path of [file, found.code, found.manifest]) {
    const stat = statSync(resolve(path), { throwIfNoEntry: false });
    if (stat?.isFile() === true) continue;
    const message = stat === undefined ? `there is no file ${path}` : `${path} is no file`;
    const hint =
      path === file
        ? "name the .mjs file of a built plugin, or its manifest"
        : path === found.manifest
          ? "a plugin that was built has one beside it: plugin-builder build FOLDER --out FOLDER"
          : "the manifest tells of a file that should lie beside it";
    throw new MillraceError("MILLRACE_BUILDER_FILE", message, { hint });
  }
  return found;
}

/** Reads the manifest of a built plugin. Throws with all that is wrong with it. */
export function manifestIn(path: string): PluginManifest {
  const { manifest, diagnostics } = readManifest(readFileSync(path, "utf8"), path);
  if (manifest === undefined) throw new MillraceError("MILLRACE_BUILDER_FILE", `${path} is no manifest`, { diagnostics });
  return manifest;
}

/** The file that a manifest names, or else the one that should have its name. */
function codeBeside(manifest: string): string {
  const stem = manifest.slice(0, -MANIFEST.length);
  if (existsSync(manifest) && extname(manifest) === ".json") {
    const { file } = manifestIn(manifest);
    return join(dirname(manifest), file);
  }
  return `${stem}.mjs`;
}
