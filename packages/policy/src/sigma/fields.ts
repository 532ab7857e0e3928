import { type DiagnosticBag, didYouMean, type Source } from "@millrace/text";
import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { AttributeCatalog } from "../catalog.ts";
import { yamlDocuments } from "./yaml-documents.ts";

/** How the fields of Sigma rules map to attributes. */
export interface FieldMapping {
  /** The attributes of a field: the field itself where it is one; none where nothing maps it. */
  attributesOf(field: string): readonly string[];
  /** Values for placeholders such as `%admins%`. */
  placeholder(name: string): readonly string[] | undefined;
  fields(): Iterable<string>;
}

const CODE = "MILLRACE_SIGMA_CONFIG";
/** Keys that other converters read, and that mean nothing here. */
const IGNORED: readonly string[] = ["title", "name", "id", "order", "backends", "logsources", "defaultindex", "priority", "description", "author", "status"];

/**
 * Reads a field mapping file: `fieldmappings:` from a field to an attribute or to several, of which any may match;
 * `placeholders:` from a name to its values.
 */
export function readFieldMapping(source: Source, catalog: AttributeCatalog, found: DiagnosticBag): FieldMapping {
  const [document, ...others] = yamlDocuments(source, found);
  if (others.length > 0) found.warning(CODE, "only the first document of a field mapping counts", { place: source.place(others[0]?.range?.[0] ?? 0) });
  if (document === undefined) {
    if (!found.hasErrors) found.error(CODE, "a field mapping is a map", { place: source.place(0), hint: 'it begins with "fieldmappings:"' });
    return plainMapping(catalog);
  }
  for (const { message, pos } of document.errors) found.error(CODE, message, { place: source.place(pos[0], pos[1]) });
  const mapping = new Map<string, readonly string[]>();
  const placeholders = new Map<string, readonly string[]>();
  const known = ["fieldmappings", "placeholders", ...IGNORED];
  if (isMap(document.contents)) {
    for (const { key, value } of document.contents.items) {
      const name = textOf(key as Node);
      if (name === "fieldmappings") readEntries(source, value as Node, found, (field, values) => mapping.set(field, values));
      else if (name === "placeholders") readEntries(source, value as Node, found, (field, values) => placeholders.set(field, values));
      else if (name !== undefined && !known.includes(name)) {
        found.warning(CODE, `"${name}" means nothing in a field mapping`, { place: placeOf(source, key as Node), hint: didYouMean(name, known) });
      }
    }
  } else if (document.errors.length === 0) found.error(CODE, "a field mapping is a map", { place: source.place(0), hint: 'it begins with "fieldmappings:"' });
  warnOfUnknown(source, document.contents as Node | null, catalog, found);
  return mappingOf(catalog, mapping, placeholders);
}

/** The mapping without any file: a field is an attribute, or nothing. */
export function plainMapping(catalog: AttributeCatalog): FieldMapping {
  return mappingOf(catalog, new Map(), new Map());
}

function mappingOf(
  catalog: AttributeCatalog,
  mapping: ReadonlyMap<string, readonly string[]>,
  placeholders: ReadonlyMap<string, readonly string[]>,
): FieldMapping {
  return {
    attributesOf: (field) => (mapping.get(field) ?? [field]).filter((attribute) => catalog.find(attribute) !== undefined),
    placeholder: (name) => placeholders.get(name),
    fields: () => mapping.keys(),
  };
}

function readEntries(source: Source, node: Node, found: DiagnosticBag, entry: (key: string, values: readonly string[]) => void): void {
  if (!isMap(node)) {
    found.error(CODE, "expected a map", { place: placeOf(source, node) });
    return;
  }
  for (const { key, value } of node.items) {
    const name = textOf(key as Node);
    const values = isSeq(value) ? (value.items as Node[]).map(textOf) : [textOf(value as Node)];
    if (name === undefined || values.some((text) => text === undefined)) {
      found.error(CODE, "expected a text or a list of texts", {
        place: placeOf(source, (value ?? key) as Node),
        hint: "mappings that depend on the log source are not supported",
      });
    } else entry(name, values as string[]);
  }
}

/** A field that maps to no attribute is worth a word where the mapping is written, beside that of each rule that uses it. */
function warnOfUnknown(source: Source, node: Node | null, catalog: AttributeCatalog, found: DiagnosticBag): void {
  if (!isMap(node)) return;
  const mappings = node.get("fieldmappings", true) as Node | undefined;
  if (!isMap(mappings)) return;
  for (const { value } of mappings.items) {
    for (const target of isSeq(value) ? (value.items as Node[]) : [value as Node]) {
      const attribute = textOf(target);
      if (attribute === undefined || catalog.find(attribute) !== undefined) continue;
      found.warning("MILLRACE_POLICY_ATTRIBUTE", `"${attribute}" is no attribute`, {
        place: placeOf(source, target),
        hint: didYouMean(attribute, catalog.names()),
      });
    }
  }
}

function textOf(node: Node | null | undefined): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}

function placeOf(source: Source, node: Node | null | undefined): ReturnType<Source["place"]> {
  const [start, end] = node?.range ?? [0, 1];
  return source.place(start, Math.max(end, start + 1));
}
