import { relative, resolve, sep } from "node:path";
import { nameInPackage, PackageFinder } from "./package-of.ts";

/**
 * Gives inputs other names in the code of a bundle. esbuild names them by their paths in comments of their own lines, and
 * as the keys of CommonJS modules. A name takes the place of a path on the same line, so the source map stays true.
 */
export function renameInputs(code: string, names: ReadonlyMap<string, string>): string {
  return code
    .split("\n")
    .map((line) => {
      const comment = /^(\s*\/\/ )(.+)$/.exec(line);
      const commented = comment && names.get(comment[2] as string);
      if (commented !== undefined && commented !== null) return `${comment?.[1]}${commented}`;
      const wrapper = /^(\s*)"([^"]+)"(\(.*\) \{)$/.exec(line);
      const wrapped = wrapper && names.get(wrapper[2] as string);
      return wrapped !== undefined && wrapped !== null ? `${wrapper?.[1]}${JSON.stringify(wrapped)}${wrapper?.[3]}` : line;
    })
    .join("\n");
}

/**
 * Gives the sources of a source map such names too: also those that stand in the maps of packages, and are no inputs
 * themselves. `folder` is the package that all is made for; the map lies in its folder `out`.
 */
export function renameInMap(map: string, folder: string): string {
  const parsed = JSON.parse(map) as { readonly sources: readonly string[] };
  const finder = new PackageFinder();
  const sources = parsed.sources.map((source) => {
    const path = resolve(folder, "out", source);
    const owner = finder.of(path);
    return owner === undefined || owner.folder === folder ? relative(folder, path).split(sep).join("/") : nameInPackage(path, owner);
  });
  return JSON.stringify({ ...parsed, sources });
}
