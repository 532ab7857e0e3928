import type { BatchData } from "@millrace/api";
import type { Guard } from "@millrace/core";
import { expiring } from "./expiring.ts";
import type { Expire } from "./options.ts";

/** The kinds whose batches are read by a cursor. What travels on the others are values, which stay as they are. */
const CURSOR_KINDS: ReadonlySet<string> = new Set(["flat", "event"]);

/**
 * Lends batches to one node so that a use after their time throws `MILLRACE_TESTKIT_EXPIRED`: of a cursor when the loop
 * has gone on to the next record, of the batch when the node has let it go.
 */
export function expiringGuard(node: string, kindOf: string | undefined, expire: Expire): Guard | undefined {
  if (expire === "nothing" || kindOf === undefined || !CURSOR_KINDS.has(kindOf)) return undefined;
  const sent = new WeakMap<BatchData, BatchData>();
  const expireLent = new WeakMap<BatchData, () => void>();
  return {
    lend(data, to) {
      if (to !== node) return data;
      const [view, expireView] = lentBatch(data as typeof data & Iterable<object>, expire);
      sent.set(view, data);
      expireLent.set(view, expireView);
      return view;
    },
    reclaim: (data) => expireLent.get(data)?.(),
    unwrap: (data) => sent.get(data) ?? data,
  };
}

function lentBatch<D extends BatchData & Iterable<object>>(data: D, expire: Expire): [view: D, expireView: () => void] {
  const cursors = { expire: (): void => undefined };
  const iterating: D = new Proxy(data, {
    get(target, key) {
      if (key === Symbol.iterator) return () => lentCursors(target, cursors);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  if (expire === "cursors") return [iterating, () => cursors.expire()];
  const [view, expireBatch] = expiring("batch", iterating);
  return [
    view,
    () => {
      cursors.expire();
      expireBatch();
    },
  ];
}

/** Gives a view of its own for each step of the cursor, which expires with the next step. */
function* lentCursors(data: Iterable<object>, current: { expire: () => void }): Generator<object, void> {
  for (const cursor of data) {
    const [view, expire] = expiring("cursor", cursor);
    current.expire = expire;
    yield view;
    expire();
  }
}
