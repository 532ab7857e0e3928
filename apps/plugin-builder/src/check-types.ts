// Runs in a process of its own, beside the bundling: checking types takes most of the time of a build.
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Diagnostic } from "@millrace/api";
import type typescript from "typescript";
import { taskOfParent, tellParent } from "./child/spawn.ts";

export interface TypecheckTask {
  /** The folder of the plugin, absolute. */
  readonly folder: string;
  /** The folder as the user named it. */
  readonly shown: string;
  /** The module to begin with, relative to the folder. */
  readonly entry: string;
  /** Whether packages of a workspace are taken from their sources. */
  readonly fromSources: boolean;
}

export interface TypecheckResult {
  readonly diagnostics: readonly Diagnostic[];
  /** The version of TypeScript. */
  readonly version: string;
}

const task = await taskOfParent<TypecheckTask>();
const ts = await compilerFor(task.folder);
await tellParent<TypecheckResult>({ diagnostics: check(ts, task), version: ts.version });
process.disconnect();

/** The compiler that the plugin has chosen, or else the one that came with this builder. */
async function compilerFor(folder: string): Promise<typeof typescript> {
  let path = "typescript";
  try {
    path = createRequire(join(folder, "package.json")).resolve("typescript");
  } catch {
    // The plugin has none of its own.
  }
  const { default: compiler } = (await import(path)) as { readonly default: typeof typescript };
  return compiler;
}

/** Checks the entry and all that it imports, with the plugin's tsconfig.json, or strictly where it has none. */
function check(ts: typeof typescript, { folder, shown, entry, fromSources }: TypecheckTask): Diagnostic[] {
  const file = ts.findConfigFile(folder, ts.sys.fileExists, "tsconfig.json");
  const forced = {
    noEmit: true,
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    ...(fromSources && { customConditions: ["@millrace/source"], allowImportingTsExtensions: true, rewriteRelativeImportExtensions: false }),
  };
  const unreadable: typescript.Diagnostic[] = [];
  const parsed =
    file === undefined
      ? undefined
      : ts.getParsedCommandLineOfConfigFile(file, forced, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (found) => unreadable.push(found) });
  const options = parsed?.options ?? {
    ...STRICT,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    ...forced,
  };
  // Declarations for the whole program stand in files that nothing imports.
  const ambient = parsed?.fileNames.filter((name) => /\.d\.[cm]?ts$/.test(name)) ?? [];
  const program = ts.createProgram([join(folder, entry), ...ambient], options);
  // Those of the configuration itself, but not that the tests are left out.
  const found = [...unreadable, ...(parsed?.errors ?? []), ...ts.getPreEmitDiagnostics(program)];
  return found.filter(({ category }) => category === ts.DiagnosticCategory.Error).map((each) => diagnosticOf(ts, each, folder, shown));
}

const STRICT: typescript.CompilerOptions = { strict: true, skipLibCheck: true, allowJs: true, verbatimModuleSyntax: true };

function diagnosticOf(ts: typeof typescript, { code, messageText, file, start, length }: typescript.Diagnostic, folder: string, shown: string): Diagnostic {
  const message = `${ts.flattenDiagnosticMessageText(messageText, "\n")} (TS${code})`;
  const found: Diagnostic = { severity: "error", code: "MILLRACE_BUILDER_TYPE", message };
  if (file === undefined || start === undefined) return found;
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const lineText = file.text.split(/\r?\n/, line + 1)[line] ?? "";
  const name = file.fileName.startsWith(`${folder}/`) ? join(shown, file.fileName.slice(folder.length + 1)) : file.fileName;
  return {
    ...found,
    place: { file: name, line: line + 1, column: character + 1, length: Math.min(length ?? 1, Math.max(1, lineText.length - character)), lineText },
  };
}
