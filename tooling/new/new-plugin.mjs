// A plugin in packages/plugins: what `plugin-builder new` makes at the top of the workspace, and its change file.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { newPlugin } from "../../apps/plugin-builder/src/new/index.ts";
import { mend } from "../checks/house-form/judge.mjs";
import { writeChangeFile } from "./change-file.mjs";

/** Makes a plugin. Throws a `MillraceError` with all that is wrong. Gives its folder, what it is, and what comes next. */
export async function makePlugin(tree, kind, name) {
  const { folder, packageName, next } = await newPlugin({ kind, name, cwd: tree, release: notAsked });
  const path = relative(tree, folder).split("\\").join("/");
  // It takes over the form of a plugin that is there. Should that one have lost a part of it, this one has it all the same.
  mend(tree, [path]);
  const { description } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const changes = writeChangeFile(tree, packageName, `The ${kind} \`${name}\`: ${description.charAt(0).toLowerCase()}${description.slice(1)}.`);
  return {
    path,
    about: `${packageName}, with the ${kind} ${name}`,
    next: [...next.filter((command) => command !== "pnpm install"), `write into ${changes} what users get`, "pnpm verify"],
  };
}

/** A package of the workspace is pinned by the workspace. */
function notAsked() {
  throw new Error("the release of the workspace was asked for, and nothing of it is pinned");
}
