import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = new URL("../../../tooling/checks/error-table.mjs", import.meta.url).pathname;

function check(...args: string[]): { readonly stdout: string; readonly status: number | null } {
  return spawnSync(process.execPath, [script, ...args], { encoding: "utf8", timeout: 15_000 });
}

it("finds every error code of the sources in docs/errors.md, and no other", () => {
  const { stdout, status } = check();
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

describe("the check", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "errors-"));
    write(
      "packages/a/src/a.ts",
      [
        "/** Says what MILLRACE_A_COMMENT means: `MILLRACE_A_COMMENT`. */",
        'throw new MillraceError("MILLRACE_A_ONE", `no ${kind({ a: "}" })} is "${name}" | here`);',
        'const found = { code: "MILLRACE_A_TWO", severity, message: "it\'s two" };',
        "/** Something is there three times. */",
        'export const THREE = "MILLRACE_A_THREE";',
        'const folder = process.env["MILLRACE_A_FOLDER"];',
      ].join("\n"),
    );
    write("packages/plugins/b/src/deep/b.ts", 'const code = condition ? "MILLRACE_B_X" : undefined;\n\n\n\n');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  it("lists what is missing and what is dead", () => {
    write(
      "docs/errors.md",
      "# Errors\n\n<!-- errors: begin -->\n| `MILLRACE_A_ONE` | One | a |\n| `MILLRACE_GONE_LONG` | Gone | a |\n| `MILLRACE_A_TWO` | | a |\n<!-- errors: end -->\n",
    );
    const { stdout, status } = check("--root", root);
    expect(status).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "packages/a/src/a.ts:5: MILLRACE_A_THREE is not in docs/errors.md
      packages/plugins/b/src/deep/b.ts:1: MILLRACE_B_X is not in docs/errors.md
      docs/errors.md: MILLRACE_GONE_LONG is used nowhere
      docs/errors.md: MILLRACE_A_TWO is not described
      run: node tooling/checks/error-table.mjs --fix
      "
    `);
  });

  it("adds rows with the message, and keeps those that are there", () => {
    write(
      "docs/errors.md",
      "# Errors\n\nBefore.\n\n<!-- errors: begin -->\n| `MILLRACE_A_TWO` | Mine | a |\n| `MILLRACE_GONE_LONG` | Gone | a |\n<!-- errors: end -->\n\nAfter.\n",
    );
    expect(check("--root", root, "--fix").stdout).toBe("errors: 4 codes; 3 added, 1 taken out, 1 to be described by hand\n");
    expect(readFileSync(join(root, "docs/errors.md"), "utf8")).toMatchInlineSnapshot(`
      "# Errors

      Before.

      <!-- errors: begin -->
      | code | what it says | from |
      |---|---|---|
      | \`MILLRACE_A_ONE\` | no … is "…" \\| here | packages/a |
      | \`MILLRACE_A_THREE\` | Something is there three times | packages/a |
      | \`MILLRACE_A_TWO\` | Mine | a |
      | \`MILLRACE_B_X\` |  | packages/plugins/b |
      <!-- errors: end -->

      After.
      "
    `);
    expect(check("--root", root).stdout).toBe("docs/errors.md: MILLRACE_B_X is not described\n");
  });
});
