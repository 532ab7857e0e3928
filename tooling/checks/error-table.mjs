// Every error code that the sources use stands in docs/errors.md, and every code there is used. Prints what is missing or
// dead, a line each, and ends with 1. With --fix it writes the table anew: it adds a row with the message found in the
// source for a new code, takes out dead ones, and leaves rows that somebody has written as they are. A code whose message
// can't be found gets an empty row, which is to be filled in by hand.
// `--root FOLDER` checks another tree.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const CODE = /["'`](MILLRACE_[A-Z0-9]+(?:_[A-Z0-9]+)+)["'`]/g;
const ROW = /^\| `(MILLRACE_[A-Z0-9_]+)` \|/;
const START = "<!-- errors: begin -->";
const END = "<!-- errors: end -->";

const args = process.argv.slice(2);
const root = args.includes("--root") ? resolve(args[args.indexOf("--root") + 1] ?? ".") : resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const page = join(root, "docs/errors.md");

const used = codesInSources();
const text = existsSync(page) ? readFileSync(page, "utf8") : `# Errors\n\n${START}\n${END}\n`;
const rows = new Map(text.split("\n").flatMap((line) => (ROW.test(line) ? [[ROW.exec(line)[1], line]] : [])));
const missing = [...used.keys()].filter((code) => !rows.has(code)).sort();
const unsaid = [...rows].filter(([code, line]) => used.has(code) && /^\| `\w+` \|\s*\|/.test(line)).map(([code]) => code);
const dead = [...rows.keys()].filter((code) => !used.has(code)).sort();

if (args.includes("--fix")) {
  const all = [...used.keys()].sort().map((code) => rows.get(code) ?? row(code, used.get(code)));
  const table = ["| code | what it says | from |", "|---|---|---|", ...all].join("\n");
  const [before, rest] = text.split(START);
  writeFileSync(page, `${before}${START}\n${table}\n${END}${rest?.split(END)[1] ?? "\n"}`);
  const empty = all.filter((line) => /^\| `\w+` \|\s*\|/.test(line)).length;
  process.stdout.write(`errors: ${all.length} codes; ${missing.length} added, ${dead.length} taken out, ${empty} to be described by hand\n`);
} else {
  for (const code of missing) process.stdout.write(`${used.get(code).file}:${used.get(code).line}: ${code} is not in docs/errors.md\n`);
  for (const code of dead) process.stdout.write(`docs/errors.md: ${code} is used nowhere\n`);
  for (const code of unsaid) process.stdout.write(`docs/errors.md: ${code} is not described\n`);
  if (missing.length + dead.length > 0) process.stdout.write("run: node tooling/checks/error-table.mjs --fix\n");
  process.exit(missing.length + dead.length + unsaid.length > 0 ? 1 : 0);
}

/** Every code, with the first place that uses it and the message that goes with it there. */
function codesInSources() {
  const found = new Map();
  for (const folder of packageFolders()) {
    for (const file of typescriptIn(join(root, folder, "src"))) {
      const lines = readFileSync(file, "utf8").split("\n");
      lines.forEach((line, index) => {
        if (/^\s*(\/\/|\*|\/\*)/.test(line)) return;
        for (const match of line.matchAll(CODE)) {
          // A variable of the environment looks like a code, but is read from it.
          if (/\benv(ironment)?\??\.?\[?$/.test(line.slice(0, match.index))) continue;
          const message = messageAt(lines, index, match.index + match[0].length);
          const known = found.get(match[1]);
          if (known === undefined || (known.message === "" && message !== ""))
            found.set(match[1], { file: relative(root, file), line: index + 1, folder, message });
        }
      });
    }
  }
  return found;
}

/** The message of the call or object that a code stands in, or the comment above a constant. Values are shown as `…`. */
function messageAt(lines, index, column) {
  const rest = [lines[index].slice(column), ...lines.slice(index + 1, index + 4)].join("\n");
  if (/^\s*;/.test(rest)) return commentAbove(lines, index);
  const statement = rest.split(/;\s*(?:\n|$)|\n\s*\n/)[0];
  const message = statement.slice(Math.max(0, statement.search(/\bmessage:/)));
  const quote = message.search(/["'`]/);
  return quote < 0 ? "" : textAt(message, quote).text.replace(/\s+/g, " ").trim();
}

/** The literal that begins at a quote: its text, with `…` for each value of a template, and where it ends. */
function textAt(source, at) {
  const quote = source[at];
  let text = "";
  for (at++; at < source.length && source[at] !== quote; at++) {
    if (source[at] === "\\") text += source[++at] === "n" ? " " : source[at];
    else if (quote === "`" && source.startsWith("${", at)) {
      text += "…";
      at = endOfValue(source, at + 2);
    } else text += source[at];
  }
  return { text, end: at };
}

/** Where the value in a template ends, at its closing brace. */
function endOfValue(source, at) {
  for (let depth = 0; at < source.length; at++) {
    if (`"'\``.includes(source[at])) at = textAt(source, at).end;
    else if (source[at] === "{") depth++;
    else if (source[at] === "}" && depth-- === 0) return at;
  }
  return at;
}

function commentAbove(lines, index) {
  const [, comment = ""] = /^\s*\/\*\*\s*(.*?)\.?\s*\*\/$/.exec(lines[index - 1] ?? "") ?? [];
  return comment;
}

function row(code, { folder, message }) {
  return `| \`${code}\` | ${message.replaceAll("|", "\\|")} | ${folder} |`;
}

function packageFolders() {
  const inside = (folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => `${folder}/${name}`)
      : [];
  return [...inside("packages"), ...inside("packages/plugins"), ...inside("apps")].filter((folder) => existsSync(join(root, folder, "src"))).sort();
}

function typescriptIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
