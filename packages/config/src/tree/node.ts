import type { Place } from "@millrace/api";
import type { Source, Span } from "@millrace/text";

/** A value of a JSON or YAML text that knows where it stands. */
export type TreeNode = MapNode | ListNode | ScalarNode;

interface Located {
  readonly source: Source;
  readonly span: Span;
}

/** A mapping. Entries keep their order; a key that stands there twice has two entries. */
export interface MapNode extends Located {
  readonly kind: "map";
  readonly entries: readonly Entry[];
}

export interface ListNode extends Located {
  readonly kind: "list";
  readonly items: readonly TreeNode[];
}

export interface ScalarNode extends Located {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** The value as it was written, without quotes. */
  readonly text: string;
  /** Nothing usable stands there, and that has been reported: nothing more is to be said about it. */
  readonly faulty?: boolean;
}

/** A key with its value. */
export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: TreeNode;
}

/** Where a node stands. */
export function placeOf(node: TreeNode): Place {
  return node.source.at(node.span);
}

/** Where the key of an entry stands. */
export function keyPlace(entry: Entry): Place {
  return entry.value.source.at(entry.keySpan);
}

/** Where an entry's value stands, or its key where the value may take several lines. */
export function entryPlace(entry: Entry): Place {
  return entry.value.kind === "scalar" ? placeOf(entry.value) : keyPlace(entry);
}

/** The most levels of options whose places are kept. */
const MOST_PLACED_LEVELS = 4;

/** Where each option stands: by its key, and by `key.inner` and `key.0` for what is inside. With `keyPlace`: where its key does. */
export function optionPlaces(node: TreeNode | undefined, placeOfEntry: (entry: Entry) => Place = entryPlace, prefix = "", level = 1): Record<string, Place> {
  if (node === undefined || node.kind === "scalar" || level > MOST_PLACED_LEVELS) return {};
  const places: Record<string, Place> = {};
  const add = (key: string, place: Place, value: TreeNode): void => {
    const path = prefix + key;
    Object.defineProperty(places, path, { value: place, enumerable: true, configurable: true, writable: true });
    Object.assign(places, optionPlaces(value, placeOfEntry, `${path}.`, level + 1));
  };
  if (node.kind === "map") for (const entry of node.entries) add(entry.key, placeOfEntry(entry), entry.value);
  else for (const [index, item] of node.items.entries()) add(String(index), placeOf(item), item);
  return places;
}

/** The entries of a map by key; of equal keys the last one counts. */
export function entriesOf(map: MapNode, fold: (key: string) => string = (key) => key): Map<string, Entry> {
  return new Map(map.entries.map((entry) => [fold(entry.key), entry]));
}

/** The value as plain data. */
export function plain(node: TreeNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plain);
  const data: Record<string, unknown> = {};
  for (const { key, value } of node.entries) Object.defineProperty(data, key, { value: plain(value), enumerable: true, configurable: true, writable: true });
  return data;
}

/** Whether what stands there has been reported as a mistake already. */
export function isFaulty(node: TreeNode): boolean {
  return node.kind === "scalar" && node.faulty === true;
}

/** The text of a scalar that may stand where a text is wanted, or `undefined`. */
export function textOf(node: TreeNode): string | undefined {
  return node.kind === "scalar" && node.value !== null ? node.text : undefined;
}

/** What a node is, for messages: `a list`, `a number`, … */
export function describe(node: TreeNode): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "list") return "a list";
  if (node.value === null) return "nothing";
  return typeof node.value === "string" ? "a text" : typeof node.value === "number" ? "a number" : "a boolean";
}
