import type { Memo } from "./memo.ts";
import type { ContainerVersion, HeaderVersion, PodVersion, ProcessVersion } from "./versions.ts";

/** Bits of {@link Surroundings.missing}: what a record refers to and the tables don't have. */
export const NO_PROCESS = 1;
export const NO_CONTAINER = 2;
export const NO_POD = 4;

/** All that is known around the records of a process at one moment. It never changes, but for its memos; what comes later makes another one. */
export class Surroundings {
  readonly header: HeaderVersion | undefined;
  readonly process: ProcessVersion | undefined;
  /** The process itself, its parent, and so on, as far as they are known; a cycle ends the list. */
  readonly ancestors: readonly ProcessVersion[];
  readonly container: ContainerVersion | undefined;
  readonly pod: PodVersion | undefined;
  /** What could not be found: {@link NO_PROCESS} and its kin. */
  readonly missing: number;
  /** What others have worked out from these surroundings. */
  memo: Memo | undefined = undefined;

  constructor(
    header: HeaderVersion | undefined,
    process: ProcessVersion | undefined,
    ancestors: readonly ProcessVersion[],
    container: ContainerVersion | undefined,
    pod: PodVersion | undefined,
    missing: number,
  ) {
    this.header = header;
    this.process = process;
    this.ancestors = ancestors;
    this.container = container;
    this.pod = pod;
    this.missing = missing;
  }
}
