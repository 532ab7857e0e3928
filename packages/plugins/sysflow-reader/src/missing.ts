import { decimalOf, foidText, type MissingEntity, type Surroundings } from "@millrace/sysflow";

/**
 * The sentence that tells of an entity that is not known, in the words of the peer.
 *
 * @param at - where the identity stands in the words, for a process or file
 */
export function missingText(what: MissingEntity, words: Int32Array, at: number, around: Surroundings): string {
  switch (what) {
    case "process":
      return `No process object for ID:  {${longText(words, at)} ${longText(words, at + 2)}}`;
    case "file":
      return `No file object for FOID:  [${[...Buffer.from(foidText(words, at), "hex")].join(" ")}]`;
    case "container":
      return `No container object for ID:  ${around.process?.containerId ?? ""}`;
    case "pod":
      return `No pod object for ID:  ${around.container?.podId ?? ""}`;
  }
}

function longText(words: Int32Array, at: number): string {
  return decimalOf(words[at] as number, words[at + 1] as number);
}
