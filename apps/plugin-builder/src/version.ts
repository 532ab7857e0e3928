import manifest from "../package.json" with { type: "json" };

/** The version of this builder. */
export const VERSION: string = manifest.version;
