import type { Diagnostic, PipelineSpec } from "@millrace/api";
import { type DiagnosticBag, sortDiagnostics } from "@millrace/text";
import { MORE } from "./codes.ts";

/** What every dialect gives. */
export interface DialectResult {
  /**
   * The pipeline. Absent when the text could not be read at all. It may be there beside errors: planning it then finds
   * what else is wrong, but it must not be run.
   */
  readonly spec: PipelineSpec | undefined;
  /** Everything that was found, by file and place. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The most findings that one reading gives: more would help nobody, and a hostile text could make any number. */
const MOST_FINDINGS = 100;

/** What a dialect gives of its findings: errors before warnings, if there are too many for all. */
export function findingsOf(bag: DiagnosticBag): readonly Diagnostic[] {
  const all = bag.list();
  if (all.length <= MOST_FINDINGS) return all;
  const kept = [...all.filter(({ severity }) => severity === "error"), ...all.filter(({ severity }) => severity === "warning")].slice(0, MOST_FINDINGS);
  const more: Diagnostic = {
    severity: kept.some(({ severity }) => severity === "error") ? "error" : "warning",
    code: MORE,
    message: `${all.length - MOST_FINDINGS} more findings are not shown`,
  };
  return [...sortDiagnostics(kept), more];
}

/** The environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text with the name that the user gave to its file. */
export interface ConfigSource {
  readonly file: string;
  readonly text: string;
}

/** How a dialect reads the other files that a configuration names. Paths are handed over as {@link joinPath} makes them. */
export interface ConfigFiles {
  /** The text of a file, or `undefined` where there is none. Throws when it can't be read. */
  readFile(path: string): string | undefined;
  /** The files that a pattern with `*` and `?` names, in byte order. */
  glob(pattern: string): readonly string[];
  /** What tells two names of one file from two files, such as its real path. The path itself, if absent. */
  identify?(path: string): string;
  /** Whether a file or folder is there. Absent: not known, and nothing is said about missing ones. */
  exists?(path: string): boolean;
}

/** No files at all. */
export const noFiles: ConfigFiles = { readFile: () => undefined, glob: () => [], exists: () => false };

/** What tells the file at a path from others. A file that can't be identified is known by its path. */
export function identityOf(files: ConfigFiles, path: string): string {
  try {
    return files.identify?.(path) ?? path;
  } catch {
    // It is not there, or can't be looked at: reading it will tell.
    return path;
  }
}

/** A path as seen from the folder of `file`, or as it is where it is absolute. */
export function joinPath(file: string, path: string): string {
  if (path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path)) return path;
  const end = Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\"));
  return end < 0 ? path : file.slice(0, end + 1) + path;
}
