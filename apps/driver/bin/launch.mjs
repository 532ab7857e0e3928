// Starts one of the built commands. This file runs on any Node, so that an old one is told what it lacks.
//
// The first lines of the commands hold the room for young objects to 4 MB: V8 gives more the longer a program runs, and a
// long trace would take tens of megabytes more than a short one. It can't be told once it runs.
import { existsSync } from "node:fs";

const OLDEST_NODE = [22, 12];

/** Runs the command of this name from `dist`, and ends the process with its exit code. */
export async function launch(command) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    fail(`${command}: needs Node ${OLDEST_NODE.join(".")} or newer; this is Node ${process.versions.node}`);
    return;
  }
  const entry = new URL(`../dist/${command}.js`, import.meta.url);
  if (!existsSync(entry)) {
    fail(`${command}: it has not been built yet; run \`npm start\` or \`npm run build\` in the workspace`);
    return;
  }
  const { run } = await import(entry.href);
  await run(process.argv.slice(2));
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
