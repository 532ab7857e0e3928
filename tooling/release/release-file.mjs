// packages/release/release.json: which exact versions the driver of this workspace is made of. Says whether it is stale,
// and ends with 1 if so; `--fix` writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "../bootstrap/steps.mjs";
import { packages, root } from "../bootstrap/workspace.mjs";

const file = join(root, "packages/release/release.json");

/**
 * The release as `release.json` holds it. `integrity` gives the hashes of packed archives by the name of the package; in
 * the workspace nothing is packed, and the packages of ours have none.
 */
export async function releaseOf(integrity = new Map()) {
  const all = new Map(packages().map((entry) => [entry.manifest.name, entry]));
  const driver = all.get("@millrace/driver").manifest;
  const ours = packagesOfRelease();
  return {
    format: 1,
    driver: driver.version,
    node: driver.engines.node,
    packages: table(ours, (name) => ({ version: all.get(name).manifest.version, integrity: integrity.get(name) })),
    dependencies: dependencies(all, ours),
    layouts: await layouts(all, ours),
  };
}

export function releaseText(release) {
  return `${JSON.stringify(release, null, 2)}\n`;
}

export function writeRelease(text) {
  writeFileSync(file, text);
}

/** The names of the packages that the plugins are built and tested with, and of what those need: all but plugins and commands. */
export function packagesOfRelease() {
  const all = new Map(packages().map((entry) => [entry.manifest.name, entry]));
  const found = new Set();
  const visit = (name) => {
    const entry = all.get(name);
    if (entry === undefined || found.has(name) || isPlugin(entry) || entry.manifest.private) return;
    found.add(name);
    Object.keys({ ...entry.manifest.dependencies, ...entry.manifest.peerDependencies }).forEach(visit);
  };
  for (const { manifest } of [...all.values()].filter(isPlugin)) Object.keys(declared(manifest)).forEach(visit);
  return [...found].sort();
}

/** What those packages and the plugins use of others, to run and to be built and tested: each in the one version of the catalog. */
function dependencies(all, ours) {
  const atRunTime = ours.flatMap((name) => Object.keys(all.get(name).manifest.dependencies ?? {}));
  const ofPlugins = [...all.values()].filter(isPlugin).flatMap(({ manifest }) => Object.keys(declared(manifest)));
  const names = new Set([...atRunTime, ...ofPlugins].filter((name) => !all.has(name)));
  const catalog = catalogVersions();
  const lock = readFileSync(join(root, "pnpm-lock.yaml"), "utf8");
  return table([...names].sort(), (name) => ({ version: catalog.get(name), integrity: lockedIntegrity(lock, name, catalog.get(name)) }));
}

/** The fingerprint of each package that has one: those whose records a plugin reads by their place in a row. */
async function layouts(all, ours) {
  const sources = ours.map((name) => [name, pathToFileURL(join(all.get(name).folder, "src/index.ts")).href]);
  const script = `
    const found = {};
    for (const [name, source] of ${JSON.stringify(sources)}) {
      const { layoutFingerprint } = await import(source);
      if (layoutFingerprint !== undefined) found[name] = layoutFingerprint;
    }
    console.log(JSON.stringify(found));`;
  const { code, output } = await run("node", ["--conditions=@millrace/source", "--input-type=module", "-e", script]);
  if (code !== 0) throw new Error(`can't read the fingerprints of the record layouts:\n${output}`);
  return JSON.parse(output);
}

function isPlugin({ path }) {
  return path.startsWith("packages/plugins/");
}

function declared(manifest) {
  return { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies };
}

function table(names, row) {
  return Object.fromEntries(names.map((name) => [name, row(name)]));
}

function catalogVersions() {
  const text = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8");
  const section = /^catalog:\n((?: {2}.*\n)*)/m.exec(text)?.[1] ?? "";
  return new Map([...section.matchAll(/^ {2}"?([^":]+)"?: (\S+)$/gm)].map(([, name, version]) => [name, version]));
}

function lockedIntegrity(lock, name, version) {
  const head = `${name}@${version}`;
  const entry = new RegExp(`^ {2}'?${literally(head)}'?:\\n {4}resolution: \\{integrity: ([^,}]+)`, "m").exec(lock);
  if (entry === null) throw new Error(`pnpm-lock.yaml has no entry for ${head}: run pnpm install`);
  return entry[1];
}

function literally(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const wanted = releaseText(await releaseOf());
  if (process.argv.includes("--fix")) {
    writeRelease(wanted);
    process.stdout.write("release: packages/release/release.json is written\n");
  } else if (readFileSync(file, "utf8") === wanted) {
    process.stdout.write("release: packages/release/release.json is what the packages are\n");
  } else {
    process.stdout.write("packages/release/release.json is stale\nrun: node tooling/release/release-file.mjs --fix\n");
    process.exit(1);
  }
}
