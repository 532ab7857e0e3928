import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";

/**
 * Gives each instance of a pipeline a folder of its own, which it finds again after a restart.
 *
 * They lie in `MILLRACE_STATE_DIR`. Without it they lie in the state folder of the user (`$XDG_STATE_HOME/millrace`, as the
 * XDG Base Directory Specification 0.8 has it), in a folder for each configuration file, so that pipelines whose
 * instances have the same names keep apart.
 */
export function stateDirectories(environment: NodeJS.ProcessEnv, configuration: string): (instance: string) => Promise<string> {
  const base = baseFolder(environment, configuration);
  return async (instance) => {
    const folder = join(base, folderName(instance));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  };
}

function baseFolder(environment: NodeJS.ProcessEnv, configuration: string): string {
  if (environment.MILLRACE_STATE_DIR) return resolve(environment.MILLRACE_STATE_DIR);
  const home = environment.XDG_STATE_HOME || join(homedir(), ".local", "state");
  const path = resolve(configuration);
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 8);
  return join(home, "millrace", `${folderName(basename(path))}-${hash}`);
}

/** A name that is safe as a folder's, different for different names. */
function folderName(name: string): string {
  const safe = encodeURIComponent(name).replaceAll("*", "%2A");
  return safe === "." || safe === ".." ? safe.replaceAll(".", "%2E") : safe;
}
