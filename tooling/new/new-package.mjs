// A package in packages, from the template beside this file, and its change file.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { folderFaults, nameFaults } from "../../apps/plugin-builder/src/new/check.ts";
import { MillraceError } from "../../packages/api/src/index.ts";
import { mend } from "../checks/house-form/judge.mjs";
import { writeChangeFile } from "./change-file.mjs";

const template = join(import.meta.dirname, "package");

/** Makes a package. Throws a `MillraceError` with all that is wrong. Gives its folder, what it is, and what comes next. */
export async function makePackage(tree, name, description) {
  const path = `packages/${name}`;
  const packageName = `@millrace/${name}`;
  const named = nameFaults(name, packageName);
  const diagnostics = [...named, ...(named.length > 0 ? [] : folderFaults(join(tree, path), path)), ...descriptionFaults(description)];
  if (diagnostics.length > 0) throw new MillraceError("MILLRACE_NEW_REFUSED", "no package was made", { diagnostics });

  for (const file of templateFiles())
    write(join(tree, path, file), readFileSync(join(template, file), "utf8").replaceAll("template-name", name).replaceAll("template-description", description));
  const manifest = { name: packageName, version: "0.0.0", description, devDependencies: { "fast-check": "catalog:" } };
  write(join(tree, path, "package.json"), `${JSON.stringify(manifest)}\n`);
  mend(tree, [path]);
  const changes = writeChangeFile(tree, packageName, `${description}.`);
  return {
    path,
    about: packageName,
    next: [
      `cd ${path}`,
      "vitest run",
      "say in tooling/checks/imports.mjs what of ours it may import",
      "give it a row in docs/code-map.md",
      `write into ${changes} what users get`,
      "pnpm verify",
    ],
  };
}

function descriptionFaults(description) {
  const fit = /^\S[^\n]*[^\s.]$/.test(description);
  return fit
    ? []
    : [
        {
          severity: "error",
          code: "MILLRACE_NEW_DESCRIPTION",
          message: "a package says in one line what it is, without a full stop",
          hint: 'pnpm new package NAME "WHAT IT IS"',
        },
      ];
}

function templateFiles() {
  const entries = readdirSync(template, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => relative(template, join(entry.parentPath, entry.name)));
}

function write(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
