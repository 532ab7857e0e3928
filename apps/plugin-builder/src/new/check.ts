import { readdirSync, statSync } from "node:fs";
import type { Diagnostic } from "@millrace/api";
import { didYouMean } from "@millrace/text";
import { isKind, KINDS } from "./kinds.ts";

/** Words of small letters and digits, joined by single dashes, underscores or dots: what npm and every dialect take. */
const NAME = /^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$/;

/** The longest name that npm takes, for a whole package. */
const LONGEST_PACKAGE = 214;

/** What is wrong with the kind that somebody asks for. */
export function kindFaults(kind: string): Diagnostic[] {
  if (isKind(kind)) return [];
  const kinds = Object.keys(KINDS);
  return [fault("MILLRACE_NEW_KIND", `"${kind}" is no kind of plugin`, didYouMean(kind, kinds) ?? `the kinds are ${kinds.join(", ")}`)];
}

/** What is wrong with the name of a plugin or a package, which npm is to know as `packageName`. */
export function nameFaults(name: string, packageName: string): Diagnostic[] {
  const better = name
    .toLowerCase()
    .replace(/^(?:@[^/]*\/)?(?:millrace-)?plugin-/, "")
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/[-_.]{2,}/g, "-")
    .replace(/^[^a-z]+|[-_.]+$/g, "");
  const hint = NAME.test(better) ? `such as "${better}"` : undefined;
  if (/^(?:millrace-plugin-|@)/.test(name)) return [fault("MILLRACE_NEW_NAME", `"${name}" names a package, and the name of the plugin is wanted`, hint)];
  if (!NAME.test(name)) {
    const rule = "small letters and digits, a letter first, in words joined by single dashes, underscores or dots";
    return [fault("MILLRACE_NEW_NAME", name === "" ? `a name is wanted: ${rule}` : `"${name}" can't be a name: a name is ${rule}`, hint)];
  }
  if (packageName.length > LONGEST_PACKAGE) {
    return [
      fault("MILLRACE_NEW_NAME", `the package ${packageName.slice(0, 40)}… has a name of ${packageName.length} characters, and npm takes ${LONGEST_PACKAGE}`),
    ];
  }
  return [];
}

/** What keeps a folder from being that of a new package: it must not exist, or be empty. `shown` is what the user calls it. */
export function folderFaults(folder: string, shown: string): Diagnostic[] {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return [];
  const hint = "choose another name or folder";
  if (!found.isDirectory()) return [fault("MILLRACE_NEW_FOLDER", `${shown} is a file, and a new folder is wanted`, hint)];
  return readdirSync(folder).length === 0 ? [] : [fault("MILLRACE_NEW_FOLDER", `${shown} is there already, and is not empty: nothing is overwritten`, hint)];
}

function fault(code: string, message: string, hint?: string): Diagnostic {
  return { severity: "error", code, message, ...(hint !== undefined && { hint }) };
}
