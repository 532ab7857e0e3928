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

/** In how many ways a file may have been opened, for all of which a text is kept. Real traces have one or two. */
const MOST_FLAGS = 4;

/** The text of a file, as it was opened: with some flags, or not at all. */
export class FileText extends KeptText {
  flags: number | undefined;

  constructor(owner: object, next: Memo | undefined, flags: number | undefined) {
    super(owner, next);
    this.flags = flags;
  }
}

/** The text of a process with its ancestors, which has two parts. It stands within one of what is around a record. */
export class ChainText extends KeptText {
  /** Of whom it tells: the process, its parent, and so on. */
  ancestors: readonly ProcessVersion[] = [];

  /** Takes it from the end of another text that is kept. */
  keepWithin(text: KeptText, length: number, first: number): void {
    this.first = first;
    this.length = length;
    this.place = text.place + text.length - length;
    this.generation = text.generation;
  }

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

/** The same for a file, by the flags that it was opened with. */
export function fileText(version: Memoised, owner: object, flags: number | undefined): FileText {
  let others = 0;
  let first: FileText | undefined;
  for (let { memo } = version; memo !== undefined; memo = memo.next) {
    if (memo.owner !== owner) continue;
    first = memo as FileText;
    if (first.flags === flags) return first;
    others++;
  }
  if (first === undefined || others < MOST_FLAGS) return add(version, new FileText(owner, version.memo, flags));
  first.flags = flags;
  first.generation = -1;
  return first;
}

export function chainText(version: Memoised, owner: object): ChainText {
  return (memoOf(version, owner) as ChainText | undefined) ?? add(version, new ChainText(owner, version.memo));
}

function add<T extends KeptText>(version: Memoised, text: T): T {
  version.memo = text;
  return text;
}
