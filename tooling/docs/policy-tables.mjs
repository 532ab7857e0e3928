// Writes the tables of docs/policies from the sources: attributes, operators, modifiers of Sigma. What stands between the marks
// `<!-- NAME: begin -->` and `<!-- NAME: end -->` is theirs, the rest of each page is written by hand.
// `--check` writes nothing, names the pages that are stale, and ends with 1 if there are any.
// Run it as: node --conditions=@millrace/source tooling/docs/policy-tables.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { MODIFIER_MEANINGS, OPERATORS } from "../../packages/policy/src/index.ts";
import { ATTRIBUTES } from "../../packages/sysflow/src/index.ts";

const pages = resolve(dirname(fileURLToPath(import.meta.url)), "../../docs/policies");
const TYPES = { S: "text", I: "integer", B: "boolean", L: "list" };
const SCOPES = {
  record: "record",
  process: "process",
  chain: "ancestors",
  file: "file",
  newfile: "second file",
  container: "container",
  pod: "pod",
  header: "header",
};

const tables = {
  "attributes.md": { attributes: attributeTable(), aliases: aliasTable() },
  "language.md": { operators: operatorTable() },
  "from-sigma.md": { modifiers: modifierTable() },
};

const check = process.argv.includes("--check");
let stale = 0;
for (const [page, parts] of Object.entries(tables)) {
  const path = join(pages, page);
  const text = readFileSync(path, "utf8");
  const fresh = Object.entries(parts).reduce((written, [name, table]) => withPart(written, name, table, page), text);
  if (fresh === text) continue;
  if (check) {
    stale += 1;
    process.stdout.write(`docs/policies/${page} is stale; run: node --conditions=@millrace/source tooling/docs/policy-tables.mjs\n`);
  } else writeFileSync(path, fresh);
}
process.exitCode = stale > 0 ? 1 : 0;

function withPart(text, name, table, page) {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`docs/policies/${page} has no place for ${name}: ${begin} … ${end}`);
  return `${text.slice(0, start)}${begin}\n${table}\n${text.slice(stop)}`;
}

function attributeTable() {
  const rows = [...ATTRIBUTES.values()].filter(({ aliasOf }) => aliasOf === undefined);
  return table(
    ["attribute", "type", "of", "records", "what it is"],
    rows.map(({ name, type, scope, types, description }) => [
      code(name),
      TYPES[type],
      SCOPES[scope],
      types.length === 5 ? "all" : types.join(" "),
      sentence(description),
    ]),
  );
}

function aliasTable() {
  const rows = [...ATTRIBUTES.values()].filter(({ aliasOf }) => aliasOf !== undefined);
  return table(
    ["name in Falco's rules", "attribute"],
    rows.map(({ name, aliasOf }) => [code(name), code(aliasOf)]),
  );
}

function operatorTable() {
  return table(
    ["operator", "example", "true if"],
    Object.entries(OPERATORS).map(([name, { example, meaning }]) => [code(name), code(example), meaning]),
  );
}

function modifierTable() {
  return table(
    ["modifier", ""],
    Object.entries(MODIFIER_MEANINGS).map(([name, meaning]) => [code(name), meaning]),
  );
}

function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}

function code(text) {
  return `\`${text}\``;
}

function sentence(text) {
  return text.replace(/\.$/, "");
}
