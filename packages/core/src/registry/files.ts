import type { Diagnostic, PluginKind, PluginSource } from "@millrace/api";
import { FileLoader, isRefused, type LoadedFile, type LoadOptions, mayHold } from "./load-file.ts";
import { fileFor, filesIn, leadsNowhere, lonelyManifests, obstacleAt, type PluginFile, pluginFile, standsAt } from "./locate.ts";
import { called } from "./module-exports.ts";
import { installedPackage } from "./package-entry.ts";

export interface Searched {
  readonly files: readonly LoadedFile[];
  /** What is wrong with those files. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface Hits extends Searched {
  /** Whether there is a file that has what is wanted, and that must not be loaded. Why is among the refusals, or was told when it was opened. */
  readonly refused: boolean;
  /** Why files were not loaded: those that have what is wanted, or where there are none, all that were looked at. */
  readonly refusals: readonly Diagnostic[];
}

/**
 * The plugins in the files, folders and packages that a configuration names. Files and packages are imported when the
 * sources are opened; of a folder first the file that has the wanted name, or whose manifest names it, and the others
 * only where that is not enough. A file that must not be loaded is looked at, and never imported.
 */
export class PluginFiles {
  readonly #base: string;
  readonly #loader: FileLoader;
  readonly #sources: PluginSource[] = [];
  #opened: Promise<Diagnostic[]> | undefined;

