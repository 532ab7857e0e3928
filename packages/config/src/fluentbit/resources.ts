import type { PluginSource } from "@millrace/api";
import { type DiagnosticBag, didYouMean } from "@millrace/text";
import { FILE, MISSING, NO_EFFECT, SHAPE, VALUE } from "../codes.ts";
import { type ConfigFiles, joinPath } from "../dialect.ts";
import { readClassic, readText } from "./classic.ts";
import type { Document, Property, Section, SectionKind } from "./section.ts";
import type { Variables } from "./variables.ts";
import { readYamlForm } from "./yaml.ts";

/** Reads a file in the form that its name tells: YAML for `.yaml` and `.yml`, else classic. */
export function readForm(file: string, text: string, files: ConfigFiles, bag: DiagnosticBag): Document {
  return isYamlName(file) ? readYamlForm({ file, text }, files, bag) : readClassic({ file, text }, files, bag);
}

/** Whether the name of a file tells that it is YAML. */
export function isYamlName(file: string): boolean {
  return /\.ya?ml$/i.test(file);
}

/** What the files hold that a service section names under a key such as `parsers_file`. */
export function namedFiles(
  service: readonly Section[],
  key: string,
  allowed: readonly SectionKind[],
  main: string,
  files: ConfigFiles,
  variables: Variables,
  bag: DiagnosticBag,
): Section[] {
  return service
    .flatMap((section) => section.properties.filter((property) => property.key === key && !property.faulty))
    .flatMap((property) => {
      const path = variables.expand(property);
      const full = joinPath(main, path);
      const text = path === "" ? undefined : readText(files, full, `the file "${path}" (${key})`, { place: property.place }, bag);
      if (text === undefined) return [];
      const { sections } = readForm(full, text, files, bag);
      for (const other of sections.filter(({ kind }) => !allowed.includes(kind))) {
        bag.warning(NO_EFFECT, `the section [${other.kind.toUpperCase()}] has no effect in a file that "${key}" names`, { place: other.place });
      }
      return sections.filter(({ kind }) => allowed.includes(kind));
    });
}

/** The plugins that `[PLUGINS]` sections name, by `Path`. */
export function pluginSources(sections: readonly Section[], files: ConfigFiles, variables: Variables, bag: DiagnosticBag): PluginSource[] {
  return sections
    .filter(({ kind }) => kind === "plugins")
    .flatMap((section) => section.properties.filter(({ faulty }) => !faulty))
    .flatMap((property) => {
      if (property.key !== "path") {
        bag.warning(NO_EFFECT, `a plugins section has no property "${property.key}": it has no effect`, {
          place: property.place,
          hint: didYouMean(property.key, ["path"]),
        });
        return [];
      }
      return pluginSource(variables.expand(property), property.place, files, bag) ?? [];
    });
}

export function pluginSource(path: string, place: Property["place"], files: ConfigFiles, bag: DiagnosticBag): PluginSource | undefined {
  if (path === "" || files.exists?.(path) === false) {
    bag.error(FILE, `error opening plugin "${path}": there is no such file`, { place });
    return undefined;
  }
  return { from: "file", path, place };
}

const PARSER_FORMATS: readonly string[] = ["json", "regex", "ltsv", "logfmt"];
const MULTILINE_TYPES: readonly string[] = ["regex", "endswith", "equal", "equals"];

/** Parsers, as plain data, in the order of the configuration. */
export function parsersOf(sections: readonly Section[], variables: Variables, bag: DiagnosticBag): Readonly<Record<string, unknown>>[] {
  return sections
    .filter(({ kind }) => kind === "parser")
    .map((section) => {
      const data = dataOf(section, variables);
      const format = textOf(data.format);
      const called = `the parser "${textOf(data.name) ?? "?"}"`;
      if (data.name === undefined) bag.error(MISSING, 'a parser has no "name"', { place: section.place });
      if (format === undefined) bag.error(MISSING, `${called} has no "format"`, { place: section.place, hint: `there are ${PARSER_FORMATS.join(", ")}` });
      else if (!PARSER_FORMATS.includes(format.toLowerCase())) {
        bag.error(VALUE, `${called} has the invalid format "${format}"`, {
          place: placeOf(section, "format"),
          hint: didYouMean(format, PARSER_FORMATS) ?? `there are ${PARSER_FORMATS.join(", ")}`,
        });
      } else if (format.toLowerCase() === "regex" && data.regex === undefined) bag.error(MISSING, `${called} has no "regex"`, { place: section.place });
      return data;
    });
}

/** Multiline parsers, as plain data, in the order of the configuration. */
export function multilineParsersOf(sections: readonly Section[], variables: Variables, bag: DiagnosticBag): Readonly<Record<string, unknown>>[] {
  return sections
    .filter(({ kind }) => kind === "multiline_parser")
    .map((section) => {
      const data = dataOf(section, variables);
      const type = textOf(data.type);
      const called = `the multiline parser "${textOf(data.name) ?? "?"}"`;
      if (data.name === undefined) bag.error(MISSING, 'a multiline parser has no "name"', { place: section.place });
      if (type === undefined) bag.error(MISSING, `${called} has no "type"`, { place: section.place, hint: `there are ${MULTILINE_TYPES.join(", ")}` });
      else if (!MULTILINE_TYPES.includes(type.toLowerCase())) {
        bag.error(VALUE, `${called} has the invalid type "${type}"`, {
          place: placeOf(section, "type"),
          hint: didYouMean(type, MULTILINE_TYPES) ?? `there are ${MULTILINE_TYPES.join(", ")}`,
        });
      }
      if (data.rules !== undefined && !Array.isArray(data.rules)) bag.error(SHAPE, `the rules of ${called} must be a list`, { place: section.place });
      return data;
    });
}

/** The sections of a kind that belong to later plugins, as plain data. */
export function passedThrough(sections: readonly Section[], kind: SectionKind, variables: Variables): Readonly<Record<string, unknown>>[] {
  return sections.filter((section) => section.kind === kind).map((section) => dataOf(section, variables));
}

/** A key that stands several times has a list of values. */
function dataOf(section: Section, variables: Variables): Record<string, unknown> {
  const values = new Map<string, string[]>();
  for (const property of section.properties) values.set(property.key, [...(values.get(property.key) ?? []), variables.expand(property)]);
  const structured = Object.entries(section.data).map(([key, value]): [string, unknown] => [key, variables.expandAll(value, section.place)]);
  return Object.fromEntries([...[...values].map(([key, list]): [string, unknown] => [key, list.length === 1 ? list[0] : list]), ...structured]);
}

function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? first : undefined;
}

function placeOf(section: Section, key: string): Property["place"] {
  return section.properties.find((property) => property.key === key)?.place ?? section.place;
}
