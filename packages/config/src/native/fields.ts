import type { Bounds, Place } from "@millrace/api";
import { type DiagnosticBag, didYouMean, nearestName } from "@millrace/text";
import { MISSING, SHAPE, UNKNOWN, VALUE } from "../codes.ts";
import { describe, type Entry, isFaulty, keyPlace, type MapNode, placeOf, plain, type TreeNode } from "../tree/node.ts";
import { durationOf, sizeOf } from "./quantity.ts";
import { keysOf, type ShapeName, shapes } from "./shape.ts";

/** A map of a known shape, read key by key. What does not fit is reported, and reads as absent. */
export class Fields {
  readonly map: MapNode;
  readonly bag: DiagnosticBag;
  private readonly entries: ReadonlyMap<string, Entry>;

  private constructor(map: MapNode, bag: DiagnosticBag) {
    this.map = map;
    this.bag = bag;
    this.entries = new Map(map.entries.map((entry) => [entry.key, entry]));
  }

  /** `what` is how messages call it. `place` is shown where something is missing. */
  static of(node: TreeNode, shape: ShapeName, what: string, place: Place, bag: DiagnosticBag): Fields | undefined {
    if (isFaulty(node)) return undefined;
    if (node.kind !== "map") {
      bag.error(SHAPE, `${what} must be a map, and is ${describe(node)}`, { place: node.kind === "scalar" && node.value === null ? place : placeOf(node) });
      return undefined;
    }
    const known = keysOf(shape);
    for (const entry of node.entries) {
      if (known.includes(entry.key) || (shape === "pipeline" && entry.key.startsWith("x-"))) continue;
      bag.error(UNKNOWN, `${what} has no "${entry.key}"`, {
        place: keyPlace(entry),
        hint: didYouMean(entry.key, known) ?? `it may have ${known.filter((key) => key !== "$schema").join(", ")}`,
      });
    }
    for (const key of shapes[shape].required ?? []) {
      // A key that was meant, and misspelled, has been reported.
      const meant = node.entries.some((entry) => entry.key === key || (!known.includes(entry.key) && nearestName(entry.key, known) === key));
      if (!meant) bag.error(MISSING, `${what} has no "${key}"`, { place });
    }
    return new Fields(node, bag);
  }

  entry(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    return entry === undefined || (entry.value.kind === "scalar" && entry.value.value === null) ? undefined : entry;
  }

  /** A text; a number or boolean without quotes counts as what was written. */
  text(key: string, mayBeEmpty = false): string | undefined {
    const entry = this.entry(key);
    if (entry === undefined) return undefined;
    if (entry.value.kind === "scalar" && (mayBeEmpty || entry.value.text !== "")) return entry.value.text;
    return this.wrong(entry, mayBeEmpty ? "a text" : "a text that is not empty");
  }

  boolean(key: string): boolean | undefined {
    const entry = this.entry(key);
    if (entry === undefined) return undefined;
    return entry.value.kind === "scalar" && typeof entry.value.value === "boolean" ? entry.value.value : this.wrong(entry, "true or false");
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const text = this.text(key);
    const found = choices.find((choice) => choice === text);
    if (text === undefined || found !== undefined) return found;
    const entry = this.entry(key) as Entry;
    this.bag.error(VALUE, `"${key}" can't be "${text}"`, { place: placeOf(entry.value), hint: didYouMean(text, choices) ?? `there are ${choices.join(", ")}` });
    return undefined;
  }

  /** A map of anything. */
  data(key: string): Readonly<Record<string, unknown>> | undefined {
    const entry = this.entry(key);
    if (entry === undefined) return undefined;
    return entry.value.kind === "map" ? (plain(entry.value) as Record<string, unknown>) : this.wrong(entry, "a map");
  }

  /** A list. */
  items(key: string): readonly TreeNode[] {
    const entry = this.entry(key);
    if (entry === undefined) return [];
    return entry.value.kind === "list" ? entry.value.items : (this.wrong(entry, "a list") ?? []);
  }

  /** Milliseconds. */
  duration(key: string): number | undefined {
    const entry = this.entry(key);
    if (entry === undefined) return undefined;
    const ms = entry.value.kind === "scalar" ? durationOf(entry.value.text) : undefined;
    const hint = entry.value.kind === "scalar" && typeof entry.value.value === "number" ? `did you mean ${entry.value.text}s?` : undefined;
    return ms ?? this.wrong(entry, "a duration, such as 500ms, 5s or 2m", hint);
  }

  bounds(key: string): Bounds | undefined {
    const entry = this.entry(key);
    const fields = entry && Fields.of(entry.value, "bounds", `"${key}"`, keyPlace(entry), this.bag);
    const records = fields?.count("records");
    const bytes = fields?.size("bytes");
    return fields && { ...(records !== undefined && { records }), ...(bytes !== undefined && { bytes }) };
  }

  private count(key: string): number | undefined {
    const entry = this.entry(key);
    if (entry === undefined) return undefined;
    const value = entry.value.kind === "scalar" ? entry.value.value : undefined;
    return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : this.wrong(entry, "a whole number of at least 1");
  }

  private size(key: string): number | undefined {
    const entry = this.entry(key);
    if (entry === undefined) return undefined;
    const bytes = entry.value.kind === "scalar" ? sizeOf(entry.value.text) : undefined;
    return bytes !== undefined && bytes > 0 ? bytes : this.wrong(entry, "a size, such as 4MiB or 4096");
  }

  private wrong(entry: Entry, wanted: string, hint?: string): undefined {
    this.bag.error(SHAPE, `"${entry.key}" must be ${wanted}`, { place: placeOf(entry.value), hint });
  }
}
