import type { Surroundings } from "./surroundings.ts";
import type { ProcessVersion } from "./versions.ts";

/** A process: the last version in each state, and what was last known around it. */
export class ProcessEntry {
  created: ProcessVersion | undefined;
  modified: ProcessVersion | undefined;
  reup: ProcessVersion | undefined;
  /** The version that counts: modified before created before announced again. */
  current: ProcessVersion | undefined;
  around: Surroundings | undefined;
  /** The state of the tables for which {@link around} was last checked. */
  checked = -1;
  /** The batch in which it was last touched. */
  touched = -1;
  /** The entries of its ancestors. */
  chain: readonly number[] = [];
  /** Whether the last ancestor has a parent that is not known: it may come yet. */
  open = false;
  /** How many processes had ever been added when the chain was followed. */
  added = -1;
  /** How many changes of containers and pods there had been when they were last looked up. */
  housed = -1;
}
