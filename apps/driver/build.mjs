// Builds the commands: one entry for each, every plugin in a chunk of its own that is loaded when a pipeline names it.
// The packages of the workspace and what they need are bundled, from their sources; so a start reads a handful of files.
//
// Once more they are built without any package in them and without the list of plugins: `plugin-builder dist` makes a driver
// with other plugins of those.
import { rmSync } from "node:fs";
import { build } from "esbuild";

// Nobody asks zod for messages in other languages than English: each start would read half of its text for them alone.
const englishOnly = {
  name: "english-only",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export { default as en } from "./en.js";' }));
  },
};

const common = {
  absWorkingDir: import.meta.dirname,
  entryPoints: ["millrace", "sfprocessor", "flowd", "fluent-bit"].map((command) => ({ in: `src/${command}.ts`, out: command })),
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  conditions: ["@millrace/source"],
  chunkNames: "chunks/[name]-[hash]",
  sourcemap: true,
  sourcesContent: false,
  legalComments: "linked",
  logLevel: "warning",
  plugins: [englishOnly],
};

rmSync(new URL("dist", import.meta.url), { recursive: true, force: true });
await build({
  ...common,
  // Beside the chunks, where the file driver looks for the code of its second thread.
  entryPoints: [...common.entryPoints, { in: "../../packages/plugins/driver-file/src/trace-worker.ts", out: "chunks/trace-worker" }],
  outdir: "dist",
  // Bundled CommonJS modules ask for Node's own modules by `require`.
  banner: { js: 'import { createRequire as bundleRequire } from "node:module"; const require = bundleRequire(import.meta.url);' },
});
await build({ ...common, outdir: "dist/unlinked", packages: "external", external: ["#builtin-plugins"] });
