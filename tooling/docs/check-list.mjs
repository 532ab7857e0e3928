// The table of CONTRIBUTING.md that says what is checked, from the list that the checks are run by.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../bootstrap/workspace.mjs";
import { checks } from "../checks/checks.mjs";
import { code, table, withPart } from "./markdown.mjs";

const PAGE = "CONTRIBUTING.md";

export function checkList() {
  const rows = checks.map(({ name, about, fix }) => [code(name), about, fix ? "yes" : ""]);
  const text = readFileSync(join(root, PAGE), "utf8");
  return new Map([[PAGE, withPart(text, "checks", table(["check", "makes sure of", "`pnpm fix` mends it"], rows), PAGE)]]);
}
