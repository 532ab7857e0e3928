// Runs a command to its end, or to its deadline.
import { spawn } from "node:child_process";
import { environment } from "../bootstrap/workspace.mjs";

/**
 * Gives the exit code, what went to standard output, and all that was printed. `seconds` is the deadline (60); after it the
 * command and its children are killed, and the code is 124. `clean` leaves the workspace's commands out of the path, as it
 * is for somebody who has none.
 */
export function command(name, args, { cwd, env = {}, seconds = 60, clean = false } = {}) {
  const settings = clean ? { ...withoutWorkspace(process.env), ...env } : withoutNpm(environment(env), env);
  return new Promise((resolve) => {
    const child = spawn(name, args, { cwd, env: settings, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    let stdout = "";
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      process.kill(-child.pid, "SIGKILL");
    }, seconds * 1000);
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", (error) => {
      clearTimeout(deadline);
      resolve({ code: 127, stdout, output: `${output}${error.message}\n` });
    });
    child.on("close", (code) => {
      clearTimeout(deadline);
      resolve({ code: late ? 124 : (code ?? 1), stdout, output: late ? `${output}\nkilled after ${seconds} s` : output });
    });
  });
}

/** What npm and pnpm tell those that they start of themselves; it would count more than the settings of the rehearsal. */
const ofStarter = /^(npm_(?!config_)|npm_config_(userconfig|globalconfig|local_prefix|frozen_lockfile|loglevel)$|INIT_CWD$|MILLRACE_)/i;

function withoutNpm(env, kept = {}) {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !ofStarter.test(name)));
  return { ...own, ...kept };
}

/** The workspace's Node without its commands. */
function withoutWorkspace(env) {
  const path = (env.PATH ?? "").split(":").filter((folder) => !folder.includes("node_modules/.bin"));
  return { ...withoutNpm(env), PATH: [process.execPath.replace(/\/node$/, ""), ...path].join(":") };
}
