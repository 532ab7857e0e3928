import type { Dirent, Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { MillraceError } from "@millrace/api";

/**
 * The traces that a path means: the file itself, or all entries of a folder in the byte order of their names.
 *
 * @throws MillraceError `MILLRACE_DRIVER_FILE_PATH` if there is no such file, or nothing in the folder
 */
export async function traceFiles(path: string): Promise<readonly string[]> {
  if (!(await statOf(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw pathError(`open ${path}: ${reasonOf(cause)}`, cause);
  });
  if (entries.length === 0) throw pathError(`No files present in directory: ${path}`);
  const names = entries.map((entry: Dirent) => entry.name).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return names.map((name) => join(path, name));
}

/** The error for a path that can't be read. */
export function pathError(message: string, cause?: unknown): MillraceError {
  return new MillraceError("MILLRACE_DRIVER_FILE_PATH", message, {
    hint: "The path is that of a trace, or of a folder with nothing but traces.",
    ...(cause !== undefined && { cause }),
  });
}

/** What the system says of a failed call, in its own words. */
export function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
  ELOOP: "too many levels of symbolic links",
};

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw pathError(`stat ${path}: ${reasonOf(cause)}`, cause);
  }
}
