import type { Place } from "@millrace/api";
import { argumentPlace } from "../places.ts";
import type { Property, Section } from "./section.ts";

/** A section as the command line makes it: `-i dummy -t app -p rate=2`. */
export interface CommandSection {
  readonly kind: "service" | "input" | "filter" | "output";
  /** Keys and values, in their order. `-i NAME` is the key `name`, `-t TAG` `tag`, `-m MATCH` `match`, `-f SECONDS` a service's `flush`. */
  readonly properties: readonly (readonly [key: string, value: string])[];
}

const FLAGS: Readonly<Record<CommandSection["kind"], string>> = { service: "-s", input: "-i", filter: "-F", output: "-o" };
const SHORT: Readonly<Record<string, string>> = { tag: "-t", match: "-m", flush: "-f" };

/** Turns what the command line says into sections like those of a file. */
export function commandSection({ kind, properties }: CommandSection): Section {
  const written = properties.map(([key, value]) => {
    const lower = key.toLowerCase();
    if (lower === "name") return `${FLAGS[kind]} ${value}`;
    return SHORT[lower] === undefined ? `-p ${key}=${value}` : `${SHORT[lower]} ${value}`;
  });
  return {
    kind,
    place: argumentPlace(written.join(" ")),
    properties: properties.map(([key, value], index) => propertyOf(key, value, argumentPlace(written[index] as string))),
    groups: [],
    data: {},
  };
}

/** Where the key stands is told apart where it was written: as `-p key=value`. */
function propertyOf(key: string, text: string, place: Place): Property {
  const start = place.lineText?.startsWith(`-p ${key}=`) ? "-p ".length : undefined;
  return { key: key.toLowerCase(), text, place, ...(start !== undefined && { keyPlace: { ...place, column: start + 1, length: key.length } }) };
}
