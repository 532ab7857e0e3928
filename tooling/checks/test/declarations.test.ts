import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, onTestFinished, test } from "vitest";
import { DeclarationReader } from "../declarations.mjs";

test("shows what a package exports without comments, by name, and what that names without being exported", () => {
  const { reader, entry } = readerOf({
    "index.d.ts": `
      export { second } from "./parts.js";
      /** Says something. */
      export declare function first(given: Hidden): Shown;
      export interface Shown { readonly at: number; }
      interface Hidden { readonly more?: Deeper; }
      type Deeper = "a" | "b";
      interface Unused {}
      export { inner as outer } from "./parts.js";
    `,
    "parts.d.ts": `
      export declare const second: 2;
      export declare function inner(): void;
    `,
  });
  const exports = reader.exportsOf(entry);
  expect(reader.declarations(exports)).toEqual([
    "export interface Shown {\n  readonly at: number;\n}",
    "export declare function first(given: Hidden): Shown;",
    "export declare function inner(): void;",
    "export { inner as outer };",
    "export declare const second: 2;",
  ]);
  expect(reader.declarations(reader.reachedBy(exports))).toEqual(['type Deeper = "a" | "b";', "interface Hidden {\n  readonly more?: Deeper;\n}"]);
});

test("names the package of what is exported from another one", () => {
  const { reader, entry } = readerOf({
    "index.d.ts": `export { other } from "other";`,
    "../node_modules/other/package.json": `{ "name": "other", "types": "index.d.ts" }`,
    "../node_modules/other/index.d.ts": "export declare const other: 1;",
  });
  expect(reader.declarations(reader.exportsOf(entry))).toEqual(['export { other } from "other";']);
});

/** A reader of the declarations in a folder of their own, which is gone after the test. */
function readerOf(files: Readonly<Record<string, string>>): { reader: DeclarationReader; entry: ts.SourceFile } {
  // TypeScript tells of files by their real path.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "declarations-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries({ "../package.json": '{ "type": "module" }', ...files })) {
    const file = join(folder, "dist", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const index = join(folder, "dist/index.d.ts");
  const program = ts.createProgram([index], { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, noLib: true, types: [] });
  const entry = program.getSourceFile(index);
  if (entry === undefined) throw new Error("the entry is not in the program");
  return { reader: new DeclarationReader(program.getTypeChecker(), join(folder, "dist")), entry };
}
