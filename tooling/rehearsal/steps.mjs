// The steps of the rehearsal, each on the shoulders of those before it.
import { strict as assert } from "node:assert";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { packages, root } from "../bootstrap/workspace.mjs";

/** Runs the plugin that was made, on its own example, with the driver that is installed beside it. */
const RUN_GEO = "npx millrace run geo/example/pipeline.json geo/example/trace.sf -p geo/dist";
/** What it says then. */
const GEO_SAYS = /\.\/server: 5, \.\/client: 5\n/;

/** Each: what it shows, and how. `run` throws where that is not so. */
export const steps = [
  { name: "every package is published, and then none is left to publish", run: publishEverything },
  { name: "npm install @millrace/driver in an empty folder, and the example pipeline runs", run: installAndRun },
  { name: "plugin-builder new there: the plugin is built, runs, and passes its tests", run: makePlugin },
  { name: "a patch of the core is published, with the driver that carries it", run: publishCore },
  { name: "the new driver refuses the old plugin, and says what mends it", run: refuseOldPlugin },
  { name: "plugin-builder build --fix with the new tag, and the plugin runs", run: rebuildPlugin },
  { name: "plugin-builder dist: a folder with that driver and just the plugins of a list, which needs nothing else", run: makeDistribution },
  { name: "a second version of one plugin is published alone, and only it changes", run: publishOnePlugin },
  { name: "an edge release is published, and plugin-builder finds it while latest stays", run: publishEdge },
];

async function publishEverything({ workspace }) {
  await workspace.commit("The tree as it is");
  await useUpChangeFiles(workspace);
  const output = await release(workspace);
  for (const { manifest } of packages(workspace.folder).filter((entry) => !entry.manifest.private)) {
    assert.match(output, new RegExp(`New tag: ${manifest.name}@${manifest.version}\n`));
  }
  const again = await workspace.run("node", ["tooling/release/release.mjs", "--dry-run"], 240);
  assert.equal(again.output, "Nothing to publish: the registry has every version.\n");
}

async function installAndRun(stage) {
  const user = stage.folder("user");
  stage.user = user;
  await user.run("npm init -y");
  await user.run("npm install @millrace/driver", { seconds: 180 });
  for (const path of ["pipelines/pipeline.example.json", "traces/client-server.sf"]) cpSync(join(root, "examples", path), join(user.folder, path));
  const output = await user.run("npx sfprocessor -log=info -config=pipelines/pipeline.example.json traces/client-server.sf");
  assert.match(output, /example: Process Event: \.\/server, 13823\n/);
}

async function makePlugin({ user }) {
  await user.run("npm install --save-dev @millrace/plugin-builder", { seconds: 180 });
  await user.run("npx plugin-builder new processor geo");
  const geo = { cwd: join(user.folder, "geo"), seconds: 180 };
  await user.run("npm install", geo);
  assert.match(await user.run("npm start", geo), GEO_SAYS);
  assert.match(await user.run("npm test", geo), /Tests .*passed/);
  assert.match(await user.run(RUN_GEO), GEO_SAYS);
}

async function publishCore({ workspace }) {
  const raised = await raise(workspace, { "@millrace/core": "patch" }, "A patch of the core, to rehearse with.");
  const output = await release(workspace);
  assert.deepEqual(tags(output).sort(), raised.map((name) => `${name}@${versionOf(workspace, name)}`).sort());
  assert.deepEqual(raised.sort(), ["@millrace/core", "@millrace/driver", "@millrace/plugin-builder", "@millrace/release"]);
}

async function refuseOldPlugin({ workspace, user }) {
  await user.run("npm install @millrace/driver@latest", { seconds: 180 });
  const output = await user.run(RUN_GEO, { code: 1 });
  const version = versionOf(workspace, "@millrace/core");
  assert.ok(output.includes(`was built against @millrace/core ${before(version)}, and this driver has ${version}`), output);
  assert.ok(output.includes(`--tag ${versionOf(workspace, "@millrace/driver")} --fix --out`), output);
  assert.doesNotMatch(output, GEO_SAYS);
}

