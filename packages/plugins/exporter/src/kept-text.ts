import { Memo, type Memoised, memoOf } from "@millrace/sysflow";
import type { Memory } from "./bytes/memory.ts";

/** The text of a version of an entity, as it stands in the arena of an encoder. It may consist of several parts, one after the other. */
export class KeptText extends Memo {
  generation = -1;
  /** Where it stands. */
  place = 0;
  /** Where each part ends, from the beginning of the text; the last part takes the rest. */
  first = 0;
  second = 0;
  third = 0;
  length = 0;

  /** Takes what was written since `from` off the page and keeps it. The ends of parts are offsets on the page, in their order. */
  keep(out: Memory, from: number, first: number = from, second: number = from, third: number = from): void {
    this.first = first - from;
    this.second = second - from;
    this.third = third - from;
    this.length = out.at - from;
    this.place = out.keep(from);
    this.generation = out.remembers(this.place) ? out.generation : -1;
  }
}

/** The place for the text that an encoder keeps with a version: its own, whether it is filled or not. */
export function keptText(version: Memoised, owner: object): KeptText {
  const found = memoOf(version, owner) as KeptText | undefined;
  if (found !== undefined) return found;
  const made = new KeptText(owner, version.memo);
  version.memo = made;
  return made;
}
