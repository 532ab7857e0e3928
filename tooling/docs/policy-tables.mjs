// The tables of docs/policies, from the sources: attributes, operators, modifiers of Sigma.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MODIFIER_MEANINGS, OPERATORS } from "../../packages/policy/src/index.ts";
import { ATTRIBUTES } from "../../packages/sysflow/src/index.ts";
import { root } from "../bootstrap/workspace.mjs";
import { cell, code, table, withPart } from "./markdown.mjs";

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

export function policyTables() {
  const tables = {
    "docs/policies/attributes.md": { attributes: attributeTable(), aliases: aliasTable() },
    "docs/policies/language.md": { operators: operatorTable() },
    "docs/policies/from-sigma.md": { modifiers: modifierTable() },
  };
  return new Map(
    Object.entries(tables).map(([page, parts]) => {
      const text = readFileSync(join(root, page), "utf8");
      return [page, Object.entries(parts).reduce((written, [name, part]) => withPart(written, name, part, page), text)];
    }),
  );
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
      cell(description),
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
