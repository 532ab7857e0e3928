import { readdirSync, statSync } from "node:fs";

/**
 * The files that a pattern names, in byte order. `*` is any run of characters within a name, `?` any one of them; names
 * that begin with a dot want a pattern that does. As glob(3), without character classes.
 */
export function filesMatching(pattern: string): string[] {
  const absolute = pattern.startsWith("/");
  let found = [absolute ? "/" : ""];
  for (const part of pattern.split("/").filter((each) => each !== "")) {
    found = found.flatMap((folder) => namesIn(folder, part).map((name) => `${folder}${folder === "" || folder.endsWith("/") ? "" : "/"}${name}`));
  }
  return found.filter((path) => path !== "" && statSync(path, { throwIfNoEntry: false }) !== undefined).sort(byBytes);
}

function namesIn(folder: string, part: string): readonly string[] {
  if (!/[*?]/.test(part)) return [part];
  const pattern = new RegExp(
    `^${part
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "su",
  );
  try {
    return readdirSync(folder || ".").filter((name) => pattern.test(name) && (part.startsWith(".") || !name.startsWith(".")));
  } catch {
    // What is no folder, or can't be read, holds nothing that matches.
    return [];
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
