// The steps of the rehearsal, each on the shoulders of those before it.
import { strict as assert } from "node:assert";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { packages, root } from "../bootstrap/workspace.mjs";

/** Each: what it shows, and how. `run` throws where that is not so. */
export const steps = [
  { name: "every package is published, and then none is left to publish", run: publishEverything },
  { name: "npm install @millrace/driver in an empty folder, and the example pipeline runs", run: installAndRun },
  { name: "a second version of one plugin is published alone, and only it changes", run: publishOnePlugin },
];

async function publishEverything({ workspace }) {
  await workspace.commit("The tree as it is");
  await useUpChangeFiles(workspace);
  const output = await release(workspace);
  for (const { manifest } of packages(workspace.folder).filter((entry) => !entry.manifest.private)) {
    assert.match(output, new RegExp(`New tag: ${manifest.name}@${manifest.version}\n`));
  }
  const again = await workspace.run("node", ["tooling/release/release.mjs", "--dry-run"], 120);
  assert.equal(again.output, "Nothing to publish: the registry has every version.\n");
}

async function installAndRun(stage) {
  const user = stage.folder("user");
  await user.run("npm init -y");
  await user.run("npm install @millrace/driver", { seconds: 180 });
  for (const path of ["pipelines/pipeline.example.json", "traces/client-server.sf"]) cpSync(join(root, "examples", path), join(user.folder, path));
  const output = await user.run("npx sfprocessor -log=info -config=pipelines/pipeline.example.json traces/client-server.sf");
  assert.match(output, /example: Process Event: \.\/server, 13823\n/);
}

async function publishOnePlugin(stage) {
  const { workspace } = stage;
  const name = "@millrace/plugin-fluent-example";
  const path = "packages/plugins/fluent-example";
  const user = stage.folder("fluent");
  await user.run("npm init -y");
  await user.run(`npm install @millrace/driver ${name}`, { seconds: 180 });
  user.write("plugins.conf", `[PLUGINS]\n    Path node_modules/${name}/dist/gdummy.js\n`);
  user.write(
    "fluent-bit.conf",
    "[SERVICE]\n    Flush 0.2\n    Plugins_File plugins.conf\n[INPUT]\n    Name gdummy\n    Tag first\n[OUTPUT]\n    Name stdout\n    Match *\n",
  );
  const before = user.installed();
  assert.match(await runForAWhile(user), /\{"message"=>"dummy"\}/);

  const from = versionOf(workspace, name);
  workspace.write(`${path}/src/gdummy.ts`, workspace.read(`${path}/src/gdummy.ts`).replace('message: "dummy"', 'message: "second version"'));
  const raised = await raise(workspace, { [name]: "patch" }, "The record of gdummy says which version made it.");
  assert.deepEqual(raised, [name]);
  const output = await release(workspace);
  assert.deepEqual(tags(output), [`${name}@${versionOf(workspace, name)}`]);

  await user.run(`npm install ${name}@latest`);
  const after = user.installed();
  assert.deepEqual(
    after.filter((entry) => !before.includes(entry)),
    [`${name}@${versionOf(workspace, name)}`],
  );
  assert.deepEqual(
    before.filter((entry) => !after.includes(entry)),
    [`${name}@${from}`],
  );
  assert.match(await runForAWhile(user), /\{"message"=>"second version"\}/);
}

/** A Fluent Bit pipeline runs until it is told to end. */
function runForAWhile(user) {
  return user.run("timeout --preserve-status -s TERM 3 node_modules/.bin/fluent-bit -c fluent-bit.conf", { seconds: 20 });
}

/** What a maintainer does first where change files wait: raises the versions, and commits. */
async function useUpChangeFiles(workspace) {
  const { code, output } = await workspace.run("node", ["tooling/release/version.mjs"]);
  assert.equal(code, 0, output);
  const { stdout } = await workspace.run("git", ["status", "--porcelain"]);
  if (stdout.trim() !== "") await workspace.commit("Raise the versions");
}

/** Writes a change file, raises the versions, and commits. Gives the names of the packages that were raised. */
async function raise(workspace, releases, summary) {
  const head = Object.entries(releases).map(([name, size]) => `"${name}": ${size}`);
  workspace.write(".changeset/rehearsed.md", `---\n${head.join("\n")}\n---\n\n${summary}\n`);
  const { code, output } = await workspace.run("node", ["tooling/release/version.mjs"]);
  assert.equal(code, 0, output);
  await workspace.commit(summary);
  return [...output.matchAll(/^(@millrace\/\S+) \S+ → /gm)].map(([, name]) => name);
}

async function release(workspace) {
  const { code, output } = await workspace.run("node", ["tooling/release/release.mjs"], 240);
  if (process.env.REH_DEBUG) console.log(output);
  assert.equal(code, 0, output);
  return output;
}

function tags(output) {
  return [...output.matchAll(/^New tag: (.+)$/gm)].map(([, tag]) => tag);
}

function versionOf(workspace, name) {
  return packages(workspace.folder).find(({ manifest }) => manifest.name === name).manifest.version;
}
