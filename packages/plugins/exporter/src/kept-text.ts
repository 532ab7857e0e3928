import { Memo, type Memoised, memoOf, type ProcessVersion } from "@millrace/sysflow";
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

  /** Takes what was written since `from` off the page and keeps it. All are lengths of the page, in their order; the others say where parts end. */
  keep(out: Memory, from: number, first: number = from, second: number = from, third: number = from): void {
    this.first = first - from;
    this.second = second - from;
    this.third = third - from;
    this.length = out.length - from;
    this.place = out.keep(from);
    this.generation = out.remembers(this.place) ? out.generation : -1;
  }
}

/** The text of what is around a record, without the process; and where that of the process stands, which is of the same generation. */
export class AroundText extends KeptText {
  processPlace = 0;
  /** Where the number of the thread belongs, from the beginning of the text of the process. */
  thread = 0;
  processLength = 0;
}

/** The text of a process with its ancestors. */
export class ChainText extends KeptText {
  /** Of whom it tells: the process, its parent, and so on. */
  ancestors: readonly ProcessVersion[] = [];

  /** Whether it tells of the same versions. Other surroundings mostly show the same chain. */
  isOf(ancestors: readonly ProcessVersion[]): boolean {
    if (this.ancestors === ancestors) return true;
    if (this.ancestors.length !== ancestors.length) return false;
    for (let i = 0; i < ancestors.length; i++) if (this.ancestors[i] !== ancestors[i]) return false;
    return true;
  }
}

/** The place for the text that an encoder keeps with a version: its own, whether it is filled or not. */
export function keptText(version: Memoised, owner: object): KeptText {
  return (memoOf(version, owner) as KeptText | undefined) ?? add(version, new KeptText(owner, version.memo));
}

export function aroundText(version: Memoised, owner: object): AroundText {
  return (memoOf(version, owner) as AroundText | undefined) ?? add(version, new AroundText(owner, version.memo));
}

export function chainText(version: Memoised, owner: object): ChainText {
  return (memoOf(version, owner) as ChainText | undefined) ?? add(version, new ChainText(owner, version.memo));
}

function add<T extends KeptText>(version: Memoised, text: T): T {
  version.memo = text;
  return text;
}
