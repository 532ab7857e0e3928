import type { Release } from "./release.ts";

/** What built plugins are compared with. */
export interface ArtefactHost {
  /** The release that the host is. */
  readonly release: Release;
  /** The version of Node that it runs on, without a `v`. */
  readonly node: string;
}
