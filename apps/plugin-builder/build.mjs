// Builds the command, and the modules that it runs in processes of their own. The packages of the workspace are bundled
// from their sources, but for the testkit: a plugin is tried with the one of its release.
import { rmSync } from "node:fs";
import { build } from "esbuild";

rmSync(new URL("dist", import.meta.url), { recursive: true, force: true });
await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ["plugin-builder", "check-types", "try-plugin", "describe-plugins"].map((module) => `src/${module}.ts`),
  outdir: "dist",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  conditions: ["@millrace/source"],
  external: ["@millrace/testkit", "esbuild", "typescript"],
  // Bundled CommonJS modules ask for Node's own modules by `require`.
  banner: { js: 'import { createRequire as bundleRequire } from "node:module"; const require = bundleRequire(import.meta.url);' },
  sourcemap: true,
  sourcesContent: false,
  legalComments: "linked",
  logLevel: "warning",
});
