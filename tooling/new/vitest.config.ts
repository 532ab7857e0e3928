import { mergeConfig } from "vitest/config";
import base from "../vitest/config.ts";

/** The template of new packages works as it stands: its own tests run here too. */
export default mergeConfig(base, { test: { include: ["package/test/*.test.ts"] } });
