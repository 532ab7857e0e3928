// How the commands are bundled: what is built with these options starts and runs as they do.

// Nobody asks zod for messages in other languages than English: each start would read half of its text for them alone.
const englishOnly = {
  name: "english-only",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export { default as en } from "./en.js";' }));
  },
};

/** Options of esbuild. The packages of the workspace are bundled from their sources, and what is imported later is in a chunk of its own. */
export const BUNDLE = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  conditions: ["@millrace/source"],
  logLevel: "warning",
  plugins: [englishOnly],
};

/** What stands in front of a bundle that has CommonJS modules in it: they ask for Node's own modules by `require`. */
export const REQUIRE = { js: 'import { createRequire as bundleRequire } from "node:module"; const require = bundleRequire(import.meta.url);' };
