import type { Command } from "commander";
import { KINDS } from "./kinds.ts";

/** Adds the command `new`. */
export function addNewCommand(program: Command): void {
  program
    .command("new")
    .description("make the package of a new plugin, which builds, passes its tests and runs as it is")
    .argument("<kind>", Object.keys(KINDS).join(", "))
    .argument("<name>", "what configurations are to call the plugin")
    .option("-d, --dir <folder>", "the folder of the package; NAME, if absent, and at the top of Millrace's own workspace packages/plugins/NAME")
    .option("-t, --tag <tag>", "the release to pin, as for build; the installed driver's, or else the one that this builder came with, if absent")
    .action(async (kind: string, name: string, { dir, tag }: { readonly dir?: string; readonly tag?: string }) => {
      const { newPlugin } = await import("./new-plugin.ts");
      const { releaseToPin } = await import("./release.ts");
      const { newReport } = await import("./report.ts");
      const made = await newPlugin({ kind, name, ...(dir !== undefined && { dir }), release: () => releaseToPin(tag, process.cwd()) });
      process.stdout.write(newReport(made));
    });
}
