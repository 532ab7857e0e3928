import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root: string = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");

/** A block of code in a page. */
export interface Fence {
  readonly page: string;
  /** The line of its opening, from 1. */
  readonly line: number;
  /** What is written behind the backticks: `sh`, `json` and so on; empty where there is nothing. */
  readonly language: string;
  readonly text: string;
  /** The comment right before it, `<!-- … -->`, without its marks. */
  readonly comment: string;
  /** The block after it in the page, if it is one of `text`. */
  readonly shown: string | undefined;
}

/**
 * Every page that people write: what git knows, or would if it were added. Not among them: change-logs, which tell of
 * the past; reports of interfaces and the pages of docs/plugins, which are made from what is looked at itself; and templates of pages.
 */
export function pages(): readonly string[] {
  const { stdout } = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "*.md"], { cwd: root, encoding: "utf8" });
  const known = stdout.split("\n").filter((path) => path !== "" && exists(path));
  return known.filter((path) => !/(^|\/)(CHANGELOG\.md$|api-report\.md$|fixtures\/|templates\/)|^(\.changeset|docs\/plugins|tooling\/new)\//.test(path));
}

/** The blocks of code of a page. */
export function fencesOf(page: string): readonly Fence[] {
  const lines = textOf(page).split("\n");
  const found: { language: string; line: number; text: string; comment: string }[] = [];
  for (let at = 0; at < lines.length; at++) {
    const open = /^(\s*)```(.*)$/.exec(lines[at] as string);
    if (open === null) continue;
    const begin = at;
    const body: string[] = [];
    for (at++; at < lines.length && !/^\s*```\s*$/.test(lines[at] as string); at++) body.push((lines[at] as string).slice((open[1] as string).length));
    found.push({ language: (open[2] as string).trim(), line: begin + 1, text: `${body.join("\n")}\n`, comment: commentAbove(lines, begin) });
  }
  return found.map((fence, index) => {
    const next = found[index + 1];
    return { ...fence, page, shown: next?.language === "text" ? next.text : undefined };
  });
}

/** All blocks of all pages in these languages. */
export function allFences(...languages: readonly string[]): readonly Fence[] {
  return pages()
    .flatMap(fencesOf)
    .filter(({ language }) => languages.includes(language));
}

/** Blocks that are not looked at here stand under a comment that says what does instead, or why nothing can. */
const NOT_RUN = /^not run: .{10,}$/;

/** Whether a block is to be run or checked. */
export function isRun({ comment }: Fence): boolean {
  return !NOT_RUN.test(comment);
}

/** A name for a test. */
export function placeOf({ page, line }: Fence): string {
  return `${page}:${line}`;
}

export function textOf(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

function commentAbove(lines: readonly string[], line: number): string {
  let at = line - 1;
  if (lines[at]?.trim() === "") at--;
  return /^<!-- (.*) -->$/.exec(lines[at]?.trim() ?? "")?.[1] ?? "";
}

function exists(path: string): boolean {
  try {
    readFileSync(join(root, path));
    return true;
  } catch {
    // Git still knows a page that was taken away.
    return false;
  }
}
