import type { NewPlugin } from "./new-plugin.ts";

/** What each file is for, by how its path begins. */
const ABOUT: readonly (readonly [path: string, about: string])[] = [
  ["src/index.ts", "the plugin"],
  ["test/", "its tests"],
  ["example/", "a pipeline to try it with"],
  ["README.md", "what it does, with its options"],
  ["CHANGELOG.md", "what changes, version by version"],
  ["package.json", "its name, and the exact versions that it is built with"],
];

/** What was made, and what comes next, for people. */
export function newReport({ kind, name, packageName, files, next }: NewPlugin): string {
  const rows = ABOUT.filter(([path]) => files.some((file) => file.startsWith(path))).map(([path, about]) => `  ${path.padEnd(14)}${about}`);
  return [`${packageName} is made, with the ${kind} ${name}`, ...rows, "", "What comes next:", ...next.map((command) => `  ${command}`), ""].join("\n");
}
