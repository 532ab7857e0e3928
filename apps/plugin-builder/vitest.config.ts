import { mergeConfig } from "vitest/config";
import base from "../../tooling/vitest/config.ts";

/** The templates of new plugins are packages that work as they stand: their own tests run here too. */
export default mergeConfig(base, { test: { include: ["templates/*/test/*.test.ts"] } });
