import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder: string = process.env.MILLRACE_CONFORMANCE ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));

/** The folder of recorded behaviour, where it is there. */
export const shared: string | undefined = existsSync(folder) ? folder : undefined;

/** Says in one line what is left out when the recorded behaviour is not there. */
export function sayLeftOut(what: string): void {
  if (shared === undefined) console.log(`left out, since there is no recorded behaviour to compare with: ${what}`);
}
