import { join } from "node:path";
import { linkPackages, packageJson, writeFiles } from "./scratch.ts";

/** A processor in JavaScript: types need not be checked, so that a build takes no time. */
export const PROCESSOR = `import { defineProcessor } from "@millrace/api/sysflow";
/** Reads everything. */
export const plugin = defineProcessor({
  name: "geo",
  description: "Reads all records, and counts them",
  in: "flat",
  create: (_options, ctx) => ({
    async process(input) {
      let records = 0;
      for await (const batch of input) records += batch.data.records;
      ctx.log.info(\`\${records} records\`);
    },
  }),
});
`;

/** Writes the package of a plugin that has the API and the testkit of the workspace. Gives its folder. */
export function writePlugin(folder: string, files: Readonly<Record<string, unknown>> = {}): string {
  writeFiles(folder, { "package.json": packageJson(), "src/index.js": PROCESSOR, ...files });
  linkPackages(folder, "api", "testkit");
  return folder;
}

/** The three files of a built plugin. */
export function builtPaths(out: string, name = "geo"): readonly string[] {
  return [`${name}.mjs`, `${name}.mjs.map`, `${name}.manifest.json`].map((file) => join(out, file));
}
