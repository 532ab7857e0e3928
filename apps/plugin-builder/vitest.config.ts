import { join } from "node:path";
import { mergeConfig } from "vitest/config";
import base from "../../tooling/vitest/config.ts";

export default mergeConfig(base, {
  test: {
    // The templates of new plugins are packages that work as they stand: their own tests run here too.
    include: ["templates/*/test/*.test.ts"],
    // Many small files share what they import: no test leaves anything behind in it.
    isolate: false,
    // Most of a test is spent in other processes, on a machine that may be busy with other tests.
    testTimeout: 60_000,
    // Builds start many processes that run from sources; Node keeps what it has compiled of them, so each starts in half the time.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, ".millrace", "compile-cache") },
  },
});
