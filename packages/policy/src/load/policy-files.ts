import { Buffer } from "node:buffer";
import { basename, extname, join } from "node:path";
import { MillraceError } from "@millrace/api";

/** A policy file that has been read. */
export interface PolicyText {
  /** The file as the user would name it. */
  readonly path: string;
  readonly text: string;
}

/** What stands at a path. A link counts as what it leads to. */
export interface FileInfo {
  readonly kind: "file" | "directory" | "other";
  readonly bytes: number;
  /** Changes when the content does, as far as the file system can tell. */
  readonly stamp: string;
}

/** An entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  /** Whether it is a folder itself; a link to one is not. */
  readonly isFolder: boolean;
}

/** The file system, as far as loading policies needs it. {@link diskFiles} is the real one. */
export interface FileAccess {
  /** `undefined` where there is nothing. */
  info(path: string): Promise<FileInfo | undefined>;
  list(folder: string): Promise<readonly FolderEntry[]>;
  read(file: string): Promise<string>;
}

/** The policy files at a path, and the folders in which they were looked for. */
export interface FoundPolicies {
  /** In the order in which they are loaded. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const EXTENSIONS: readonly string[] = [".yaml", ".yml"];

/** The most bytes a policy file may have. */
export const MOST_POLICY_BYTES: number = 16 * 1024 * 1024;

/** How deep folders may be nested. */
const DEEPEST = 64;

/**
 * Finds policy files: the path itself, or all in a folder and the folders in it, in the order of the bytes of their names. Only
 * files that end in `.yaml` or `.yml` count. Links to files are followed, links to folders are not. Names that begin with two
 * dots are passed over: Kubernetes keeps the versions of a mounted ConfigMap under them. So are tests (`NAME.test.yaml`) in a
 * folder.
 *
 * Throws `MILLRACE_POLICY_PATH` where there is none.
 */
export async function findPolicyFiles(path: string, access: FileAccess): Promise<FoundPolicies> {
  const files: string[] = [];
  const folders: string[] = [];
  const info = await access.info(path);
  if (info?.kind === "directory") await walk(path, access, files, folders, 0);
  else if (info !== undefined && isPolicyFile(path)) files.push(path);
  if (files.length === 0) {
    throw new MillraceError("MILLRACE_POLICY_PATH", `no policy files with extension .yaml or .yml found in path: ${path}`, {
      hint:
        info === undefined
          ? "there is nothing at this path"
          : info.kind === "directory"
            ? "the folder and the folders in it have none"
            : `${basename(path)} has another extension`,
    });
  }
  return { files, folders };
}

/** Reads a file. Throws `MILLRACE_POLICY_FILE` where it can't be read, or is too large. */
export async function readPolicyText(path: string, access: FileAccess): Promise<PolicyText> {
  try {
    const info = await access.info(path);
    if (info !== undefined && info.bytes > MOST_POLICY_BYTES) {
      throw new MillraceError("MILLRACE_POLICY_FILE", `${path} has ${info.bytes} bytes; a policy file may have ${MOST_POLICY_BYTES}`);
    }
    return { path, text: await access.read(path) };
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "MILLRACE_POLICY_FILE") throw cause;
    throw new MillraceError("MILLRACE_POLICY_FILE", `can't read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Whether a file is taken for a policy, by its name. */
export function isPolicyFile(path: string): boolean {
  return EXTENSIONS.includes(extname(path));
}

/** Whether a file holds tests of policies, by its name: those stand beside the rules that they test. */
function isPolicyTest(name: string): boolean {
  return /\.test\.ya?ml$/.test(name);
}

async function walk(folder: string, access: FileAccess, files: string[], folders: string[], depth: number): Promise<void> {
  folders.push(folder);
  if (depth >= DEEPEST) return;
  const entries = [...(await access.list(folder))].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  for (const { name, isFolder } of entries) {
    if (name.startsWith("..")) continue;
    const path = join(folder, name);
    if (isFolder) await walk(path, access, files, folders, depth + 1);
    else if (isPolicyFile(name) && !isPolicyTest(name) && (await access.info(path))?.kind === "file") files.push(path);
  }
}
