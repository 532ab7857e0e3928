// All that CI checks beside the tests, each check as one line. `--only NAME` runs one of them.
import { bold, line, red, run } from "../bootstrap/steps.mjs";

const checks = [
  { name: "imports", command: ["node", "tooling/checks/imports.mjs"], about: "arrows between packages point one way" },
  { name: "format", command: ["biome", "check", "."], about: "layout and simple lint; `pnpm format` mends it" },
  { name: "types", command: ["turbo", "run", "typecheck", "--output-logs=errors-only", "--concurrency=2"], about: "sources and tests type-check" },
  { name: "lint", command: ["eslint", "--max-warnings=0", "."], about: "promises are awaited, switches are complete" },
  { name: "errors", command: ["node", "tooling/checks/error-table.mjs"], about: "docs/errors.md lists every code" },
  { name: "unused", command: ["knip"], about: "no unused file, export or dependency" },
  { name: "monorepo", command: ["sherif", "--ignore-rule", "packages-without-package-json"], about: "package.json files agree" },
  { name: "goldens", command: ["node", "tooling/checks/goldens.mjs"], about: "exports equal the recorded ones byte for byte, where those are" },
  { name: "archives", command: ["node", "tooling/checks/archives.mjs"], about: "packages pack well (publint, attw)" },
];

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
let failed = 0;
let passed = 0;
for (const { name, command, about } of checks) {
  if (only !== undefined && only !== name) continue;
  const finish = line(name);
  const [program, ...args] = command;
  const result = await run(program, args);
  finish(result.code === 0, about);
  if (result.code === 0) passed += 1;
  else {
    failed += 1;
    process.stdout.write(`\n${result.output.trimEnd()}\n\n${red("✗")} ${bold(command.join(" "))} ended with ${result.code}\n\n`);
  }
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
