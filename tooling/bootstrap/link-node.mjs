// Lets the commands in node_modules/.bin be the processes that they start. pnpm puts a shell script in the place of `node`
// there, which starts Node as its child: a signal to a command would end the script, and leave the pipeline running.
import { existsSync, lstatSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bin } from "./workspace.mjs";

/** Puts a link to the workspace's own Node in the place of the script. Windows has no signals, and keeps its script. */
export function linkNode() {
  const script = join(bin, "node");
  if (process.platform === "win32" || !existsSync(join(bin, "..", "node", "bin", "node"))) return;
  if (lstatSync(script, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  rmSync(script, { force: true });
  symlinkSync(join("..", "node", "bin", "node"), script);
}

// As the workspace's postinstall script.
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) linkNode();
