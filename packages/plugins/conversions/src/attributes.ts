import type { AttributeValue, FlatRecord, FlatType } from "@millrace/api/sysflow";
import { type Attribute, findAttribute, ATTRIBUTES as KNOWN, ZERO_FILE } from "@millrace/sysflow";

/** The attributes of a flat record that are handed on unless others are named: all of SysFlow's own. One with a plus is another form of the one without. */
export const ATTRIBUTES: readonly string[] = [...KNOWN.keys()].filter((name) => name.startsWith("sf.") && !name.endsWith("+"));

/** Gives the attributes that a record has, with their names: those that its type has, and that are not zero. */
export type AttributeReader = (record: FlatRecord) => Generator<readonly [name: string, value: AttributeValue]>;

/** Makes a reader of the attributes with these names. An attribute that nobody knows counts as one of every type. */
export function attributeReader(names: readonly string[]): AttributeReader {
  const chosen = names.map((name): Chosen => ({ name, known: findAttribute(name), nothing: nothingOf(findAttribute(name)) }));
  const byType = new Map<FlatType, readonly Chosen[]>();
  return function* (record) {
    let ofType = byType.get(record.type);
    if (ofType === undefined) {
      ofType = chosen.filter(({ known }) => known === undefined || known.types.includes(record.type));
      byType.set(record.type, ofType);
    }
    for (const { name, nothing } of ofType) {
      const value = record.get(name);
      if (value !== undefined && value !== nothing && !isZero(value)) yield [name, value];
    }
  };
}

interface Chosen {
  readonly name: string;
  readonly known: Attribute | undefined;
  /** What the attribute says where there is no entity that has it. */
  readonly nothing: AttributeValue | undefined;
}

/** The name and folder of a file that is not there are ".", as those of an empty path are: that tells nothing. */
function nothingOf(attribute: Attribute | undefined): AttributeValue | undefined {
  const of = attribute?.of;
  return of?.scope === "file" || of?.scope === "newfile" ? of.value(ZERO_FILE) : undefined;
}

function isZero(value: AttributeValue): boolean {
  return value === "" || value === 0 || value === 0n || value === false || (typeof value === "object" && value.length === 0);
}
