import { MillraceError } from "@millrace/api";
import type { Release } from "@millrace/core";

/** Reads `release.json`. `file` is what messages call it. Throws `MILLRACE_BUILDER_RELEASE_FILE` where it is none. */
export function readRelease(text: string, file: string): Release {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MillraceError("MILLRACE_BUILDER_RELEASE_FILE", `${file} is no JSON`, { cause });
  }
  const wrong = faultOf(value);
  if (wrong !== undefined) {
    throw new MillraceError("MILLRACE_BUILDER_RELEASE_FILE", `${file} tells of no release that this builder knows: ${wrong}`, {
      hint: "a newer release wants a newer @millrace/plugin-builder",
    });
  }
  return value as Release;
}

function faultOf(value: unknown): string | undefined {
  if (!isRecord(value)) return "it is no object";
  if (value["format"] !== 1) return `its format is ${JSON.stringify(value["format"])}, and 1 was expected`;
  for (const key of ["driver", "node"]) if (typeof value[key] !== "string") return `its ${key} is no text`;
  for (const key of ["packages", "dependencies"]) {
    const packages = value[key];
    if (!isRecord(packages)) return `its ${key} are no object`;
    for (const [name, described] of Object.entries(packages)) {
      if (!isRecord(described) || typeof described["version"] !== "string") return `${name} has no version`;
    }
  }
  const layouts = value["layouts"];
  return isRecord(layouts) && Object.values(layouts).every((layout) => typeof layout === "string") ? undefined : "its layouts are no texts";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
