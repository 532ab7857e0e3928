import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The conditions of an import in Node (nodejs.org/api/packages.html, conditional exports), beside those given on Node's command line. */
const CONDITIONS: readonly string[] = ["node", "import", "module-sync", "node-addons"];

/** A package that is installed. */
export interface InstalledPackage {
  readonly folder: string;
  /** The file that importing it loads. */
  readonly entry: string;
}

/**
 * The package that importing a name would load, seen from a folder, or `undefined` where it is not installed there or in
 * a folder above. Node resolves names only from the importing file; a plugin is resolved from where the user stands.
 */
export function installedPackage(specifier: string, from: string): InstalledPackage | undefined {
  const parts = specifier.split("/");
  const name = parts.splice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  if (name === "" || parts.includes("..") || name.includes("..")) return undefined;
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) {
      const entry = entryOfFolder(candidate, parts.length === 0 ? "." : `./${parts.join("/")}`);
      return entry === undefined ? undefined : { folder: candidate, entry };
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** The file that a folder's package.json names for an entry: `exports`, then `main`, then index.js. */
export function entryOfFolder(folder: string, entry: string = "."): string | undefined {
  const { exports, main } = manifestOf(folder);
  let target: string | undefined;
  if (exports !== undefined && exports !== null) target = targetOf(exports, entry);
  else if (entry !== ".") target = entry;
  else target = [typeof main === "string" ? main : undefined, "index.js"].find((path) => path !== undefined && existsSync(join(folder, path)));
  const path = target === undefined ? undefined : join(folder, target);
  return path !== undefined && existsSync(path) ? path : undefined;
}

function manifestOf(folder: string): { readonly exports?: unknown; readonly main?: unknown } {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return manifest !== null && typeof manifest === "object" ? manifest : {};
  } catch {
    // A broken manifest names nothing: what is missing is then said with the name of the package.
    return {};
  }
}

function targetOf(exports: unknown, entry: string): string | undefined {
  const isMap = exports !== null && typeof exports === "object" && !Array.isArray(exports) && Object.keys(exports).some((key) => key.startsWith("."));
  if (isMap) return conditional((exports as Record<string, unknown>)[entry]);
  return entry === "." ? conditional(exports) : undefined;
}

function conditional(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (Array.isArray(target)) return target.map(conditional).find((path) => path !== undefined);
  if (target === null || typeof target !== "object") return undefined;
  const active = new Set([...CONDITIONS, ...commandLineConditions(), "default"]);
  for (const [condition, inner] of Object.entries(target)) {
    const path = active.has(condition) ? conditional(inner) : undefined;
    if (path !== undefined) return path;
  }
  return undefined;
}

/** What `node --conditions=X` and `-C X` say. */
function commandLineConditions(): string[] {
  const words = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)];
  return words.flatMap((word, index) => {
    const given = /^(?:--conditions|-C)=(.+)$/.exec(word)?.[1] ?? (word === "-C" || word === "--conditions" ? words[index + 1] : undefined);
    return given === undefined ? [] : [given];
  });
}
