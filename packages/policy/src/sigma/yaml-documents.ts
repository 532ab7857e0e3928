import type { DiagnosticBag, Source } from "@millrace/text";
import { type Document, parseAllDocuments } from "yaml";

/**
 * The documents of a YAML text. Mistakes in it are those of each document; a text that is nested deeper than the parser can
 * follow is an error, and has no documents.
 */
export function yamlDocuments(source: Source, found: DiagnosticBag): readonly Document[] {
  try {
    const documents = parseAllDocuments(source.text, { prettyErrors: false, intAsBigInt: false });
    return Array.isArray(documents) ? (documents as Document[]) : [];
  } catch (cause) {
    const message = cause instanceof RangeError ? "the text is nested too deeply" : cause instanceof Error ? cause.message : String(cause);
    found.error("MILLRACE_SIGMA_SYNTAX", message, { place: source.place(0) });
    return [];
  }
}
