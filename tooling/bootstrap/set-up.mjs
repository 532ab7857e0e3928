// From a fresh clone to a built workspace: install with the pinned pnpm and the frozen lockfile, then build. What is
// already there is not done again.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { linkCommands } from "./link-commands.mjs";
import { linkNode } from "./link-node.mjs";
import { bold, green, line, red, step } from "./steps.mjs";
import { bin, packages, root } from "./workspace.mjs";

const OLDEST_NODE = 18;

export async function setUp() {
  checkNode();
  await install();
  linkNode();
  linkCommands();
  await build();
}

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= OLDEST_NODE) return;
  process.stdout.write(
    `${red("✗")} Node ${process.versions.node} is too old: the set-up needs ${OLDEST_NODE} or newer. It brings the Node that it develops with by itself.\n`,
  );
  process.exit(1);
}

/** Installs, unless the last install had the same lockfile and the same package.json files. */
async function install() {
  const stampFile = join(root, "node_modules", ".millrace-installed");
  const stamp = installStamp();
  if (existsSync(join(bin, "turbo")) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) {
    line("install")(true, "nothing to do");
    return;
  }
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  await step("install", "npx", ["--yes", packageManager, "install", "--frozen-lockfile", "--reporter=append-only"], {
    // pnpm asks before it removes a node_modules of another layout; there is nobody to answer.
    env: { CI: "true" },
    describe: () => packageManager,
    advice: "Is the npm registry reachable? Behind a proxy, set HTTPS_PROXY. Then run the same command again; it goes on where it stopped.",
  });
  writeFileSync(stampFile, stamp);
}

function installStamp() {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...packages().map((entry) => `${entry.path}/package.json`)]) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

async function build() {
  await step("build", "turbo", ["run", "build", "--output-logs=errors-only", "--concurrency=2"], {
    describe: cachedTasks,
    advice: `The text above is the compiler's. ${bold("npm run build")} runs this step alone.`,
  });
}

/** Turbo's own count of the tasks, and how many of them came from the cache. */
export function cachedTasks(output) {
  const tasks = /Tasks:\s+\S*?(\d+) successful/.exec(plain(output));
  const cached = /Cached:\s+\S*?(\d+) cached/.exec(plain(output));
  return tasks && cached ? `${tasks[1]} packages, ${cached[1]} unchanged` : green("done");
}

function plain(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminal colours are made of
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}
