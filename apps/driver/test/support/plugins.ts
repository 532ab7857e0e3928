import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { root } from "./places.ts";

/** Writes a plugin as one file that carries its own copy of the API, as the author of a plugin would ship it. */
export function writeBundledPlugin(file: string, source: string): void {
  mkdirSync(dirname(file), { recursive: true });
  buildSync({
    stdin: { contents: source, resolveDir: join(root, "apps", "driver"), loader: "ts" },
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "node",
    conditions: ["@millrace/source"],
  });
}

/** Writes a plugin that imports the API of the package that is linked beside it. */
export function writeLinkedPlugin(file: string, source: string): void {
  const modules = join(dirname(file), "node_modules", "@millrace");
  mkdirSync(modules, { recursive: true });
  symlinkSync(join(root, "packages", "api"), join(modules, "api"));
  writeFileSync(file, source);
}
