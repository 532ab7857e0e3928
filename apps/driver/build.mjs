// Builds the commands: one entry for each, every plugin in a chunk of its own that is loaded when a pipeline names it.
// The packages of the workspace and what they need are bundled, from their sources; so a start reads a handful of files.
//
// Once more they are built without any package in them and without the list of plugins: `plugin-builder dist` makes a driver
// with other plugins of those.
import { rmSync } from "node:fs";
import { build } from "esbuild";
import { BUNDLE, REQUIRE } from "./bundle.mjs";

const common = {
  ...BUNDLE,
  absWorkingDir: import.meta.dirname,
  entryPoints: ["millrace", "sfprocessor", "flowd", "fluent-bit"].map((command) => ({ in: `src/${command}.ts`, out: command })),
  chunkNames: "chunks/[name]-[hash]",
  sourcemap: true,
  sourcesContent: false,
  legalComments: "linked",
};

rmSync(new URL("dist", import.meta.url), { recursive: true, force: true });
await build({
  ...common,
  // Beside the chunks, where the file driver looks for the code of its second thread.
  entryPoints: [...common.entryPoints, { in: "../../packages/plugins/driver-file/src/trace-worker.ts", out: "chunks/trace-worker" }],
  outdir: "dist",
  banner: REQUIRE,
});
await build({ ...common, outdir: "dist/unlinked", packages: "external", external: ["#builtin-plugins"] });
