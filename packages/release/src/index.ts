import type { Release } from "@millrace/core";
import data from "../release.json" with { type: "json" };

/**
 * The release of the driver that this package stands for; it has the driver's version. The same as `release.json`, which
 * a tool can read without running anything.
 */
export const release: Release = data;
