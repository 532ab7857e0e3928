// Puts the commands of apps/ into node_modules/.bin. A dependency of the root on those packages would do it too, but turbo
// counts what the root depends on as part of everything: each change of any package would then build and test them all anew.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { bin, packages } from "./workspace.mjs";

/** Writes a script for each command, and on Windows one that its shell understands. */
export function linkCommands() {
  for (const { folder, manifest } of packages().filter(({ path }) => path.startsWith("apps/"))) {
    for (const [name, file] of Object.entries(manifest.bin ?? {})) {
      const target = join(folder, file);
      if (existsSync(target)) writeScripts(join(bin, name), relative(bin, target).split("\\").join("/"), nodeOptions(target));
    }
  }
}

function writeScripts(script, target, options) {
  // A command that pnpm has linked may stand here, as a link: that is replaced, not written through.
  rmSync(script, { force: true });
  writeFileSync(
    script,
    `#!/bin/sh
basedir=$(dirname "$0")
node=node
if [ -x "$basedir/node" ]; then node="$basedir/node"; fi
exec "$node" ${options.map((option) => `${option} `).join("")}"$basedir/${target}" "$@"
`,
  );
  chmodSync(script, 0o755);
  if (process.platform !== "win32") return;
  writeFileSync(`${script}.cmd`, `@node ${options.map((option) => `${option} `).join("")}"%~dp0${target}" %*\r\n`);
}

/** The options of Node that the first line of a command gives. */
function nodeOptions(file) {
  const [, options = ""] = /^#!\/usr\/bin\/env -S node (.*)$/m.exec(readFileSync(file, "utf8").split("\n", 1)[0]) ?? [];
  return options.split(" ").filter(Boolean);
}

// As the workspace's postinstall script.
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) linkCommands();
