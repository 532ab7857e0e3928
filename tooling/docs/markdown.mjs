// Markdown as our pages have it: tables, code, and parts between marks.

/** A table; a `|` in a cell is escaped. */
export function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}

/** A text as code, whatever backticks it has. */
export function code(text) {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  if (longest === 0) return `\`${text}\``;
  const fence = "`".repeat(longest + 1);
  return `${fence} ${text} ${fence}`;
}

/** Without the full stop at its end, for a cell of a table. */
export function cell(text) {
  return text.replace(/\.$/, "");
}

/** The page with what stands between `<!-- NAME: begin -->` and `<!-- NAME: end -->` replaced. */
export function withPart(text, name, part, page) {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`${page} has no place for ${name}: ${begin} … ${end}`);
  return `${text.slice(0, start)}${begin}\n${part}\n${text.slice(stop)}`;
}

/** The names of all parts that a page has a place for. */
export function partsOf(text) {
  return [...text.matchAll(/^<!-- (.+): begin -->$/gm)].map((match) => match[1]);
}

/** What stands under a heading of the second level, without the heading; nothing where there is none. */
export function section(text, heading) {
  const found = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  return found?.slice(heading.length).trim();
}
