/**
 * What somebody has worked out from a version of an entity, and keeps on the version itself: it is found without a search,
 * and goes when the version goes. Several may keep something: theirs hang together as a list, each with its owner.
 */
export class Memo {
  readonly owner: object;
  readonly next: Memo | undefined;

  constructor(owner: object, next: Memo | undefined) {
    this.owner = owner;
    this.next = next;
  }
}

/** A version that can keep memos. */
export interface Memoised {
  memo: Memo | undefined;
}

/** The memo of an owner, `undefined` for none. */
export function memoOf(version: Memoised, owner: object): Memo | undefined {
  let { memo } = version;
  while (memo !== undefined && memo.owner !== owner) memo = memo.next;
  return memo;
}
