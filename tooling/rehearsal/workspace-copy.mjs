// A copy of the workspace to release from, so that the rehearsal changes nothing here: the sources and what is built, with
// git of its own. The packages of others are borrowed.
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packages, root } from "../bootstrap/workspace.mjs";
import { command } from "./command.mjs";

const git = ["-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@localhost", "-c", "commit.gpgsign=false"];

/** Makes the copy in `target`. `run` runs a command there; `write` puts a text into a file; `commit` commits everything. */
export async function copyWorkspace(target, settings) {
  const { stdout } = await command("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
  const built = packages().flatMap(({ path }) => (existsSync(join(root, path, "dist")) ? [`${path}/dist`] : []));
  for (const path of [...stdout.split("\n").filter(Boolean), ...built]) {
    if (!existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(join(root, path), join(target, path), { recursive: true });
  }
  for (const { path } of packages()) copyLinks(join(root, path, "node_modules"), join(target, path, "node_modules"));
  symlinkSync(join(root, "node_modules"), join(target, "node_modules"));
  const env = { NPM_CONFIG_USERCONFIG: settings, TURBO_CACHE_DIR: join(root, ".turbo/cache") };
  const copy = {
    folder: target,
    run: (name, args, seconds) => command(name, args, { cwd: target, env, seconds }),
    read: (path) => readFileSync(join(target, path), "utf8"),
    write: (path, text) => writeFileSync(join(target, path), text),
    commit: async (message) => {
      await copy.run("git", [...git, "add", "-A"]);
      const { code, output } = await copy.run("git", [...git, "commit", "-q", "--no-verify", "-m", message]);
      if (code !== 0) throw new Error(`can't commit in the copy of the workspace:\n${output}`);
    },
  };
  await copy.run("git", ["init", "-q", "-b", "main"]);
  return copy;
}

/** Copies a package's node_modules, which holds links alone: relative ones, which lead to the copy's own packages. */
function copyLinks(from, to) {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name.startsWith(".")) continue;
    const path = join(from, name);
    if (lstatSync(path).isSymbolicLink()) symlinkSync(readlinkSync(path), join(to, name));
    else copyLinks(path, join(to, name));
  }
}
