// A registry of its own for the rehearsal: verdaccio, pinned by registry/package-lock.json, on 127.0.0.1.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, root } from "../bootstrap/workspace.mjs";
import { command } from "./command.mjs";

const here = join(dirname(fileURLToPath(import.meta.url)), "registry");

/** Installs verdaccio where it is kept between rehearsals. Gives its folder, or why it can't be had. */
export async function installRegistry() {
  const lock = readFileSync(join(here, "package-lock.json"));
  const cache = join(root, "node_modules/.cache/millrace-rehearsal");
  const folder = join(cache, createHash("sha256").update(lock).digest("hex").slice(0, 16));
  if (existsSync(folder)) return { folder };
  // Made beside, and put in place when it is whole.
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) cpSync(join(here, name), join(making, name));
  const { code, output } = await command("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: making, seconds: 120 });
  if (code === 0) {
    if (!existsSync(folder)) renameSync(making, folder);
    return { folder };
  }
  rmSync(making, { recursive: true, force: true });
  return { problem: output.trim().split("\n")[0] };
}

/** Starts it with an empty store. Gives its address, the settings of npm that lead @millrace there, and how to stop it. */
export async function startRegistry(folder, store) {
  mkdirSync(store, { recursive: true });
  const child = spawn("node", [join(here, "serve.mjs"), folder, store], { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  const port = await new Promise((resolve, reject) => {
    let output = "";
    const deadline = setTimeout(() => reject(new Error(`the registry did not start within 30 s:\n${output}`)), 30_000);
    const gather = (chunk) => {
      output += chunk;
      const found = /^port (\d+)$/m.exec(output);
      if (found === null) return;
      clearTimeout(deadline);
      resolve(found[1]);
    };
    child.stdout.on("data", gather);
    child.stderr.on("data", gather);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the registry ended with ${code}:\n${output}`)));
  });
  const address = `http://127.0.0.1:${port}/`;
  const settings = join(store, "npmrc");
  // Only our scope is led there: everything else comes from where the user's npm gets it.
  writeFileSync(settings, `${usersSettings()}\n@millrace:registry=${address}\n//127.0.0.1:${port}/:_authToken=rehearsal\nupdate-notifier=false\n`);
  return { address, settings, stop: () => stop(child) };
}

function usersSettings() {
  const file = process.env.NPM_CONFIG_USERCONFIG ?? join(process.env.HOME ?? "", ".npmrc");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

async function stop(child) {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  const late = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(late);
}
