// npm start: sets the workspace up, and runs the main job on a trace of our own.
import { spawnSync } from "node:child_process";
import { setUp } from "./set-up.mjs";
import { bold, dim } from "./steps.mjs";
import { environment, root } from "./workspace.mjs";

const command = ["sfprocessor", "-log=info", "-config=examples/pipelines/pipeline.example.json", "examples/traces/client-server.sf"];

await setUp();
process.stdout.write(`\n${dim("$")} ${bold(command.join(" "))}\n`);
const [name, ...args] = command;
const job = spawnSync(name, args, { cwd: root, env: environment(), stdio: "inherit", shell: process.platform === "win32" });
if (job.error) process.stdout.write(`${job.error.message}\n`);
process.stdout.write(
  job.status === 0
    ? `\nThat was a pipeline of a file driver, a reader and the example processor. The commands are in ${bold("node_modules/.bin")}: millrace, sfprocessor, flowd, fluent-bit, plugin-builder.\nREADME.md says what to try next.\n`
    : "\nThe pipeline ended with an error; the lines above say why.\n",
);
process.exit(job.status ?? 1);
