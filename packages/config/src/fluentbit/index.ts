/**
 * The configuration of Fluent Bit: the classic form, the YAML form, and the command line.
 *
 * @packageDocumentation
 */
import type { PipelineSpec } from "@millrace/api";
import { DiagnosticBag } from "@millrace/text";
import { SYNTAX } from "../codes.ts";
import { type ConfigFiles, type ConfigSource, type DialectResult, type Environment, findingsOf, noFiles } from "../dialect.ts";
import { argumentPlace } from "../places.ts";
import { readClassic, readText } from "./classic.ts";
import { type CommandSection, commandSection } from "./command-line.ts";
import { graphOf } from "./graph.ts";
import { isYamlName, multilineParsersOf, namedFiles, parsersOf, passedThrough, pluginSource, pluginSources, readForm } from "./resources.ts";
import type { Document, Section } from "./section.ts";
import { serviceOf } from "./service.ts";
import { Variables } from "./variables.ts";
import { readYamlForm } from "./yaml.ts";

export type { CommandSection } from "./command-line.ts";

/** What stands around a configuration of Fluent Bit. */
export interface FluentbitParameters {
  /** How other files are read. Without it, none is there. */
  readonly files?: ConfigFiles;
  /** The form of the main file. Absent: its name tells. */
  readonly form?: "classic" | "yaml";
  /** Sections of the command line: they come after those of the file. */
  readonly sections?: readonly CommandSection[];
  /** Plugins of the command line (`-e`). */
  readonly plugins?: readonly string[];
  /** Parser files of the command line (`-R`). */
  readonly parserFiles?: readonly string[];
}

/**
 * Reads a configuration of Fluent Bit; without `source`, the command line alone. The environment should have `HOSTNAME`.
 *
 * Every input leads through all filters into a node `chunks`, and from there to the outputs, by their match. What the peer
 * ignores in silence is a warning; what it rejects is an error.
 */
export function readFluentbit(source: ConfigSource | undefined, environment: Environment = {}, parameters: FluentbitParameters = {}): DialectResult {
  const bag = new DiagnosticBag();
  const files = parameters.files ?? noFiles;
  const document = source === undefined ? { sections: [], variables: [] } : mainDocument(source, parameters, files, bag);
  const sections = [...document.sections, ...(parameters.sections ?? []).map(commandSection)];
  const variables = new Variables(document.variables, environment, bag);
  const spec = pipelineOf(sections, source?.file ?? "", { files, variables, environment, parameters, bag });
  return { spec, diagnostics: findingsOf(bag) };
}

function mainDocument(source: ConfigSource, { form }: FluentbitParameters, files: ConfigFiles, bag: DiagnosticBag): Document {
  const yaml = form === undefined ? isYamlName(source.file) : form === "yaml";
  if (yaml) return readYamlForm(source, files, bag);
  const document = readClassic(source, files, bag);
  for (const section of document.sections.filter(({ kind }) => kind === "parser" || kind === "multiline_parser")) {
    bag.error(SYNTAX, `a ${section.kind} section is not valid in the main configuration file`, {
      place: section.place,
      hint: "it belongs to a file that Parsers_File of [SERVICE] names",
    });
  }
  return document;
}

interface Around {
  readonly files: ConfigFiles;
  readonly variables: Variables;
  readonly environment: Environment;
  readonly parameters: FluentbitParameters;
  readonly bag: DiagnosticBag;
}

function pipelineOf(sections: readonly Section[], main: string, { files, variables, environment, parameters, bag }: Around): PipelineSpec {
  const services = sections.filter(({ kind }) => kind === "service");
  const service = serviceOf(services, variables, environment, bag);
  const named = (key: string, ...kinds: Section["kind"][]): Section[] => namedFiles(services, key, kinds, main, files, variables, bag);
  const parsers = [...named("parsers_file", "parser", "multiline_parser"), ...commandParsers(parameters, files, bag), ...sections];
  const resources = {
    parsers: parsersOf(parsers, variables, bag),
    multiline_parsers: multilineParsersOf(parsers, variables, bag),
    stream_processor: passedThrough([...named("streams_file", "stream_processor"), ...sections], "stream_processor", variables),
    upstream_servers: passedThrough(sections, "upstream_servers", variables),
    customs: passedThrough(sections, "custom", variables),
  };
  const { nodes, edges } = graphOf(sections, service.flush, variables, bag);
  return {
    dialect: "fluentbit",
    nodes,
    edges,
    service: { ...service, ...Object.fromEntries(Object.entries(resources).filter(([, list]) => list.length > 0)) },
    plugins: [
      ...pluginSources([...named("plugins_file", "plugins"), ...sections], files, variables, bag),
      ...(parameters.plugins ?? []).flatMap((path) => pluginSource(path, argumentPlace(`-e ${path}`), files, bag) ?? []),
    ],
  };
}

function commandParsers({ parserFiles = [] }: FluentbitParameters, files: ConfigFiles, bag: DiagnosticBag): Section[] {
  return parserFiles.flatMap((path) => {
    const text = readText(files, path, `the file "${path}"`, { place: argumentPlace(`-R ${path}`) }, bag);
    return text === undefined ? [] : readForm(path, text, files, bag).sections;
  });
}
