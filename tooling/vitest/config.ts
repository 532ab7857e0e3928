import { defineConfig } from "vitest/config";

/** Tests run from the sources of all packages, without a build. */
const conditions = ["@millrace/source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ["@millrace/source", "node"] } },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    passWithNoTests: false,
    maxWorkers: 2,
    // The report is what `npm test` counts, and what turbo restores when nothing has changed.
    reporters: ["default", ["json", { outputFile: ".report/tests.json" }]],
  },
});