  constructor(base: string, options: LoadOptions) {
    this.#base = base;
    this.#loader = new FileLoader(options);
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
  async search(kind: PluginKind, name: string, caseless: boolean): Promise<Hits> {
    await this.open();
    const same = (known: string): boolean => known === name || (caseless && known.toLowerCase() === name.toLowerCase());
    const holds = (file: LoadedFile): boolean => file.plugins.some((plugin) => plugin.kind === kind && [plugin.name, ...plugin.aliases].some(same));
    const refused = (file: LoadedFile): boolean => mayHold(file, kind, same);
    const named = await this.byName(kind, name, same);
    const lonely = this.#folders(kind).flatMap((source) => lonelyManifests(this.#base, source.path, name).map(alone));
    const everything =
      named.some((file) => holds(file) || refused(file)) || lonely.length > 0 ? { files: named, diagnostics: [] } : await this.everything(kind);
    const hits = everything.files.filter(holds);
    const outcasts = everything.files.filter(refused);
    const isRefusal = outcasts.length > 0 || lonely.length > 0;
    // What is wrong in other files keeps nobody from using this one.
    const concerned = isRefusal || hits.length > 0 ? [...hits, ...outcasts] : everything.files;
    // Files named one by one were judged when they were opened.
    const told = concerned.filter(({ origin }) => origin.from === "directory");
    return {
      files: hits,
      refused: isRefusal,
      refusals: [...told.filter(isRefused).flatMap(({ diagnostics }) => diagnostics), ...lonely],
      diagnostics: told.filter((file) => !isRefused(file)).flatMap(({ diagnostics }) => diagnostics),
    };
  }

  /** What was opened, and the files of folders that bear the name, or whose manifest has it. */
  async byName(kind: PluginKind, name: string, same: (known: string) => boolean = (known) => known === name): Promise<LoadedFile[]> {
    await this.open();
    const found = await Promise.all(
      this.#folders(kind).map(async (source) => {
        const own = fileFor(this.#base, source.path, name);
        const others = await Promise.all(filesIn(this.#base, source.path).map((file) => this.#names(file, kind, same)));
        const files = [own, ...others].filter((file) => file !== undefined);
        return Promise.all(files.map((file) => this.#loader.load(file, source)));
      }),
    );
    return unique([...this.#explicit(kind), ...found.flat()]);
  }

  /** Imports every file of every source that may have plugins of a kind. */
  async everything(kind: PluginKind): Promise<Searched> {
    await this.open();
    const rest = this.#folders(kind).flatMap((source) => filesIn(this.#base, source.path).map((file) => this.#loader.load(file, source)));
    const loaded = await Promise.all(rest);
    return { files: unique([...this.#explicit(kind), ...loaded]), diagnostics: loaded.flatMap((file) => file.diagnostics) };
  }

  /** Every file of every source. Imports only what no manifest describes. */
  async survey(): Promise<Searched> {
    const diagnostics: Diagnostic[] = [];
    const files: LoadedFile[] = [];
    for (const source of this.#sources) {
      const { files: there, problem } = this.#filesOf(source);
      if (problem !== undefined) diagnostics.push(problem);
      if (source.from === "directory" && problem === undefined && standsAt(this.#base, source.path) === "directory") {
        diagnostics.push(...lonelyManifests(this.#base, source.path).map(alone));
      }
      for (const file of there) {
        const { manifest } = await this.#loader.inspect(file);
        files.push(await (manifest === undefined ? this.#loader.load(file, source) : this.#loader.look(file, source)));
      }
    }
    const all = unique(files);
    return { files: all, diagnostics: [...diagnostics, ...all.flatMap((file) => file.diagnostics)] };
  }

  /** All that has been imported or refused so far. */
  loaded(): readonly LoadedFile[] {
    return this.#loader.done;
  }

  /** Names of plugins that are loaded, and of files that may hold one. */
  names(kind: PluginKind): string[] {
    const loaded = this.loaded().flatMap((file) =>
      [...file.plugins, ...file.claimed].filter((plugin) => plugin.kind === kind).flatMap((plugin) => [plugin.name, ...plugin.aliases]),
    );
    const stems = this.#folders(kind).flatMap((source) => filesIn(this.#base, source.path).map(({ stem }) => stem));
    const others = new Set(this.loaded().map(({ stem }) => stem));
    return [...new Set([...loaded, ...stems.filter((stem) => !others.has(stem))])];
  }

  /** The files that bear a name, but whose plugins do not. */
  otherNames(name: string): { readonly shown: string; readonly exported: string }[] {
    return this.loaded()
      .filter((file) => file.stem === name && file.plugins.length > 0)
      .map((file) => ({ shown: file.shown, exported: file.plugins.map((plugin) => called(plugin.kind, plugin.name)).join(", ") }));
  }

  /** Where a plugin was looked for. */
  describe(kind: PluginKind, name: string): string[] {
    return this.#sources
      .filter((source) => source.kind === undefined || source.kind === kind)
      .map((source) => {
        if (source.from !== "directory") return source.path;
        const file = `${source.path.replace(/[\\/]+$/, "")}/${name}.mjs`;
        if (standsAt(this.#base, source.path) === "nothing") return `${file} (there is no such folder)`;
        return leadsNowhere(this.#base, file) ? `${file} (a symbolic link that leads nowhere)` : file;
      });
  }

  async #openOne(source: PluginSource): Promise<Diagnostic[]> {
    const { files, problem } = this.#filesOf(source);
    if (problem !== undefined) return [problem];
    if (source.from === "directory") return [];
    const loaded = await Promise.all(files.map((file) => this.#loader.load(file, source)));
    return loaded.flatMap(({ diagnostics }) => diagnostics).map((diagnostic) => placed(diagnostic, source));
  }

  /** The files that a source names, or why there are none. */
  #filesOf(source: PluginSource): { readonly files: readonly PluginFile[]; readonly problem?: Diagnostic } {
    const stands = standsAt(this.#base, source.path);
    const cause = source.from === "package" ? undefined : obstacleAt(this.#base, source.path);
    if (cause !== undefined) return { files: [], problem: placed(unusable(source, cause), source) };
    if (source.from === "directory" && stands === "directory") return { files: filesIn(this.#base, source.path) };
    const file = source.from === "directory" ? undefined : this.#explicitFile(source);
    if (file !== undefined) return { files: [file] };
    if (source.required === false && !(source.from === "directory" && stands === "file")) return { files: [] };
    return { files: [], problem: placed(missing(source, stands), source) };
  }

  #explicitFile(source: PluginSource): PluginFile | undefined {
    if (source.from === "file") return standsAt(this.#base, source.path) === "file" ? pluginFile(this.#base, source.path) : undefined;
    const found = installedPackage(source.path, this.#base) ?? installedPackage(source.path, import.meta.dirname);
    return found === undefined ? undefined : { ...pluginFile(this.#base, found.entry), shown: source.path, packageFolder: found.folder };
  }

  /** The file, where its manifest names the plugin. */
  async #names(file: PluginFile, kind: PluginKind, same: (known: string) => boolean): Promise<PluginFile | undefined> {
    const { manifest } = await this.#loader.inspect(file);
    return manifest?.plugins.some((plugin) => plugin.kind === kind && [plugin.name, ...plugin.aliases].some(same)) ? file : undefined;
  }

  #explicit(kind: PluginKind): LoadedFile[] {
    return this.loaded().filter((file) => file.origin.from !== "directory" && (isRefused(file) || file.plugins.some((plugin) => plugin.kind === kind)));
  }

  #folders(kind: PluginKind): PluginSource[] {
    return this.#sources.filter(
      (source) => source.from === "directory" && (source.kind === undefined || source.kind === kind) && standsAt(this.#base, source.path) === "directory",
    );
  }
}

function placed(diagnostic: Diagnostic, { place }: PluginSource): Diagnostic {
  return place ? { ...diagnostic, place } : diagnostic;
}

function unusable({ from, path }: PluginSource, cause: unknown): Diagnostic {
  return { severity: "error", code: "MILLRACE_REGISTRY_SOURCE", message: `plugin ${from === "directory" ? "folder" : "file"} ${path} can't be read`, cause };
}

function missing({ from, path }: PluginSource, stands: "file" | "directory" | "nothing"): Diagnostic {
  const problem = { severity: "error", code: "MILLRACE_REGISTRY_SOURCE" } as const;
  switch (from) {
    case "directory":
      return { ...problem, message: stands === "file" ? `${path} is a file, and a folder was expected` : `plugin folder ${path} does not exist` };
    case "file":
      return { ...problem, message: stands === "directory" ? `${path} is a folder, and a file was expected` : `plugin file ${path} does not exist` };
    case "package":
      return { ...problem, message: `package ${path} is not installed, or has no entry to import`, hint: installing(path) };
  }
}

/** Whoever named a file or folder that is not there must not be led to install some package that bears its name. */
function installing(path: string): string {
  const parts = path.split("/");
  const name = parts.slice(0, path.startsWith("@") ? 2 : 1).join("/");
  return `npm install ${name}, or write ./${path} if a file or folder is meant`;
}

function alone({ stem, shown }: { readonly stem: string; readonly shown: string }): Diagnostic {
  const message = `${shown} stands alone: the file ${stem}.mjs that it describes is not there`;
  return { severity: "error", code: "MILLRACE_ARTEFACT_ALONE", message, hint: "copy both files to the folder, or build the plugin again" };
}

/** One file reached by two sources is one, with the plugins that are wanted by either. */
function unique(files: readonly LoadedFile[]): LoadedFile[] {
  const byPath = new Map<string, LoadedFile>();
  for (const file of files) {
    const known = byPath.get(file.path);
    if (known === undefined) byPath.set(file.path, file);
    else {
      const claimed = [...known.claimed, ...file.claimed.filter((one) => !known.claimed.some(({ kind, name }) => kind === one.kind && name === one.name))];
      byPath.set(file.path, { ...known, plugins: [...new Set([...known.plugins, ...file.plugins])], claimed });
    }
  }
  return [...byPath.values()];
}
