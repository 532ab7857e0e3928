import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ChannelKind, Diagnostic, Plugin, PluginKind, PluginSource } from "@millrace/api";
import type { Origin } from "./entry.ts";
import { fileFor, filesIn, type PluginFile, pluginFile, standsAt } from "./locate.ts";
import { called, exportsOf } from "./module-exports.ts";
import { entryOfPackage } from "./package-entry.ts";

/** A plugin file that has been imported. */
export interface LoadedFile {
  /** What messages call it. */
  readonly shown: string;
  readonly stem: string;
  /** Without symbolic links: what makes two files one. */
  readonly path: string;
  readonly origin: Origin;
  /** Only those of the kinds that are wanted from there. */
  readonly plugins: readonly Plugin[];
  readonly channels: readonly ChannelKind[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface Searched {
  readonly files: readonly LoadedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The plugins in the files, folders and packages that a configuration names. Files and packages are imported when the
 * sources are opened; of a folder first the file that has the wanted name, and the others only where that is not enough.
 */
export class PluginFiles {
  readonly #base: string;
  readonly #importMs: number;
  readonly #sources: PluginSource[] = [];
  /** By path and wanted kind, so that a file is imported and judged once. */
  readonly #imports = new Map<string, Promise<LoadedFile>>();
  readonly #done: LoadedFile[] = [];
  #opened: Promise<Diagnostic[]> | undefined;

  constructor(base: string, importMs: number) {
    this.#base = base;
    this.#importMs = importMs;
  }

  add(...sources: readonly PluginSource[]): void {
    for (const source of sources) {
      if (this.#sources.some((known) => known.from === source.from && known.path === source.path && known.kind === source.kind)) continue;
      this.#sources.push(source);
      this.#opened = undefined;
    }
  }

  /** Imports files and packages, and tells what is wrong with the sources themselves. */
  open(): Promise<Diagnostic[]> {
    this.#opened ??= Promise.all(this.#sources.map((source) => this.#openOne(source))).then((findings) => findings.flat());
    return this.#opened;
  }

  /** The files in which a plugin may be: those opened, those of its name, and if it is in none of them, all others. */
  async search(kind: PluginKind, name: string, caseless: boolean): Promise<Searched> {
    await this.open();
    const named = await this.byName(kind, name);
    const wanted = (file: LoadedFile): boolean =>
      file.plugins.some((plugin) => plugin.kind === kind && [plugin.name, ...plugin.aliases].some((known) => same(known, name, caseless)));
    const everything = named.some(wanted) ? { files: named, diagnostics: [] } : await this.everything(kind);
    const hits = everything.files.filter(wanted);
    if (hits.length === 0) return { files: [], diagnostics: everything.diagnostics };
    // What is wrong in other files keeps nobody from using this one. Files named one by one were judged when they were opened.
    return { files: hits, diagnostics: hits.filter(({ origin }) => origin.from === "directory").flatMap(({ diagnostics }) => diagnostics) };
  }

  /** What was opened, and the files of folders that bear the name. */
  async byName(kind: PluginKind, name: string): Promise<LoadedFile[]> {
    await this.open();
    const files = this.#folders(kind).map((source) => [source, fileFor(this.#base, source.path, name)] as const);
    const named = await Promise.all(files.map(([source, file]) => (file ? this.#import(file, source) : undefined)));
    return unique([...this.#explicit(kind), ...named.filter((file) => file !== undefined)]);
  }

  /** Imports every file of every source that may have plugins of a kind, or of any. */
  async everything(kind: PluginKind | undefined): Promise<Searched> {
    const opened = await this.open();
    const rest = this.#folders(kind).flatMap((source) => filesIn(this.#base, source.path).map((file) => this.#import(file, source)));
    const loaded = await Promise.all(rest);
    const diagnostics = [...(kind === undefined ? opened : []), ...loaded.flatMap((file) => file.diagnostics)];
    return { files: unique([...this.#explicit(kind), ...loaded]), diagnostics };
  }

  /** All that has been imported so far. */
  loaded(): readonly LoadedFile[] {
    return this.#done;
  }

  /** Names of plugins that are loaded, and of files that may hold one. */
  names(kind: PluginKind): string[] {
    const loaded = this.#done.flatMap((file) => file.plugins.filter((plugin) => plugin.kind === kind).flatMap((plugin) => [plugin.name, ...plugin.aliases]));
    const stems = this.#folders(kind).flatMap((source) => filesIn(this.#base, source.path).map(({ stem }) => stem));
    const others = new Set(this.#done.map(({ stem }) => stem));
    return [...loaded, ...stems.filter((stem) => !others.has(stem))];
  }

  /** The files that bear a name, but whose plugins do not. */
  otherNames(name: string): { readonly shown: string; readonly exported: string }[] {
    return this.#done
      .filter((file) => file.stem === name && file.plugins.length > 0)
      .map((file) => ({ shown: file.shown, exported: file.plugins.map((plugin) => called(plugin.kind, plugin.name)).join(", ") }));
  }

  /** Where a plugin was looked for. */
  describe(kind: PluginKind, name: string): string[] {
    return this.#sources
      .filter((source) => source.kind === undefined || source.kind === kind)
      .map((source) => {
        if (source.from !== "directory") return source.path;
        const missing = standsAt(this.#base, source.path) === "nothing" ? " (there is no such folder)" : "";
        return `${source.path.replace(/[\\/]+$/, "")}/${name}.mjs${missing}`;
      });
  }

  async #openOne(source: PluginSource): Promise<Diagnostic[]> {
    const placed = (diagnostic: Diagnostic): Diagnostic => (source.place ? { ...diagnostic, place: source.place } : diagnostic);
    if (source.from === "directory") {
      const what = standsAt(this.#base, source.path);
      if (what === "directory" || (what === "nothing" && source.required === false)) return [];
      return [placed(missing(source, what === "file" ? `${source.path} is a file, and a folder was expected` : `plugin folder ${source.path} does not exist`))];
    }
    const file = this.#explicitFile(source);
    if (file === undefined) {
      if (source.required === false) return [];
      const what =
        source.from === "package"
          ? `package ${source.path} is not installed, or has no entry to import`
          : standsAt(this.#base, source.path) === "directory"
            ? `${source.path} is a folder, and a file was expected`
            : `plugin file ${source.path} does not exist`;
      return [placed(missing(source, what))];
    }
    const loaded = await this.#import(file, source);
    return loaded.diagnostics.map(placed);
  }

  #explicitFile(source: PluginSource): PluginFile | undefined {
    if (source.from === "file") return standsAt(this.#base, source.path) === "file" ? pluginFile(this.#base, source.path) : undefined;
    const entry = entryOfPackage(source.path, this.#base) ?? entryOfPackage(source.path, import.meta.dirname);
    return entry === undefined ? undefined : { ...pluginFile(this.#base, entry), shown: source.path };
  }

  #explicit(kind: PluginKind | undefined): LoadedFile[] {
    return this.#done.filter((file) => file.origin.from !== "directory" && (kind === undefined || file.plugins.some((plugin) => plugin.kind === kind)));
  }

  #folders(kind: PluginKind | undefined): PluginSource[] {
    return this.#sources.filter(
      (source) =>
        source.from === "directory" &&
        (kind === undefined || source.kind === undefined || source.kind === kind) &&
        standsAt(this.#base, source.path) === "directory",
    );
  }

  #import(file: PluginFile, source: PluginSource): Promise<LoadedFile> {
    const key = `${file.path}\0${source.kind ?? ""}`;
    const known = this.#imports.get(key);
    if (known !== undefined) return known;
    const loading = this.#importNow(file, source).then((loaded) => {
      this.#done.push(loaded);
      return loaded;
    });
    this.#imports.set(key, loading);
    return loading;
  }

  async #importNow(file: PluginFile, source: PluginSource): Promise<LoadedFile> {
    const loaded: LoadedFile = {
      shown: file.shown,
      stem: file.stem,
      path: file.path,
      origin: { from: source.from, file: file.shown },
      plugins: [],
      channels: [],
      diagnostics: [],
    };
    try {
      const module: unknown = await withDeadline(import(pathToFileURL(resolve(file.path)).href), this.#importMs);
      const { plugins, channels, diagnostics } = exportsOf(module, file.shown, source.kind);
      return { ...loaded, plugins: plugins.filter((plugin) => source.kind === undefined || plugin.kind === source.kind), channels, diagnostics };
    } catch (cause) {
      return {
        ...loaded,
        diagnostics: [{ severity: "error", code: "MILLRACE_REGISTRY_IMPORT", message: `${file.shown} can't be imported`, cause, ...hintFor(cause, file) }],
      };
    }
  }
}

/** Node keeps to itself where a module can't be parsed, but its own check shows it. */
function hintFor(cause: unknown, { path, shown }: PluginFile): { readonly hint?: string } {
  return cause instanceof SyntaxError && /\.[cm]?js$/.test(path) ? { hint: `"node --check ${shown}" shows where` } : {};
}

function missing(source: PluginSource, message: string): Diagnostic {
  const hint = source.from === "package" ? `npm install ${source.path}` : undefined;
  return { severity: "error", code: "MILLRACE_REGISTRY_SOURCE", message, ...(hint !== undefined && { hint }) };
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the import did not end within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** One file reached by two sources is one, with the plugins that are wanted by either. */
function unique(files: readonly LoadedFile[]): LoadedFile[] {
  const byPath = new Map<string, LoadedFile>();
  for (const file of files) {
    const known = byPath.get(file.path);
    byPath.set(file.path, known === undefined ? file : { ...known, plugins: [...new Set([...known.plugins, ...file.plugins])] });
  }
  return [...byPath.values()];
}

function same(a: string, b: string, caseless: boolean): boolean {
  return a === b || (caseless && a.toLowerCase() === b.toLowerCase());
}
