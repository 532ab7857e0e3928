import type { PluginChannels } from "@millrace/api";
import type { Made, PluginListing, RefusedFile } from "@millrace/core";
import { displayWidth, type Palette } from "@millrace/text";
import { optionLines } from "./option-lines.ts";
import type { DescribedPlugin } from "./plugin-list.ts";

/** How a text is to look. */
export interface Look {
  /** Columns of the terminal. */
  readonly width: number;
  readonly palette: Palette;
}

/** The widest name that has its sentence beside it. */
const NAME_WIDTH = 20;
/** The narrowest column for sentences. */
const TEXT_WIDTH = 30;

/** Plugins by kind: name, version, stability, and a sentence; of those that are not built in, where they are from. */
export function pluginTable(plugins: readonly DescribedPlugin[], { width, palette }: Look): string {
  const listings = plugins.map(({ listing }) => listing);
  const nameWidth = Math.min(NAME_WIDTH, widest(listings.map(({ name }) => name)));
  const versionWidth = widest(listings.map(({ version }) => version ?? ""));
  const stabilityWidth = widest(listings.map(({ stability }) => stability ?? ""));
  const before = 2 + nameWidth + 2 + versionWidth + 2 + stabilityWidth + 2;
  const indent = width - before < TEXT_WIDTH ? 6 : before;
  const kinds = Map.groupBy(listings, ({ kind }) => kind);
  return [...kinds]
    .map(([kind, ofKind]) => {
      const rows = ofKind.map((listing) => {
        const head = `  ${pad(listing.name, nameWidth)}  ${pad(listing.version ?? "", versionWidth)}  ${pad(listing.stability ?? "", stabilityWidth)}`;
        const lines = [...wrap(listing.description, width - indent), ...originOf(listing).flatMap((origin) => wrap(origin, width - indent))].map(
          (line) => `${" ".repeat(indent)}${line}`,
        );
        const isBeside = indent === before && displayWidth(head) + 2 <= before && lines.length > 0;
        return (isBeside ? [`${head}  ${(lines[0] as string).trimStart()}`, ...lines.slice(1)] : [head, ...lines]).map((line) => line.trimEnd()).join("\n");
      });
      return `${palette.place(`${kind}s`)}\n${rows.join("\n")}\n`;
    })
    .join("\n");
}

/** All there is to know of one plugin. */
export function pluginPage({ listing, plugin }: DescribedPlugin, { width, palette }: Look): string {
  const { kind, name, version, stability, aliases, description } = listing;
  const channels = listing.channels ?? plugin?.channels;
  const origin = originOf(listing);
  const facts = [
    aliases.length > 0 ? `also called ${aliases.join(", ")}` : undefined,
    channels && flowOf(channels),
    origin.length > 0 ? `from ${origin.join(", ")}` : "built in",
  ];
  const options = plugin && `\n${palette.place("options")}\n${optionLines(plugin.options?.["~standard"].jsonSchema.input({ target: "draft-2020-12" }))}`;
  const title = [palette.place(`${kind} ${name}`), version, stability].filter((part) => part !== undefined).join("  ");
  const lines = [...wrap(description, width - 2), ...facts.filter((fact) => fact !== undefined)].map((line) => `  ${line}`);
  return `${title}\n${lines.join("\n")}\n${options ?? ""}`;
}

/** Files that were found and are not loaded, and why. */
export function refusedTable(files: readonly RefusedFile[], { width, palette }: Look): string {
  if (files.length === 0) return "";
  const rows = files.map(({ origin, made, plugins, reasons }) => {
    const holds = plugins.map(({ kind, name }) => `${kind} ${name}`);
    const version = "version" in made && made.version !== "" ? made.version : undefined;
    const what = [...holds, version, madeText(made)].filter((text) => text !== undefined).join(", ");
    const said = reasons.flatMap(({ message }) => wrap(message, width - 6, "    - ", "      "));
    const hints = [...new Set(reasons.flatMap(({ hint }) => hint?.split("\n") ?? []))].map((hint) => `      ${palette.hint(hint)}`);
    return [`  ${"file" in origin ? origin.file : origin.from}${what && ` (${what})`}`, ...said, ...hints].join("\n");
  });
  return `${palette.error("not loaded")}\n${rows.join("\n")}\n`;
}

function originOf({ origin, made }: PluginListing): string[] {
  if (origin.from === "built-in") return [];
  const how = made.how === "package" && origin.from === "package" ? "not built" : madeText(made);
  return [`${origin.from === "package" ? `package ${origin.file}` : origin.file}${how === undefined ? "" : `, ${how}`}`];
}

function madeText(made: Made): string | undefined {
  switch (made.how) {
    case "built-in":
      return undefined;
    case "built":
      return `built for driver ${made.release.driver}${made.release.tag === made.release.driver ? "" : ` (${made.release.tag})`}`;
    case "package":
      return `not built, of the package ${made.package}`;
    case "no-manifest":
      return "no manifest";
  }
}

function flowOf({ in: takes, out }: PluginChannels): string {
  const reads = takes === "any" ? "reads whatever comes" : takes.length === 0 ? "reads nothing" : `reads ${takes.join(", ")}`;
  const sends =
    out === "same"
      ? "sends what it reads"
      : "hosted" in out
        ? `sends what its ${out.hosted} sends`
        : out.length === 0
          ? "sends nothing"
          : `sends ${out.join(", ")}`;
  return `${reads}, ${sends}`;
}

/** A text in lines of at most so many columns, where its words allow it. */
function wrap(text: string, width: number, first: string = "", rest: string = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines.map((each, index) => `${index === 0 ? first : rest}${each}`);
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, displayWidth(text)), 0);
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}
