import type { AttributeValue } from "@millrace/api/sysflow";
import { valueText } from "@millrace/sysflow";
import { displayWidth } from "@millrace/text";
import { allFields, CSV_FIELDS, type Field, fieldsOf, type NumberedRecord, TABLE_FIELDS, typeOf } from "./fields.ts";

/** Turns records into text, one after the other. */
export interface RecordFormat {
  /** The text that comes of one more record; it may come late. */
  add(record: NumberedRecord): string;
  /** What is still held. */
  end(): string;
}

export type FormatName = "table" | "json" | "csv";

/**
 * @param wanted - names of fields; absent for the format's own
 * @param columns - how many columns a line of a table may take; absent for any number
 */
export function recordFormat(format: FormatName, wanted: readonly string[] | undefined, columns?: number): RecordFormat {
  switch (format) {
    case "table":
      return new Table(fieldsOf(wanted ?? TABLE_FIELDS), columns);
    case "csv":
      return csv(fieldsOf(wanted ?? CSV_FIELDS));
    case "json":
      return json(wanted && fieldsOf(wanted));
  }
}

/** JSON lines. Lists are arrays; whole numbers have all their digits, up to 64 bits. */
function json(wanted: readonly Field[] | undefined): RecordFormat {
  const members = (fields: readonly Field[]): readonly Member[] =>
    fields.map((field, index) => ({ field, before: `${index === 0 ? "{" : ","}${JSON.stringify(field.name)}:` }));
  const some = wanted && members(wanted);
  const all = new Map([...allFields()].map(([type, fields]) => [type, members(fields)]));
  return {
    add(record) {
      let line = "";
      for (const { field, before } of some ?? all.get(typeOf(record)) ?? []) line += before + jsonText(field.value(record));
      return `${line}}\n`;
    },
    end: () => "",
  };
}

/** A member of a JSON object: its field, and what stands before its value. */
interface Member {
  readonly field: Field;
  readonly before: string;
}

function jsonText(value: AttributeValue): string {
  if (typeof value === "bigint") return String(value);
  return typeof value === "object" ? `[${value.map(jsonText).join(",")}]` : JSON.stringify(value);
}

/** CSV as RFC 4180 has it, with a head line. Lists are joined by commas. */
function csv(fields: readonly Field[]): RecordFormat {
  let head = `${fields.map(({ name }) => csvText(name)).join(",")}\r\n`;
  return {
    add(record) {
      const line = `${head}${fields.map((field) => csvText(valueText(field.value(record)))).join(",")}\r\n`;
      head = "";
      return line;
    },
    end: () => head,
  };
}

function csvText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** How many records are looked at before the widths of the columns are settled. */
const MEASURED = 256;
/** The most columns that a value may take in the middle of a line. */
const WIDEST = 48;

/** Fields whose values are times for people. */
const TIMES: ReadonlySet<string> = new Set(["time", "endtime"]);
/** What stands between two columns. */
const GAP = "  ";
/** The least that a column with texts is made narrower to. */
const NARROWEST = 8;

/** Lines with aligned columns. A long value is cut, but in the last column where there is room for any. */
class Table implements RecordFormat {
  readonly #fields: readonly Field[];
  readonly #columns: number | undefined;
  #held: string[][] = [];
  #widths: readonly number[] | undefined;

  constructor(fields: readonly Field[], columns: number | undefined) {
    this.#fields = fields;
    this.#columns = columns;
  }

  add(record: NumberedRecord): string {
    const cells = this.#fields.map((field) => printable(valueText(field.value(record))));
    if (this.#widths !== undefined) return this.#line(cells);
    this.#held.push(cells);
    return this.#held.length < MEASURED ? "" : this.#settle();
  }

  end(): string {
    return this.#widths === undefined ? this.#settle() : "";
  }

  #settle(): string {
    const lines = [this.#fields.map(({ name }) => name.replace(/^sf\./, "").toUpperCase()), ...this.#held];
    this.#held = [];
    this.#widths = this.#fitted(this.#fields.map((_, column) => Math.min(WIDEST, Math.max(...lines.map((cells) => displayWidth(cells[column] as string))))));
    return lines.map((cells) => this.#line(cells)).join("");
  }

  /** Takes from the widest texts until a line fits, if it can. */
  #fitted(widths: number[]): readonly number[] {
    if (this.#columns === undefined) return widths;
    let excess = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) - this.#columns;
    for (; excess > 0; excess -= 1) {
      const texts = widths.map((width, column) => (isText(this.#fields[column] as Field) ? width : 0));
      const widest = Math.max(...texts);
      if (widest <= NARROWEST) break;
      const column = texts.lastIndexOf(widest);
      widths[column] = widest - 1;
    }
    return widths;
  }

  #line(cells: readonly string[]): string {
    const last = cells.length - 1;
    const text = cells.map((cell, column) => {
      const width = this.#widths?.[column] ?? 0;
      const isNumber = this.#fields[column]?.isNumber === true;
      const fitting = (column === last && this.#columns === undefined) || displayWidth(cell) <= width ? cell : cutTo(cell, width);
      const gap = " ".repeat(Math.max(0, width - displayWidth(fitting)));
      return isNumber ? gap + fitting : fitting + gap;
    });
    return `${text.join(GAP).trimEnd()}\n`;
  }
}

/** Whether a part of a value is better than nothing: of a number or a time it is not. */
function isText({ name, isNumber }: Field): boolean {
  return !isNumber && !TIMES.has(name);
}

function cutTo(text: string, width: number): string {
  let cut = "";
  let used = 1;
  for (const character of text) {
    used += displayWidth(character);
    if (used > width) break;
    cut += character;
  }
  return `${cut}…`;
}

/** A text that can't steer a terminal: control characters are written as escapes. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return character === "\n" ? "\\n" : character === "\t" ? "\\t" : code > 255 ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, "0")}`;
  });
}
