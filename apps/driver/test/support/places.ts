import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this package, and that of the workspace. */
export const driver: string = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const root: string = resolve(driver, "../..");

/** The folder of recorded traces and of what the peers print for them, where there is one. */
export const conformance: string | undefined = [process.env.MILLRACE_CONFORMANCE ?? join(root, "..", "shared")].find((folder) =>
  existsSync(join(folder, "traces")),
);
