// The reference of commands in docs/commands.md, from what they print for `--help`, run from the sources.
// `<!-- help millrace policy: begin -->` is the place of all commands below `millrace policy`, a table for each; where a
// command has none below it, and prints its help in another form, the text itself stands there.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../bootstrap/workspace.mjs";
import { cell, code, partsOf, table, withPart } from "./markdown.mjs";

const PAGES = ["docs/commands.md"];
const PART = /^help (.+)$/;

/** Where the sources of a command begin, and how it is asked for help. */
const PROGRAMS = {
  millrace: { source: "apps/driver/src/millrace.ts", help: "--help" },
  sfprocessor: { source: "apps/driver/src/sfprocessor.ts", help: "-help" },
  flowd: { source: "apps/driver/src/flowd.ts", help: "-help" },
  "plugin-builder": { source: "apps/plugin-builder/src/plugin-builder.ts", help: "--help" },
  "fluent-bit": { source: "apps/driver/src/fluent-bit.ts", help: "-h" },
};

/** How long a command may take to print its help, in milliseconds. */
const DEADLINE_MS = 30_000;

export async function commandPages() {
  const pages = new Map();
  for (const page of PAGES) {
    let text = readFileSync(join(root, page), "utf8");
    for (const part of partsOf(text).filter((name) => PART.test(name))) {
      text = withPart(text, part, await partOf(PART.exec(part)[1].split(" ")), page);
    }
    pages.set(page, text);
  }
  return pages;
}

async function partOf(words) {
  const text = await helpOf(words);
  const leaves = [];
  for (const name of readHelp(text)?.commands ?? []) {
    const below = await helpOf([...words, name]);
    if (readHelp(below).commands.length === 0) leaves.push(helpTable(below));
  }
  return leaves.length === 0 ? helpTable(text) : leaves.join("\n\n");
}

/** The help of one command as a table; as it is, where it is not of the form that we can read. */
export function helpTable(text) {
  const help = readHelp(text);
  return help === undefined ? `\`\`\`text\n${text.trimEnd()}\n\`\`\`` : blockOf(help);
}

function blockOf({ usage, about, argumentRows, optionRows }) {
  const rows = [...argumentRows.map(([name, text]) => [`<${name}>`, text]), ...optionRows];
  const shown = rows.map(([name, text]) => {
    const { rest, values, given } = partsOfText(text);
    return [code(name), cell(rest), values, given];
  });
  return [`**${code(usage)}**: ${cell(about)}.`, ...(shown.length === 0 ? [] : [table(["", "", "one of", "default"], shown)])].join("\n\n");
}

/** Commander puts choices and default behind the text, in parentheses. */
function partsOfText(text) {
  const found = / ?\(((?:choices|default): .*)\)$/.exec(text);
  if (found === null) return { rest: text, values: "", given: "" };
  const choices = /choices: ((?:"[^"]*"(?:, )?)+)/.exec(found[1])?.[1] ?? "";
  const given = /default: (.*)$/.exec(found[1])?.[1] ?? "";
  return {
    rest: text.slice(0, found.index),
    values: [...choices.matchAll(/"([^"]*)"/g)].map((match) => code(match[1])).join(", "),
    given: given === "" || given === '""' ? "" : code(given.replace(/^\["(.*)"\]$|^"(.*)"$/, "$1$2")),
  };
}

/** The parts of a help text as commander prints it; nothing for one of another form. */
function readHelp(text) {
  const usage = /^Usage: (.*)$/m.exec(text)?.[1];
  if (usage === undefined || !/^ {2}-h, --help\b/m.test(text) || !text.includes("\n\nOptions:\n")) return undefined;
  const blocks = text.trimEnd().split("\n\n");
  const about = blocks[1].replaceAll("\n", " ");
  const rows = (title) => rowsOf(blocks.find((block) => block.startsWith(`${title}:\n`)) ?? "");
  return {
    usage,
    about,
    argumentRows: rows("Arguments"),
    optionRows: rows("Options").filter(([name]) => !/--help$|^-V, --version$/.test(name)),
    commands: rows("Commands")
      .map(([name]) => name.split(" ")[0])
      .filter((name) => name !== "help"),
  };
}

/** Rows of a name and a text, which may go on over lines that are indented as far as it. */
function rowsOf(block) {
  const rows = [];
  for (const line of block.split("\n").slice(1)) {
    const begin = /^ {2}(\S.*?)(?: {2,}(.*))?$/.exec(line);
    if (begin) rows.push([begin[1], begin[2] ?? ""]);
    else rows.at(-1)[1] = `${rows.at(-1)[1]} ${line.trim()}`.trim();
  }
  return rows;
}

function helpOf([name, ...words]) {
  const { source, help } = PROGRAMS[name] ?? {};
  if (source === undefined) throw new Error(`there is no command ${name} to ask for help; there are ${Object.keys(PROGRAMS).join(", ")}`);
  const script = `(await import(${JSON.stringify(`./${source}`)})).run(${JSON.stringify([...words, help])})`;
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ["--conditions=@millrace/source", "--input-type=module", "-e", script], {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1" },
      timeout: DEADLINE_MS,
    });
    let printed = "";
    let wrong = "";
    child.stdout.on("data", (chunk) => (printed += chunk));
    child.stderr.on("data", (chunk) => (wrong += chunk));
    child.on("error", fail);
    child.on("close", (exit) =>
      printed === "" && wrong === "" ? fail(new Error(`${[name, ...words, help].join(" ")} printed nothing (${exit})`)) : done(printed || wrong),
    );
  });
}
