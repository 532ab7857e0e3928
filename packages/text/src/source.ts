import type { Place } from "@millrace/api";

/** A piece of a text: UTF-16 offsets from 0, `end` not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A line and a column, both counted from 1; a column is a UTF-16 code unit. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const BYTE_ORDER_MARK = 0xfeff;
const CR = 13;

/**
 * A text with the name of its file, which turns offsets into places. Lines end with LF or CRLF. A byte order mark at the
 * start belongs to no column.
 */
export class Source {
  /** The file as the user named it. */
  readonly file: string;
  readonly text: string;
  /** The offset at which each line starts. */
  readonly #starts: readonly number[];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.#starts = lineStarts(text);
  }

  /** How many lines there are, at least 1. What follows the last line end is a line too. */
  get lines(): number {
    return this.#starts.length;
  }

  /** The place of the code units from `start` to `end`, or of the one at `start`. Offsets outside of the text are moved to its ends. */
  place(start: number, end: number = start + 1): Place {
    const from = clamp(start, 0, this.text.length);
    const { line, column } = this.position(from);
    const length = Math.max(1, clamp(end, from, this.text.length) - from);
    return { file: this.file, line, column, length, lineText: this.lineText(line) };
  }

  /** The place of a span. */
  at(span: Span): Place {
    return this.place(span.start, span.end);
  }

  /** The place of a whole line, without the white space around it. */
  linePlace(line: number): Place {
    const text = this.lineText(line);
    const indent = text.length - text.trimStart().length;
    const start = this.offset({ line, column: 1 + (indent === text.length ? 0 : indent) });
    return this.place(start, start + Math.max(1, text.trim().length));
  }

  /** The line and column of an offset. */
  position(offset: number): Position {
    const at = clamp(offset, 0, this.text.length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.max(1, at - (this.#starts[low] as number) + 1) };
  }

  /** The offset of a line and column; of the nearest one in the text, where there is no such place. */
  offset(position: Position): number {
    const start = this.#starts[clamp(position.line, 1, this.lines) - 1] as number;
    return clamp(start + position.column - 1, start, this.text.length);
  }

  /** A line without its line end. Empty for a line that does not exist. */
  lineText(line: number): string {
    const start = this.#starts[line - 1];
    if (start === undefined) return "";
    let end = line < this.lines ? (this.#starts[line] as number) - 1 : this.text.length;
    if (line < this.lines && end > start && this.text.charCodeAt(end - 1) === CR) end--;
    return this.text.slice(start, end);
  }
}

function lineStarts(text: string): number[] {
  const starts = [text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
