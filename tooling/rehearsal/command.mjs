// Runs a command to its end, or to its deadline.
import { spawn } from "node:child_process";
import { environment } from "../bootstrap/workspace.mjs";

/**
 * Gives the exit code, what went to standard output, and all that was printed. `seconds` is the deadline (60); after it the
 * command and its children are killed, and the code is 124. `clean` leaves the workspace's commands out of the path, as it
 * is for somebody who has none.
 */
export function command(name, args, { cwd, env = {}, seconds = 60, clean = false } = {}) {
  const settings = clean ? { ...withoutWorkspace(process.env), ...env } : environment(env);
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

/** The workspace's Node without its commands: what npm and npx put into the environment of their children is left out too. */
function withoutWorkspace(env) {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !/^(npm_|MILLRACE_|INIT_CWD)/i.test(name)));
  const path = (env.PATH ?? "").split(":").filter((folder) => !folder.includes("node_modules/.bin"));
  return { ...kept, PATH: [process.execPath.replace(/\/node$/, ""), ...path].join(":") };
}
