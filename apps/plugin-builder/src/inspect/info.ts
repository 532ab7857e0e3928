import { statSync } from "node:fs";
import type { ManifestPlugin, PluginManifest } from "@millrace/core";
import { builtFiles, manifestIn } from "./locate.ts";

/** Prints what a built plugin says of itself. Gives the exit code. */
export function showInfo({ file, json = false }: { readonly file: string; readonly json?: boolean }): number {
  const files = builtFiles(file);
  const manifest = manifestIn(files.manifest);
  process.stdout.write(json ? `${JSON.stringify(manifest, undefined, 2)}\n` : infoText(manifest, statSync(files.code).size));
  return 0;
}

function infoText(manifest: PluginManifest, bytes: number): string {
  const { name, version, description, node, release, pins, layouts, plugins, bundled, sha256 } = manifest;
  const built = release.tag === release.driver ? release.driver : `${release.driver} (${release.tag})`;
  return [
    `${name} ${version}`,
    ...(description === "" ? [] : [`  ${description}`]),
    "",
    ...plugins.flatMap(pluginLines),
    `built for driver ${built}, Node ${node}`,
    ...table(Object.entries(pins)),
    ...(Object.keys(layouts).length === 0 ? [] : ["layouts of records", ...table(Object.entries(layouts))]),
    ...(bundled.length === 0 ? [] : ["in the file", ...table(bundled.map((each) => [`${each.name} ${each.version}`, each.license]))]),
    `${manifest.file}, ${bytes} bytes, sha256 ${sha256}`,
    "",
  ].join("\n");
}

function pluginLines(plugin: ManifestPlugin): string[] {
  const { kind, name, aliases, description, stability, options } = plugin;
  const also = aliases.length === 0 ? "" : `, also called ${aliases.join(", ")}`;
  return [`${kind} ${name} (${stability}${also})`, `  ${description}`, `  ${channelsText(plugin)}`, ...optionLines(options), ""];
}

function channelsText({ channels }: ManifestPlugin): string {
  const reads = channels.in === "any" ? "anything" : channels.in.join(", ");
  const { out } = channels;
  const sends = out === "same" ? "the same" : Array.isArray(out) ? out.join(", ") : "what lives in it sends";
  return [...(reads === "" ? [] : [`reads ${reads}`]), ...(sends === "" ? [] : [`sends ${sends}`])].join(", ") || "lives in another plugin";
}

/** A line for each option of a JSON Schema: its name, its type, what it is without being set, and what it is for. */
function optionLines(schema: ManifestPlugin["options"]): string[] {
  const properties = (schema?.["properties"] ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const required = (schema?.["required"] ?? []) as readonly string[];
  const rows = Object.entries(properties).map(([key, property]) => {
    const otherwise = "default" in property ? `, default ${JSON.stringify(property["default"])}` : required.includes(key) ? ", required" : "";
    return [key, `${typeText(property)}${otherwise}`, typeof property["description"] === "string" ? property["description"] : ""];
  });
  return rows.length === 0 ? [] : ["  options", ...table(rows).map((row) => `  ${row}`)];
}

function typeText(property: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(property["enum"])) return property["enum"].map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in property) return JSON.stringify(property["const"]);
  const choices = property["anyOf"] ?? property["oneOf"];
  if (Array.isArray(choices)) return [...new Set(choices.map((choice: Readonly<Record<string, unknown>>) => typeText(choice)))].join(" | ");
  return typeof property["type"] === "string" ? property["type"] : Array.isArray(property["type"]) ? property["type"].join(" | ") : "any";
}

/** Rows of texts, indented, with columns below each other. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join("  ")}`.trimEnd());
}
