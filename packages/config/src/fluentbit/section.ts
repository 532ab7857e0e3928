import type { Place } from "@millrace/api";

/** The kinds of sections. The order is that in which a name is compared with them. */
export const SECTION_KINDS = [
  "service",
  "parser",
  "multiline_parser",
  "stream_processor",
  "plugins",
  "upstream_servers",
  "custom",
  "input",
  "filter",
  "output",
] as const;

export type SectionKind = (typeof SECTION_KINDS)[number];

/** A key with its value, as it was written: variables are not yet replaced. */
export interface Property {
  /** In lower case. */
  readonly key: string;
  readonly text: string;
  /** Where the value stands. */
  readonly place: Place;
  /** Where the key stands, if not beside the value in one text. */
  readonly keyPlace?: Place;
  /** The value is missing, and that has been reported. */
  readonly faulty?: boolean;
}

/** A group inside a section: `[NAME] ` in the classic form. */
export interface Group {
  readonly name: string;
  readonly properties: readonly Property[];
}

/** A section, whichever form it was written in. A key that stands several times has several properties. */
export interface Section {
  readonly kind: SectionKind;
  /** Where its header stands. */
  readonly place: Place;
  readonly properties: readonly Property[];
  readonly groups: readonly Group[];
  /** Values that have a structure of their own (processors, rules of a parser), as plain data. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A variable that the configuration sets. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly place: Place;
}

/** What the files of a configuration hold. */
export interface Document {
  readonly sections: Section[];
  readonly variables: Variable[];
}
