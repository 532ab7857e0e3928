import { openFlagNames, operationNames } from "./flags.ts";

/** How many bits may have a name. */
const BITS = 32;

/** The operation flags that have these names on a record of this type; names that nobody knows have none. */
export function operationBits(names: readonly string[], type: number): number {
  return bitsOf(names, (bit) => operationNames(bit, type));
}

/** The open flags that have these names. */
export function openFlagBits(names: readonly string[]): number {
  return bitsOf(names, (bit) => openFlagNames(bit));
}

function bitsOf(names: readonly string[], namesOf: (bit: number) => readonly string[]): number {
  let bits = 0;
  for (let i = 0; i < BITS; i++) if (namesOf(1 << i).some((name) => names.includes(name))) bits |= 1 << i;
  return bits >>> 0;
}
