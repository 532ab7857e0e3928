import { findingsOf } from "./command/failure.ts";
import { printDiagnostics } from "./command/terminal.ts";
import { VERSION } from "./version.ts";

/** Runs the command `plugin-builder`, and gives its exit code. `args` is without the program's name. */
export async function run(args: readonly string[]): Promise<number> {
  const { Command, CommanderError, Option } = await import("commander");
  let exitCode = 0;
  process.stdout.on("error", readerHasGone);
  const program = new Command("plugin-builder")
    .description("Builds plugins of Millrace against the exact versions of a release of the driver, and looks into built ones.")
    .version(VERSION)
    .showHelpAfterError("(plugin-builder --help says what there is)")
    .exitOverride();
  const tag = (): InstanceType<typeof Option> =>
    new Option(
      "-t, --tag <tag>",
      'a release of the driver: an exact version, "edge" (the newest published prerelease) or "dev" (this workspace, or the installed driver)',
    );
  const json = new Option("--json", "as JSON, for machines");

  (await import("./new/index.ts")).addNewCommand(program);

  program
    .command("build")
    .description("build a plugin: one file, its source map and its manifest")
    .argument("[folder]", "the folder of the plugin's package", ".")
    .addOption(tag().default("dev"))
    .requiredOption("-o, --out <folder>", "the folder for what is built; it is made if it is not there")
    .option("--fix", "write the exact versions of the release into package.json, and install them")
    .option("--no-types", "do not check types")
    .option("--no-try", "load the plugins, but do not make and run them")
    .action(
      async (
        folder: string,
        options: { readonly tag: string; readonly out: string; readonly fix?: boolean; readonly types: boolean; readonly try: boolean },
      ) => {
        const { build } = await import("./build/build.ts");
        const { buildReport } = await import("./build/report.ts");
        const built = await build({ folder, tag: options.tag, out: options.out, fix: options.fix ?? false, types: options.types, live: options.try });
        printDiagnostics(built.warnings);
        process.stdout.write(buildReport(built));
      },
    );

  program
    .command("verify")
    .description("say whether a built plugin is whole, and may be loaded by the driver of a release")
    .argument("<file>", "NAME.mjs or NAME.manifest.json")
    .addOption(tag().default("dev"))
    .addOption(json)
    .action(async (file: string, options: { readonly tag: string; readonly json?: boolean }) => {
      exitCode = await (await import("./inspect/verify.ts")).verifyFile({ file, ...options });
    });

  program
    .command("info")
    .description("say what a built plugin is: its plugins and their options, what it was built for, what is in it")
    .argument("<file>", "NAME.mjs or NAME.manifest.json")
    .addOption(json)
    .action(async (file: string, options: { readonly json?: boolean }) => {
      exitCode = await (await import("./inspect/info.ts")).showInfo({ file, ...options });
    });

  program
    .command("pins")
    .description("list the exact versions that a plugin for a release pins")
    .addOption(tag().default("dev"))
    .addOption(json)
    .action(async (options: { readonly tag: string; readonly json?: boolean }) => {
      exitCode = await (await import("./inspect/pins.ts")).showPins(options);
    });

  program
    .command("dist")
    .description("make a folder with a driver and just the plugins that a file lists")
    .argument("<manifest>", "the list, in YAML")
    .option("-o, --out <folder>", "the folder that is made; what the file says, or dist beside it, if absent")
    .action(async (manifest: string, options: { readonly out?: string }) => {
      const { distribute } = await import("./distribution/distribute.ts");
      const { distributionReport } = await import("./distribution/report.ts");
      const made = await distribute({ manifest, ...(options.out !== undefined && { out: options.out }) });
      printDiagnostics(made.warnings);
      process.stdout.write(distributionReport(made));
    });

  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (cause) {
    // Commander has said what is wrong, or has printed the help that was asked for.
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : 2;
    printDiagnostics(findingsOf(cause));
    return 1;
  }
  return exitCode;
}

/** The exit code of a process that wrote to a pipe which nobody reads any more, as a shell tells it (128 + SIGPIPE). */
const PIPE_EXIT = 141;

function readerHasGone(error: NodeJS.ErrnoException): void {
  process.exit(error.code === "EPIPE" ? PIPE_EXIT : 1);
}
