import { isMillraceError } from "@millrace/api";
import type { Release } from "@millrace/core";
import { resolveRelease } from "../release/resolve.ts";

/** The release whose versions a new plugin pins: that of a tag, or that of the driver that is installed near, or the one that this builder came with. */
export async function releaseToPin(tag: string | undefined, near: string): Promise<Release> {
  try {
    return (await resolveRelease(tag ?? "dev", near)).release;
  } catch (cause) {
    if (tag !== undefined || !isMillraceError(cause) || cause.code !== "MILLRACE_BUILDER_DEV") throw cause;
    return (await import("@millrace/release")).release;
  }
}
