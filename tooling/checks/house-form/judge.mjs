// Holds packages against the form, and mends them.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { packages } from "../../bootstrap/workspace.mjs";
import { form } from "./form.mjs";

/** What is wrong with the form of the packages of a tree, or of those in some folders: `FOLDER/FILE: what`, a line each. */
export function judge(tree, folders) {
  return packagesIn(tree, folders).flatMap((each) => rulesFor(each).flatMap(({ rule }) => rule.check(each).map((finding) => `${each.path}/${finding}`)));
}

/** Mends the form of packages. Gives the files that were written. */
export function mend(tree, folders) {
  return packagesIn(tree, folders).flatMap((each) => {
    for (const { rule } of rulesFor(each)) if (rule.check(each).length > 0) rule.mend?.(each);
    each.write("package.json", `${JSON.stringify(each.manifest, undefined, 2)}\n`);
    return [...each.written];
  });
}

/** The rules as rows: of which packages, about what, and what they say. */
export function listing() {
  return form.map(({ of, rule, says }) => ({ of: of.join(", "), about: rule.about, says }));
}

function rulesFor(each) {
  return form.filter(({ of }) => of.includes(each.sort));
}

function packagesIn(tree, folders) {
  return packages(tree)
    .filter(({ path }) => folders === undefined || folders.includes(path))
    .map((entry) => new FormedPackage(tree, entry))
    .filter(({ sort }) => sort !== undefined);
}

/** A package as the rules see it. */
class FormedPackage {
  constructor(tree, { folder, path, manifest }) {
    this.folder = folder;
    this.path = path;
    this.manifest = manifest;
    this.sort = sortOf(path, manifest);
    /** A file of the tree, seen from the package's folder. */
    this.wayTo = (file) => relative(folder, join(tree, file)).split("\\").join("/");
    this.written = new Set();
  }

  read(name) {
    const file = join(this.folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  write(name, content) {
    if (this.read(name) === content) return;
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    this.written.add(`${this.path}/${name}`);
  }

  /** The files in a folder of the package, and in those below, by their paths in the package. */
  files(folder) {
    const path = join(this.folder, folder);
    if (!existsSync(path)) return [];
    const entries = readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
    return entries.map((entry) => relative(this.folder, join(entry.parentPath, entry.name)).split("\\").join("/"));
  }
}

function sortOf(path, manifest) {
  if (manifest.private) return "tool";
  if (path.startsWith("packages/plugins/")) return "plugin";
  if (path.startsWith("packages/")) return "library";
  return path.startsWith("apps/") ? "app" : undefined;
}
