import { mergeConfig } from "vitest/config";
import shared from "../vitest/config.ts";

/** These tests start commands, two at a time: a command that waits for its turn has not begun to count. */
export default mergeConfig(shared, { test: { maxConcurrency: 2, testTimeout: 40_000 } });
