import manifest from "../package.json" with { type: "json" };

/** The version of the commands. */
export const VERSION: string = manifest.version;
