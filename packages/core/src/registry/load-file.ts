import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ChannelKind, Diagnostic, Plugin, PluginKind, PluginSource } from "@millrace/api";
import { shellWord } from "@millrace/text";
import { type Inspection, type InspectOptions, inspectArtefact } from "../artefact/inspect.ts";
import type { ManifestPlugin } from "../artefact/manifest.ts";
import type { Origin } from "./entry.ts";
import type { PluginFile } from "./locate.ts";
import { called, exportsOf } from "./module-exports.ts";

/** A plugin file that has been looked at, and imported where nothing was against it. */
export interface LoadedFile {
  /** What messages call it. */
  readonly shown: string;
  readonly stem: string;
  /** Without symbolic links: what makes two files one. */
  readonly path: string;
  readonly origin: Origin;
  readonly inspection: Inspection;
  /** Those that its manifest names, only of the kinds that are wanted from there. */
  readonly claimed: readonly ManifestPlugin[];
  /** Only those of the kinds that are wanted from there; none where it was refused. */
  readonly plugins: readonly Plugin[];
  readonly channels: readonly ChannelKind[];
  /** What is wrong with it: why it was refused, or what its import brought to light. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadOptions extends InspectOptions {
  /** How long one import may take, in milliseconds. */
  readonly importMs: number;
}

/** Looks at plugin files before anything of them runs, and imports those that may be loaded. Each once. */
export class FileLoader {
  readonly #options: LoadOptions;
  readonly #inspections = new Map<string, Promise<Inspection>>();
  /** By path and wanted kind, so that a file is imported and judged once. */
  readonly #imports = new Map<string, Promise<LoadedFile>>();
  readonly #done: LoadedFile[] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** All that has been loaded or refused so far. */
  get done(): readonly LoadedFile[] {
    return this.#done;
  }

  /** What a file says of itself. Nothing of it runs. */
  inspect(file: PluginFile): Promise<Inspection> {
    const known = this.#inspections.get(file.named);
    if (known !== undefined) return known;
    const inspection = inspectArtefact({ shown: file.shown, path: file.named, packageFolder: file.packageFolder }, this.#options);
    this.#inspections.set(file.named, inspection);
    return inspection;
  }

  /** A file as far as it is known without importing it. */
  async look(file: PluginFile, source: PluginSource): Promise<LoadedFile> {
    const inspection = await this.inspect(file);
    return {
      shown: file.shown,
      stem: file.stem,
      path: file.path,
      origin: { from: source.from, file: file.shown },
      inspection,
      claimed: (inspection.manifest?.plugins ?? []).filter(({ kind }) => source.kind === undefined || kind === source.kind),
      plugins: [],
      channels: [],
      diagnostics: inspection.refusals,
    };
  }

  load(file: PluginFile, source: PluginSource): Promise<LoadedFile> {
    const key = `${file.path}\0${source.kind ?? ""}`;
    const known = this.#imports.get(key);
    if (known !== undefined) return known;
    const loading = this.#loadNow(file, source).then((loaded) => {
      this.#done.push(loaded);
      return loaded;
    });
    this.#imports.set(key, loading);
    return loading;
  }

  async #loadNow(file: PluginFile, source: PluginSource): Promise<LoadedFile> {
    const seen = await this.look(file, source);
    if (isRefused(seen)) return seen;
    try {
      const module: unknown = await withDeadline(import(pathToFileURL(resolve(file.path)).href), this.#options.importMs);
      const { plugins, channels, diagnostics } = exportsOf(module, file.shown, source.kind);
      return {
        ...seen,
        plugins: plugins.filter((plugin) => source.kind === undefined || plugin.kind === source.kind),
        channels,
        diagnostics: [...diagnostics, ...unkept(seen, plugins)],
      };
    } catch (cause) {
      return {
        ...seen,
        diagnostics: [{ severity: "error", code: "MILLRACE_REGISTRY_IMPORT", message: `${file.shown} can't be imported`, cause, ...hintFor(cause, file) }],
      };
    }
  }
}

/** Whether a file was not imported, because something was against it. */
export function isRefused({ inspection }: LoadedFile): boolean {
  return inspection.refusals.length > 0;
}

/** Whether a plugin of this name is in a file that was refused: by its manifest, or else by the name of the file. */
export function mayHold(file: LoadedFile, kind: PluginKind, same: (name: string) => boolean): boolean {
  if (!isRefused(file)) return false;
  if (file.inspection.manifest === undefined) return same(file.stem);
  return file.claimed.some((plugin) => plugin.kind === kind && [plugin.name, ...plugin.aliases].some(same));
}

/** What the manifest names and the file has not. */
function unkept({ shown, claimed }: LoadedFile, plugins: readonly Plugin[]): Diagnostic[] {
  return claimed
    .filter(({ kind, name }) => !plugins.some((plugin) => plugin.kind === kind && plugin.name === name))
    .map(({ kind, name }) => ({
      severity: "error",
      code: "MILLRACE_ARTEFACT_EXPORTS",
      message: `${shown} exports no ${called(kind, name)}, which its manifest names`,
      hint: "build it again, so that both are of one build",
    }));
}

/** Node keeps to itself where a module can't be parsed, but its own check shows it. */
function hintFor(cause: unknown, { path, shown }: PluginFile): { readonly hint?: string } {
  return cause instanceof SyntaxError && /\.[cm]?js$/.test(path) ? { hint: `"node --check ${shellWord(shown)}" shows where` } : {};
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the import did not end within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
