import { readFileSync, realpathSync, statSync } from "node:fs";
import type { ConfigFiles, ConfigSource } from "@millrace/config";
import { filesMatching } from "./glob.ts";

/** A configuration file, or why it can't be read, in Go's words. */
export type ReadConfig = { readonly source: ConfigSource; readonly problem?: undefined } | { readonly source?: undefined; readonly problem: ReadProblem };

export interface ReadProblem {
  readonly kind: "missing" | "directory" | "unreadable";
  /** Such as `no such file or directory`. */
  readonly reason: string;
}

/** Reads a configuration file. */
export function readConfig(file: string): ReadConfig {
  try {
    if (statSync(file).isDirectory()) return { problem: { kind: "directory", reason: "is a directory" } };
    return { source: { file, text: readFileSync(file, "utf8") } };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    return { problem: { kind: code === "ENOENT" || code === "ENOTDIR" ? "missing" : "unreadable", reason: REASONS[code] ?? code.toLowerCase() } };
  }
}

/** How dialects read the other files that a configuration names. */
export const machineFiles: ConfigFiles = {
  readFile(path) {
    try {
      return readFileSync(path, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw cause;
    }
  },
  glob: filesMatching,
  identify(path) {
    try {
      return realpathSync(path);
    } catch {
      // A file that is not there is known by its name alone.
      return path;
    }
  },
  exists: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
};

/** What the C library says, where Node says a code. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  ELOOP: "too many levels of symbolic links",
};
