import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { allFences, type Fence, placeOf, root } from "./support/pages.ts";

/** What a block takes for granted is said in a comment before it: `given: declare const text: string;` */
const GIVEN = /^given: (.*)$/;

/** JavaScript of the pages is of the examples, and stands beside them: there it finds what it imports. */
const FOLDERS: Readonly<Record<string, string>> = { ts: join(root, "tooling/docs"), js: join(root, "examples/plugins") };

const fences = allFences("ts", "js");
const files = new Map(
  fences.map((fence, index) => [join(FOLDERS[fence.language] as string, `shown-${index}.${fence.language === "ts" ? "ts" : "mjs"}`), fence]),
);

it("all code of all pages type-checks", { timeout: 60_000 }, () => {
  expect(fences.length).toBeGreaterThan(15);
  const program = programOf();
  const problems = [...files].flatMap(([file, fence]) => {
    const source = program.getSourceFile(file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map((each) => `${placeOf({ ...fence, line: fence.line + lineOf(each) })}: ${ts.flattenDiagnosticMessageText(each.messageText, "\n")}`);
  });
  expect(problems).toEqual([]);
});

/** A program of all blocks, as files that are on no disk. */
function programOf(): ts.Program {
  const path = join(root, "tooling/tsconfig/check.json");
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(path, (name) => readFileSync(name, "utf8")).config, ts.sys, dirname(path));
  const all = { ...options, allowJs: true, checkJs: true, noUnusedLocals: false, types: ["node"], typeRoots: [join(root, "node_modules/@types")] };
  const host = ts.createCompilerHost(all);
  const { readFile, fileExists } = host;
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name);
  host.readFile = (name) => {
    const fence = files.get(name);
    return fence === undefined ? readFile.call(host, name) : moduleOf(fence);
  };
  const { getSourceFile } = host;
  host.getSourceFile = (name, version, ...rest) => {
    const fence = files.get(name);
    return fence === undefined ? getSourceFile.call(host, name, version, ...rest) : ts.createSourceFile(name, moduleOf(fence), version, true);
  };
  return ts.createProgram([...files.keys()], all, host);
}

/** The block as a module; what it takes for granted stands in the first line, so that the others keep their numbers. */
function moduleOf({ text, comment }: Fence): string {
  return `${GIVEN.exec(comment)?.[1] ?? ""} export {};\n${text}`;
}

function lineOf({ file, start }: ts.Diagnostic): number {
  return file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line;
}
