import { resolveRelease } from "../release/resolve.ts";
import { table } from "./info.ts";

/** Prints the exact versions that a plugin for a release pins. Gives the exit code. */
export async function showPins({ tag, json = false }: { readonly tag: string; readonly json?: boolean }): Promise<number> {
  const { release, from } = await resolveRelease(tag, process.cwd());
  if (json) {
    process.stdout.write(`${JSON.stringify(release, undefined, 2)}\n`);
    return 0;
  }
  const versions = (packages: typeof release.packages): string[] => table(Object.entries(packages).map(([name, { version }]) => [name, version]));
  const lines = [
    `release ${release.driver} of the driver (${from}), Node ${release.node}`,
    ...versions(release.packages),
    "and of others, where a plugin uses them",
    ...versions(release.dependencies),
    ...(Object.keys(release.layouts).length === 0 ? [] : ["layouts of records", ...table(Object.entries(release.layouts))]),
    "",
  ];
  process.stdout.write(lines.join("\n"));
  return 0;
}
