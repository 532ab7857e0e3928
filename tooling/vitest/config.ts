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
    reporters: process.env.CI ? ["default"] : ["default"],
  },
});
