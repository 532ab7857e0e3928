/**
 * A value in a record: whatever MessagePack has. A `number` that is whole and within ±2^53 is an integer, any other a
 * 64-bit float; an integer beyond that is a `bigint`.
 */
export type FluentValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | Date
  | FluentExt
  | FluentFloat
  | readonly FluentValue[]
  | { readonly [key: string]: FluentValue };

/** The body of a message. */
export type FluentRecord = Readonly<Record<string, FluentValue>>;

/** The property by which an extension value is recognised. */
const EXT: unique symbol = Symbol.for("millrace.fluent.ext");

/** The property by which a float is recognised. */
const FLOAT: unique symbol = Symbol.for("millrace.fluent.float");

/** An extension value of MessagePack. Made by {@link fluentExt}. */
export interface FluentExt {
  readonly [EXT]: { readonly type: number; readonly data: Uint8Array };
}

/** A number that stays a float when it is whole. Made by {@link fluentFloat}. */
export interface FluentFloat {
  readonly [FLOAT]: number;
}

/** An extension value: a type from -128 to 127, and its bytes. */
export function fluentExt(type: number, data: Uint8Array): FluentExt {
  return { [EXT]: { type, data } };
}

/** A float that is written as one even where it is whole: `fluentFloat(2)` is 2.0, while `2` is an integer. */
export function fluentFloat(value: number): FluentFloat {
  return { [FLOAT]: value };
}

/** The type and the bytes of an extension value; `undefined` for anything else. */
export function partsOfExt(value: object): { readonly type: number; readonly data: Uint8Array } | undefined {
  return (value as Partial<FluentExt>)[EXT];
}

/** The number of a {@link FluentFloat}; `undefined` for anything else. */
export function partsOfFloat(value: object): number | undefined {
  return (value as Partial<FluentFloat>)[FLOAT];
}
