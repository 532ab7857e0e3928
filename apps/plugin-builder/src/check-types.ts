// Runs in a process of its own, beside the bundling: checking types takes most of the time of a build.
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Diagnostic } from "@millrace/api";
import type typescript from "typescript";
import { taskOfParent, tellParent } from "./child/spawn.ts";
import { installedPackage } from "./plugin/installed.ts";

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
  const unreadable: typescript.Diagnostic[] = [];
  const file = ts.findConfigFile(folder, ts.sys.fileExists, "tsconfig.json");
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (found: typescript.Diagnostic) => unreadable.push(found) };
  const parsed = file === undefined ? undefined : ts.getParsedCommandLineOfConfigFile(file, {}, host);
  // Declarations for the whole program stand in files that nothing imports.
  const ambient = parsed?.fileNames.filter((name) => /\.d\.[cm]?ts$/.test(name)) ?? [];
  const program = ts.createProgram([join(folder, entry), ...ambient], optionsFrom(ts, parsed?.options ?? strictOptions(ts, folder), fromSources));
  // The entry is there, whatever files tsconfig.json names.
  const configured = parsed?.errors.filter(({ code }) => code !== NO_INPUTS) ?? [];
  const found = [...unreadable, ...configured, ...ts.getPreEmitDiagnostics(program)];
  return found.filter(({ category }) => category === ts.DiagnosticCategory.Error).map((each) => diagnosticOf(ts, each, folder, shown));
}

/** "No inputs were found in config file". */
const NO_INPUTS = 18003;

/** Options as the plugin has them, but that nothing is written: what is written elsewhere, and where, is no matter here. */
function optionsFrom(ts: typeof typescript, given: typescript.CompilerOptions, fromSources: boolean): typescript.CompilerOptions {
  const { rootDir, outDir, composite, incremental, tsBuildInfoFile, declaration, declarationMap, isolatedDeclarations, emitDeclarationOnly, ...rest } = given;
  const sources = { customConditions: ["@millrace/source"], allowImportingTsExtensions: true, rewriteRelativeImportExtensions: false };
  return { ...rest, noEmit: true, ...(fromSources && sources), ...(rest.module === undefined && { module: ts.ModuleKind.NodeNext }) };
}

function strictOptions(ts: typeof typescript, folder: string): typescript.CompilerOptions {
  return {
    strict: true,
    skipLibCheck: true,
    allowJs: true,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: installedPackage("@types/node", folder) === undefined ? [] : ["node"],
  };
}

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
