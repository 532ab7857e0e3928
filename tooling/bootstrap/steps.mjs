// Runs one step after the other, and shows each as a line: what it is, how it went, how long it took.
import { spawn } from "node:child_process";
import { environment, root } from "./workspace.mjs";

const terminal = process.stdout.isTTY === true;
const colour = terminal && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

export const green = (text) => paint(32, text);
export const red = (text) => paint(31, text);
export const dim = (text) => paint(2, text);
export const bold = (text) => paint(1, text);

export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** One line for one step; on a terminal it shows the time while the step runs. */
export function line(label) {
  const begun = Date.now();
  const show = (mark, text) => `${mark} ${label.padEnd(12)} ${text}`;
  const timer = terminal ? setInterval(() => process.stdout.write(`\r${show(dim("…"), dim(seconds(Date.now() - begun)))}`), 200) : undefined;
  if (!terminal) process.stdout.write(`${show("…", "")}\n`);
  return (ok, text) => {
    clearInterval(timer);
    const end = show(ok ? green("✓") : red("✗"), `${text}${text ? " " : ""}${dim(seconds(Date.now() - begun))}`);
    process.stdout.write(terminal ? `\r\u001b[2K${end}\n` : `${end}\n`);
  };
}

/** Runs a command quietly. Gives its exit code and what it printed: all of it, and what went to standard output alone. */
export function run(command, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: environment(options.env),
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    let stdout = "";
    const gather = (chunk) => {
      output += chunk;
      options.onOutput?.(String(chunk));
    };
    child.stdout.on("data", gather);
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", gather);
    child.on("error", (error) => done({ code: 127, stdout, output: `${output}${error.message}\n` }));
    child.on("close", (code, signal) => done({ code: code ?? 1, signal, stdout, output }));
  });
}

/** What a command printed, without the lines in which turbo tells how it is set up. */
export function withoutPreamble(output) {
  return output
    .split("\n")
    .filter((text) => !/^\s*• /.test(text))
    .join("\n")
    .trim();
}

/** A step: runs a command, shows a line, and on failure shows what it printed, and what to do. */
export async function step(label, command, args, { advice, describe, ...options } = {}) {
  const finish = line(label);
  const result = await run(command, args, options);
  finish(result.code === 0, result.code === 0 ? (describe?.(result.output) ?? "") : `${command} ended with ${result.signal ?? result.code}`);
  if (result.code !== 0) {
    process.stdout.write(`\n${withoutPreamble(result.output)}\n\n${red("It stopped here.")} ${advice ?? ""}\n`);
    process.exit(result.code);
  }
  return result;
}
