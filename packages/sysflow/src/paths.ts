import { spaceIn } from "./trim.ts";

/** The last part of a path by the rules of Go's `path/filepath`: `.` for an empty one, `/` for nothing but slashes. */
export function baseName(path: string): string {
  if (path === "") return ".";
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === 47) end--;
  if (end === 0) return "/";
  return path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

/** All but the last part of a path, cleaned, by the rules of Go's `path/filepath`: `.` for none. */
export function dirName(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf("/") + 1));
}

/** The shortest path that means the same: no empty parts, no `.`, and `..` only at the beginning of a relative one. */
export function cleanPath(path: string): string {
  if (path === "") return ".";
  const rooted = path.charCodeAt(0) === 47;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!rooted) parts.push("..");
  }
  const clean = parts.join("/");
  return rooted ? `/${clean}` : clean === "" ? "." : clean;
}

const SOCKET = /^([0-9a-fA-F]+)->([0-9a-fA-F]+)\s+(\S.*)$/su;

/**
 * Takes apart the path of a Unix socket, `<hex>-><hex> <path>` with two addresses of the kernel. Anything else is a path
 * as it is. The addresses are written without leading zeros; the path ends at its first white space.
 */
export function parseSocketPath(path: string): { readonly path: string; readonly symlink: string } {
  const match = path.includes("->") ? SOCKET.exec(path) : null;
  if (!match) return { path, symlink: "" };
  const [, from = "", to = "", target = ""] = match;
  return { path: target.slice(0, spaceIn(target)), symlink: `${withoutZeros(from)}->${withoutZeros(to)}` };
}

function withoutZeros(digits: string): string {
  return digits.toLowerCase().replace(/^0+(?=.)/, "");
}
