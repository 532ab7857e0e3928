import type { ConfigFiles } from "../../src/index.ts";

/** Files that exist only in a test. */
export function fakeFiles(files: Readonly<Record<string, string>>): ConfigFiles {
  const names = Object.keys(files).sort();
  return {
    readFile: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
    glob: (pattern) =>
      names.filter((name) =>
        new RegExp(
          `^${pattern
            .split("*")
            .map((piece) => piece.replace(/[^\w/-]/g, "\\$&"))
            .join("[^/]*")}$`,
        ).test(name),
      ),
    exists: (path) => Object.hasOwn(files, path),
  };
}