async function rebuildPlugin({ workspace, user }) {
  const version = versionOf(workspace, "@millrace/driver");
  await user.run("npm install --save-dev @millrace/plugin-builder@latest", { seconds: 180 });
  await user.run(`npx plugin-builder build geo --tag ${version} --fix --out geo/dist`, { seconds: 180 });
  assert.match(await user.run(RUN_GEO), GEO_SAYS);
  assert.equal(JSON.parse(user.read("geo/package.json")).devDependencies["@millrace/driver"], version);
}

async function makeDistribution(stage) {
  const { workspace, user } = stage;
  const listed = ["driver-file", "sysflow-reader"].map(
    (name) => `  - package: "@millrace/plugin-${name}@${versionOf(workspace, `@millrace/plugin-${name}`)}"\n`,
  );
  const release = versionOf(workspace, "@millrace/driver");
  user.write("edge.yaml", `dist:\n  name: edge\n  version: 1.0.0\n  driver: ${release}\nplugins:\n${listed.join("")}  - file: geo/dist/geo.mjs\n`);
  await user.run("npx plugin-builder dist edge.yaml", { seconds: 180 });

  const alone = stage.folder("alone");
  for (const path of ["dist", "geo/example"]) cpSync(join(user.folder, path), join(alone.folder, path), { recursive: true });
  assert.match(await alone.run("node dist/millrace.mjs run geo/example/pipeline.json geo/example/trace.sf"), GEO_SAYS);
  const plugins = JSON.parse(await alone.run("node dist/millrace.mjs plugins --json")).map(({ kind, name }) => `${kind} ${name}`);
  assert.deepEqual(plugins.sort(), ["driver file", "handler flattener", "processor geo", "processor sysflowreader"]);
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

async function publishEdge({ workspace, user }) {
  const latest = versionOf(workspace, "@millrace/driver");
  await raiseWithoutCommit(workspace, { "@millrace/driver": "minor" }, "Something that waits for its release.", "--edge");
  const edge = versionOf(workspace, "@millrace/driver");
  assert.match(edge, /^\d+\.\d+\.\d+-edge\.\d{14}$/);
  await release(workspace, "--no-git-checks");
  assert.ok((await user.run("npx plugin-builder pins --tag edge")).includes(edge));
  assert.equal(JSON.parse(await user.run("npm view @millrace/driver dist-tags --json --loglevel=error")).latest, latest);
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
  const raised = await raiseWithoutCommit(workspace, releases, summary);
  await workspace.commit(summary);
  return raised;
}

async function raiseWithoutCommit(workspace, releases, summary, ...options) {
  const head = Object.entries(releases).map(([name, size]) => `"${name}": ${size}`);
  workspace.write(".changeset/rehearsed.md", `---\n${head.join("\n")}\n---\n\n${summary}\n`);
  const { code, output } = await workspace.run("node", ["tooling/release/version.mjs", ...options]);
  assert.equal(code, 0, output);
  return [...output.matchAll(/^(@millrace\/\S+) \S+ → /gm)].map(([, name]) => name);
}

async function release(workspace, ...options) {
  const { code, output } = await workspace.run("node", ["tooling/release/release.mjs", ...options], 480);
  assert.equal(code, 0, output);
  return output;
}

function tags(output) {
  return [...output.matchAll(/^New tag: (.+)$/gm)].map(([, tag]) => tag);
}

function versionOf(workspace, name) {
  return packages(workspace.folder).find(({ manifest }) => manifest.name === name).manifest.version;
}

/** The version before a patch. */
function before(version) {
  const [major, minor, patch] = version.split(".");
  return `${major}.${minor}.${Number(patch) - 1}`;
}
