import { resolve } from "node:path";

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

/** Gives the sources of a source map the same names. `folder` is what the names of inputs are relative to; the map lies in its folder `out`. */
export function renameInMap(map: string, folder: string, names: ReadonlyMap<string, string>): string {
  const parsed = JSON.parse(map) as { readonly sources: readonly string[] };
  const byPath = new Map([...names].map(([input, name]) => [resolve(folder, input), name]));
  const sources = parsed.sources.map((source) => {
    const path = resolve(folder, "out", source);
    return byPath.get(path) ?? source.replace(/^\.\.\//, "");
  });
  return JSON.stringify({ ...parsed, sources });
}
