import type { Place } from "@millrace/api";
import { characterWidth } from "./width.ts";

export interface CaretOptions {
  /** The most columns of a line that are shown. Default 120, at least 20. */
  readonly width?: number;
}

/** One character of a line as it is shown. */
interface Cell {
  readonly text: string;
  readonly width: number;
  /** Where it starts and ends in the line, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** How many code units on each side of a place are looked at, for each column that is shown: most take one, few take none. */
const REACH = 4;

const ELLIPSIS: Cell = { text: "…", width: 1, start: 0, end: 0 };

/**
 * The line of a place and, below it, `^~~~` under what is meant. Tabs stay tabs in both lines, so that they stand one
 * below the other whatever a tab's width is; control characters are shown as pictures; a line that is too long is cut on
 * both sides, around the column. `undefined` for a place without its line.
 */
export function caretLines(place: Place, options: CaretOptions = {}): { readonly source: string; readonly caret: string } | undefined {
  if (place.lineText === undefined) return undefined;
  const width = Math.max(20, options.width ?? 120);
  const from = Math.max(0, place.column - 1);
  const { cells, cutBefore, cutAfter } = cellsAround(place.lineText, from, REACH * width);
  const to = from + Math.max(1, place.length ?? 1);
  let first = cells.findIndex((cell) => cell.end > from);
  if (first < 0) first = cells.length;
  let last = first;
  while (last < cells.length && (cells[last] as Cell).start < to) last++;

  const [begin, end] = windowAround(cells, first, last, width);
  const left = cutBefore || begin > 0 ? [ELLIPSIS] : [];
  const shown = [...left, ...cells.slice(begin, end), ...(cutAfter || end < cells.length ? [ELLIPSIS] : [])];
  const before = [...left, ...cells.slice(begin, first)];
  const marked = widthOf(cells.slice(first, Math.min(last, end)));
  return {
    source: shown
      .map((cell) => cell.text)
      .join("")
      .trimEnd(),
    caret: `${before.map((cell) => (cell.text === "\t" ? "\t" : " ".repeat(cell.width))).join("")}^${"~".repeat(Math.max(0, marked - 1))}`,
  };
}

/** The cells of a line as far as they may be shown: of one with a million characters, a few hundred around a place are looked at. */
function cellsAround(line: string, from: number, reach: number): { readonly cells: Cell[]; readonly cutBefore: boolean; readonly cutAfter: boolean } {
  const begin = withinPair(line, Math.max(0, Math.min(from, line.length) - reach));
  const end = withinPair(line, Math.min(line.length, from + reach));
  return { cells: cellsOf(line.slice(begin, end), begin), cutBefore: begin > 0, cutAfter: end < line.length };
}

/** The place before a character, if `at` is within its surrogate pair. */
function withinPair(line: string, at: number): number {
  const inside = at > 0 && at < line.length && /[\udc00-\udfff]/.test(line[at] as string) && /[\ud800-\udbff]/.test(line[at - 1] as string);
  return inside ? at - 1 : at;
}

function cellsOf(line: string, offset: number): Cell[] {
  const cells: Cell[] = [];
  let start = offset;
  for (const character of line) {
    const end = start + character.length;
    const text = visible(character);
    cells.push({ text, width: characterWidth(text), start, end });
    start = end;
  }
  return cells;
}

/** A character as a terminal may safely show it. */
function visible(character: string): string {
  const code = character.codePointAt(0) as number;
  if (code === 9) return character;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  const unsafe = (code >= 0x80 && code < 0xa0) || (code >= 0xd800 && code < 0xe000) || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return unsafe ? "\ufffd" : character;
}

/** The cells to show, `[begin, end)`: all that fit, with a third of the room before what is meant. */
function windowAround(cells: readonly Cell[], first: number, last: number, width: number): readonly [number, number] {
  if (widthOf(cells) <= width) return [0, cells.length];
  const room = width - 2;
  let begin = first;
  let used = 0;
  const markedWidth = Math.min(widthOf(cells.slice(first, last)), room);
  const lead = Math.max(Math.floor(room / 3), room - markedWidth - widthOf(cells.slice(last)));
  while (begin > 0 && used + (cells[begin - 1] as Cell).width <= Math.min(lead, room - 1)) used += (cells[--begin] as Cell).width;
  let end = first;
  while (end < cells.length && used + (cells[end] as Cell).width <= room) used += (cells[end++] as Cell).width;
  return [begin, end];
}

function widthOf(cells: readonly Cell[]): number {
  let width = 0;
  for (const cell of cells) width += cell.width;
  return width;
}
