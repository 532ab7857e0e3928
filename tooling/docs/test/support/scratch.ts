import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll } from "vitest";
import { fencesOf, root } from "./pages.ts";

const FILE = /^file: (\S+)$/;

/** What the pages speak of as if the reader had it: a name, and what of the examples stands for it. */
const STAND_INS: Readonly<Record<string, string>> = {
  "trace.sf": "examples/traces/client-server.sf",
  "pipeline.json": "examples/pipelines/pipeline.example.json",
  "pipeline.yaml": "examples/pipelines/families.yaml",
  "millrace.yaml": "examples/pipelines/families.yaml",
  "flow.yaml": "examples/pipelines/flow.yaml",
  rules: "examples/policies",
  policies: "examples/policies",
  traces: "examples/traces",
  plugins: "examples/plugins",
};

/** The same, for what the first block of a page in some language stands. */
const SHOWN: Readonly<Record<string, readonly [page: string, language: string]>> = {
  "fluent-bit.conf": ["docs/configuration/fluentbit.md", "conf"],
  "fluent-bit.yaml": ["docs/configuration/fluentbit.md", "yaml"],
};

/** What is looked up, and not changed: packages, as they are installed or as the examples name them. */
const LINKS: Readonly<Record<string, string>> = {
  packages: "packages",
  "examples/plugins/node_modules": "examples/plugins/node_modules",
  "plugins/node_modules": "examples/plugins/node_modules",
  "node_modules/@millrace/plugin-fluent-example": "packages/plugins/fluent-example",
};

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/**
 * A folder of its own with the examples in it, what the pages speak of as the reader's own, and those blocks of a page
 * that stand under a comment `file: NAME`. Where an example listens, the system chooses the port.
 */
export function scratchFor(page: string): string {
  const folder = mkdtempSync(join(tmpdir(), "millrace-docs-"));
  made.push(folder);
  copy("examples", folder, "examples");
  for (const [name, source] of Object.entries(STAND_INS)) copy(source, folder, name);
  for (const [name, [from, language]] of Object.entries(SHOWN)) put(folder, name, fencesOf(from).find((fence) => fence.language === language)?.text ?? "");
  for (const { comment, text } of fencesOf(page)) {
    const name = FILE.exec(comment)?.[1];
    if (name !== undefined) put(folder, name, text);
  }
  freePorts(folder);
  for (const [name, source] of Object.entries({ ...LINKS, ...sourcesOf(page) })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    symlinkSync(join(root, source), join(folder, name));
  }
  return folder;
}

/** The README of a plugin speaks of its own folder. */
function sourcesOf(page: string): Readonly<Record<string, string>> {
  const [, own] = /^(packages\/plugins\/[^/]+)\/README\.md$/.exec(page) ?? [];
  return own === undefined ? {} : { src: `${own}/src` };
}

/** Writes a file in a folder, and gives its path. */
export function put(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function copy(source: string, folder: string, name: string): void {
  cpSync(join(root, source), join(folder, name), { recursive: true, filter: (path) => !relative(root, path).includes("node_modules") });
}

function freePorts(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.(ya?ml|conf|json)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    writeFileSync(path, readFileSync(path, "utf8").replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:0"));
  }
}
