import { shellWord } from "@millrace/text";
import type { Distribution } from "./distribute.ts";

/** What was made, in a few lines for people. */
export function distributionReport({ manifest, release, parts, out, bytes }: Distribution): string {
  const width = Math.max(...parts.map(({ name, version }) => name.length + 1 + version.length));
  return [
    `${manifest.name} ${manifest.version} is made: ${out}, ${(bytes / 1e6).toFixed(1)} MB, with driver ${release.release.driver} (${release.from})`,
    ...parts.map(
      ({ name, version, plugins }) => `  ${`${name} ${version}`.padEnd(width)}  ${plugins.map((plugin) => `${plugin.kind} ${plugin.name}`).join(", ")}`,
    ),
    ...manifest.commands.map((command) => `  node ${shellWord(`${out}/${command}.mjs`)}`),
    "",
  ].join("\n");
}
