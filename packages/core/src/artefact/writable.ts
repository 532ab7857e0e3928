import { lstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Diagnostic } from "@millrace/api";
import { shellWord } from "@millrace/text";

/**
 * Why a file can't be trusted, because everybody may change it: the file itself may be written by all, or a folder on the
 * way to it may, so that the file can be replaced. A folder with the sticky bit, such as /tmp, is taken for safe where
 * what lies in it belongs to this user or to root, because then only they can replace it. Symbolic links are followed,
 * and the folders that they lie in are looked at too. Where there are no such permissions (on Windows), nothing is found.
 *
 * @param shown - the file as messages call it
 */
export function writableByAll(path: string, shown: string = path): Diagnostic[] {
  if (process.geteuid === undefined) return [];
  const steps = stepsTo(resolve(path));
  const findings: Diagnostic[] = [];
  for (const { path: at, stat, link, parent } of steps) {
    if (!stat.isDirectory() && !link && isWritable(stat)) findings.push(fileFinding(shown));
    if (stat.isDirectory() && !link && isWritable(stat) && !isSticky(stat)) findings.push(folderFinding(at));
    if (parent !== undefined && isWritable(parent.stat) && isSticky(parent.stat) && !isTrusted(stat)) findings.push(strangerFinding(at, parent.path, stat.uid));
  }
  return findings;
}

interface Step {
  readonly path: string;
  /** Of the link itself, where it is one. */
  readonly stat: Stats;
  readonly link: boolean;
  readonly parent: { readonly path: string; readonly stat: Stats } | undefined;
}

/** Every folder, link and file on the way to a path, each once. */
function stepsTo(path: string, known: Set<string> = new Set()): Step[] {
  if (known.has(path)) return [];
  known.add(path);
  const folder = dirname(path);
  const isRoot = folder === path;
  const before = isRoot ? [] : stepsTo(folder, known);
  const stat = lstatSync(path);
  const link = stat.isSymbolicLink();
  const step: Step = { path, stat, link, parent: isRoot ? undefined : { path: folder, stat: statSync(folder) } };
  return [...before, step, ...(link ? stepsTo(resolve(folder, readlinkSync(path)), known) : [])];
}

const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

function isWritable({ mode }: Stats): boolean {
  return (mode & OTHERS_WRITE) !== 0;
}

function isSticky({ mode }: Stats): boolean {
  return (mode & STICKY) !== 0;
}

function isTrusted({ uid }: Stats): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

function fileFinding(shown: string): Diagnostic {
  return { ...FINDING, message: `${shown} is not loaded: everybody may write it`, hint: `chmod o-w ${shellWord(shown)}\n${TOLD}` };
}

function folderFinding(folder: string): Diagnostic {
  return { ...FINDING, message: `nothing is loaded from ${folder}: everybody may write in that folder`, hint: `chmod o-w ${shellWord(folder)}\n${TOLD}` };
}

function strangerFinding(path: string, folder: string, uid: number): Diagnostic {
  return {
    ...FINDING,
    message: `nothing is loaded from ${path}: it lies in ${folder}, where everybody may write, and belongs to another user (${uid})`,
    hint: `chown it to the user that loads it, or to root\n${TOLD}`,
  };
}

const FINDING = { severity: "error", code: "MILLRACE_ARTEFACT_WRITABLE" } as const;
const TOLD = "or set MILLRACE_ALLOW_WRITABLE_PLUGINS=1, if you trust everybody on this machine";
