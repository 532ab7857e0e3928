/**
 * How plugins, errors and channel kinds are recognised.
 *
 * A bundled plugin carries its own copy of this module, so `instanceof` would not know it. Every branded object
 * carries a property under a symbol of the global registry instead, with the number of the interface it was built for.
 */

/** The number of the plugin interface. It changes when a plugin that was built for the old one can't run any more. */
export const ABI = 1;

/** The property by which a plugin is recognised. */
export const PLUGIN: unique symbol = Symbol.for("millrace.plugin");

/** The property by which an error of ours is recognised. */
export const ERROR: unique symbol = Symbol.for("millrace.error");

/** The property by which a channel kind is recognised. */
export const CHANNEL: unique symbol = Symbol.for("millrace.channel");

/** What a branded object carries. */
export interface Brand {
  readonly abi: number;
}

/** The brand of an object, or `undefined` where it has none. */
export function brandOf(value: unknown, symbol: symbol): Brand | undefined {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return undefined;
  const brand = (value as Record<symbol, unknown>)[symbol];
  return brand !== null && typeof brand === "object" && typeof (brand as Brand).abi === "number" ? (brand as Brand) : undefined;
}
