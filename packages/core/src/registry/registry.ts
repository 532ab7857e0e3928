import { bytesChannel, type ChannelKind, type Diagnostic, MillraceError, type Place, type Plugin, type PluginKind, type PluginSource } from "@millrace/api";
import { didYouMean } from "@millrace/text";
import type { ArtefactHost } from "../artefact/host.ts";
import type { LoaderSettings } from "../artefact/settings.ts";
import type { ChannelSource, Conversion, FoundPlugin, Origin, PluginEntry, PluginListing, RefusedFile } from "./entry.ts";
import { PluginFiles } from "./files.ts";
import { listed, listings, refusedFiles, shadowed, twice, twins } from "./listing.ts";
import { called, exportsOf, isChannel } from "./module-exports.ts";

export interface RegistryOptions extends LoaderSettings {
  /** The folder that relative paths and names of packages start from. Default: the working directory. */
  readonly baseDirectory?: string;
  /** How long one plugin file may take to import, in milliseconds. Default 30 000. */
  readonly importMs?: number;
  /** What plugins from files are compared with. Asked once, when there is something to compare. Absent: versions are not compared. */
  readonly host?: () => ArtefactHost | Promise<ArtefactHost>;
}

/** What became of a look-up. `found` is absent where an error is among the diagnostics. */
export interface Resolution {
  readonly found?: FoundPlugin;
  readonly diagnostics: readonly Diagnostic[];
}

/** What {@link Registry.list} gives. */
export interface Listed {
  readonly plugins: readonly PluginListing[];
  readonly refused: readonly RefusedFile[];
  /** All that is wrong, the reasons of the refused ones among it. */
  readonly diagnostics: readonly Diagnostic[];
}

/** How a plugin is looked up. */
export interface ResolveOptions {
  /** Where the configuration names it. */
  readonly place?: Place | undefined;
  /** Whether case may differ. */
  readonly caseless?: boolean | undefined;
}

interface StaticPlugin {
  readonly entry: PluginEntry;
  loaded?: Promise<Resolution>;
}

const BUILT_IN: Origin = { from: "built-in" };

/**
 * What a run knows by name: plugins, channel kinds, and conversions between them. Plugins are registered by the program,
 * which costs no import until one is needed, or found in the sources that a configuration names. A registered one wins
 * over one that was found, with a warning. Holds nothing global: each run has its own.
 */
export class Registry {
  readonly #statics = new Map<PluginKind, Map<string, StaticPlugin>>();
  readonly #channels = new Map<string, { readonly source: ChannelSource; loaded?: Promise<ChannelKind> }>();
  readonly #conversions: Conversion[] = [];
  readonly #files: PluginFiles;

  constructor(options: RegistryOptions = {}) {
    const { baseDirectory = process.cwd(), importMs = 30_000, host, allowWritable, requireManifest } = options;
    let known: ArtefactHost | Promise<ArtefactHost> | undefined;
    const once = host && ((): ArtefactHost | Promise<ArtefactHost> => (known ??= host()));
    this.#files = new PluginFiles(baseDirectory, { importMs, host: once, allowWritable, requireManifest });
    this.addChannel(bytesChannel);
  }

  /** Registers plugins: lazily by an entry, or at once. Throws where a kind and name is taken. */
  add(...plugins: readonly (PluginEntry | Plugin)[]): this {
    for (const plugin of plugins) {
      const entry: PluginEntry = "load" in plugin ? plugin : { ...listed(plugin), load: () => Promise.resolve(plugin) };
      const ofKind = this.#statics.get(entry.kind) ?? new Map<string, StaticPlugin>();
      this.#statics.set(entry.kind, ofKind);
      if (ofKind.has(entry.name)) throw new MillraceError("MILLRACE_REGISTRY_TWICE", `${called(entry.kind, entry.name)} is registered twice`);
      ofKind.set(entry.name, { entry });
    }
    return this;
  }

  /** Registers channel kinds. Throws where a name is taken by another kind. */
  addChannel(...kinds: readonly ChannelSource[]): this {
    for (const source of kinds) {
      const known = this.#channels.get(source.name);
      if (known?.source === source) continue;
      if (known !== undefined) throw new MillraceError("MILLRACE_REGISTRY_TWICE", `channel kind "${source.name}" is registered twice`);
      this.#channels.set(source.name, { source });
    }
    return this;
  }

  /** Registers nodes that turn one channel kind into another. */
  addConversion(...conversions: readonly Conversion[]): this {
    this.#conversions.push(...conversions);
    return this;
  }

  /** Names places to look for plugins. Nothing is read before it is needed. */
  addSource(...sources: readonly PluginSource[]): this {
    this.#files.add(...sources);
    return this;
  }

  /** Opens the sources: imports files and packages that were named one by one, and tells which sources are missing or wrong. */
  async open(): Promise<Diagnostic[]> {
    const diagnostics = await this.#files.open();
    await this.#takeChannels();
    return diagnostics;
  }

  /** The plugin of a kind and name. Every reason why there is none is told at once. */
  async resolve(kind: PluginKind, name: string, options: ResolveOptions = {}): Promise<Resolution> {
    const opened = await this.#files.open();
    const placed = (diagnostics: readonly Diagnostic[]): Diagnostic[] =>
      diagnostics.map((diagnostic) => (diagnostic.place || !options.place ? diagnostic : { ...diagnostic, place: options.place }));

    const fixed = this.#static(kind, name, options.caseless ?? false);
    if (fixed !== undefined) {
      const resolution = await load(fixed);
      return { ...resolution, diagnostics: placed([...resolution.diagnostics, ...(await this.#shadowed(kind, fixed.entry.name))]) };
    }

    const { files, diagnostics, refused, refusals } = await this.#files.search(kind, name, options.caseless ?? false);
    await this.#takeChannels();
    // A file is refused for what it is, wherever the configuration names it.
    const all = [...refusals, ...placed(diagnostics)];
    if (refused) return { diagnostics: all };
    const matches = files.flatMap((file) =>
      file.plugins.filter((plugin) => answersTo(plugin, kind, name, options.caseless ?? false)).map((plugin) => ({ plugin, origin: file.origin })),
    );
    if (matches.length > 1)
      return {
        diagnostics: [
          ...all,
          ...placed([
            twice(
              kind,
              name,
              matches.map(({ origin }) => origin),
            ),
          ]),
        ],
      };
    const [found] = matches;
    if (found !== undefined) return { found, diagnostics: all };
    const broken = [...opened, ...all].some(({ severity }) => severity === "error");
    return { diagnostics: [...all, ...placed([this.#notFound(kind, name, broken)])] };
  }

  /** Every plugin of a kind, from everywhere. */
  async all(kind: PluginKind): Promise<{ readonly found: readonly FoundPlugin[]; readonly diagnostics: readonly Diagnostic[] }> {
    const { files, diagnostics } = await this.#files.everything(kind);
    await this.#takeChannels();
    const names = new Set<string>();
    const found: FoundPlugin[] = [];
    const all = [...diagnostics];
    for (const name of [
      ...(this.#statics.get(kind)?.keys() ?? []),
      ...files.flatMap((file) => file.plugins.filter((plugin) => plugin.kind === kind).map((plugin) => plugin.name)),
    ]) {
      if (names.has(name)) continue;
      names.add(name);
      const resolution = await this.resolve(kind, name);
      if (resolution.found) found.push(resolution.found);
      all.push(...resolution.diagnostics);
    }
    return { found, diagnostics: all };
  }

  /** The names by which plugins of a kind are known, without importing any: registered ones, their aliases, and file names. */
  names(kind: PluginKind): string[] {
    const entries = [...(this.#statics.get(kind)?.values() ?? [])].flatMap(({ entry }) => [entry.name, ...(entry.aliases ?? [])]);
    return [...new Set([...entries, ...this.#files.names(kind)])];
  }

  /** The kinds that have a plugin of this name, as far as is known without importing any. */
  kindsOf(name: string): PluginKind[] {
    const loaded = this.#files
      .loaded()
      .flatMap((file) => [...file.plugins, ...file.claimed].filter((plugin) => plugin.name === name || plugin.aliases.includes(name)).map(({ kind }) => kind));
    const registered = [...this.#statics.keys()].filter((kind) => this.#static(kind, name, false) !== undefined);
    return [...new Set([...registered, ...loaded])];
  }

  /**
   * All plugins there are, and all files that must not be loaded. Imports those files that have no manifest; of the others,
   * and of registered plugins, nothing runs.
   */
  async list(): Promise<Listed> {
    const { files, diagnostics } = await this.#files.survey();
    const registered = [...this.#statics.values()].flatMap((ofKind) => [...ofKind.values()].map(({ entry }) => listed(entry)));
    const plugins = [...registered, ...files.flatMap(listings)];
    return { plugins, refused: files.flatMap(refusedFiles), diagnostics: [...diagnostics, ...twins(plugins)] };
  }

  /** The channel kind of a name. Throws what its import throws. */
  async channel(name: string): Promise<ChannelKind | undefined> {
    const known = this.#channels.get(name);
    if (known === undefined) return undefined;
    known.loaded ??= loadChannel(known.source);
    return known.loaded;
  }

  channelNames(): string[] {
    return [...this.#channels.keys()];
  }

  /** The conversions from one channel kind to another: none, one, or several that compete. */
  conversions(from: string, to: string): Conversion[] {
    return this.#conversions.filter((conversion) => conversion.from === from && conversion.to === to);
  }

  #static(kind: PluginKind, name: string, caseless: boolean): StaticPlugin | undefined {
    const ofKind = this.#statics.get(kind);
    const direct = ofKind?.get(name);
    if (ofKind === undefined || direct !== undefined) return direct;
    const answers = (same: (known: string) => boolean): StaticPlugin | undefined =>
      [...ofKind.values()].find(({ entry }) => same(entry.name)) ?? [...ofKind.values()].find(({ entry }) => entry.aliases?.some(same));
    return answers((known) => known === name) ?? (caseless ? answers((known) => known.toLowerCase() === name.toLowerCase()) : undefined);
  }

  /** Warns of files that hold a plugin which a registered one hides. */
  async #shadowed(kind: PluginKind, name: string): Promise<Diagnostic[]> {
    const files = await this.#files.byName(kind, name);
    return files.filter((file) => file.plugins.some((plugin) => plugin.kind === kind && plugin.name === name)).map((file) => shadowed(kind, name, file.shown));
  }

  #notFound(kind: PluginKind, name: string, broken: boolean): Diagnostic {
    const others = this.kindsOf(name);
    const hints = [
      didYouMean(name, this.names(kind)),
      others.length > 0 ? `"${name}" is ${others.map((other) => `${/^[aio]/.test(other) ? "an" : "a"} ${other}`).join(" and ")}` : undefined,
      ...this.#files.otherNames(name).map(({ shown, exported }) => `${shown} exports ${exported}`),
      broken ? "other plugin files could not be loaded: see the other errors" : undefined,
      `looked for in ${["the built-in plugins", ...this.#files.describe(kind, name)].join(", ")}`,
    ];
    return {
      severity: "error",
      code: "MILLRACE_REGISTRY_NOT_FOUND",
      message: `no ${kind} is called "${name}"`,
      hint: hints.filter((hint) => hint !== undefined).join("\n"),
    };
  }

  /** Channel kinds that plugin files bring along are known from then on. A kind that is registered stays. */
  async #takeChannels(): Promise<void> {
    for (const file of this.#files.loaded()) {
      for (const kind of file.channels) if (!this.#channels.has(kind.name)) this.addChannel(kind);
    }
  }
}

function load(fixed: StaticPlugin): Promise<Resolution> {
  fixed.loaded ??= loadEntry(fixed.entry);
  return fixed.loaded;
}

async function loadEntry(entry: PluginEntry): Promise<Resolution> {
  const file = `the built-in ${called(entry.kind, entry.name)}`;
  try {
    const { plugins, diagnostics } = exportsOf(await entry.load(), file, entry.kind);
    const plugin = plugins.find(({ kind, name }) => kind === entry.kind && name === entry.name);
    if (plugin !== undefined) return { found: { plugin, origin: BUILT_IN }, diagnostics: [] };
    const message = `${file} is not in the module that should export it`;
    const missing: Diagnostic = { severity: "error", code: "MILLRACE_REGISTRY_NOT_PLUGIN", message };
    return { diagnostics: [diagnostics.find(({ code }) => code === "MILLRACE_REGISTRY_ABI") ?? missing] };
  } catch (cause) {
    return { diagnostics: [{ severity: "error", code: "MILLRACE_REGISTRY_IMPORT", message: `${file} can't be imported`, cause }] };
  }
}

async function loadChannel(source: ChannelSource): Promise<ChannelKind> {
  if (!("load" in source)) return source;
  const module = await source.load();
  const kind = isChannel(module) ? module : exportsOf(module, "", undefined).channels.find(({ name }) => name === source.name);
  if (kind === undefined) throw new MillraceError("MILLRACE_REGISTRY_CHANNEL", `channel kind "${source.name}" is not in the module that should export it`);
  return kind;
}

function answersTo(plugin: Plugin, kind: PluginKind, name: string, caseless: boolean): boolean {
  if (plugin.kind !== kind) return false;
  const names = [plugin.name, ...plugin.aliases];
  return names.includes(name) || (caseless && names.some((known) => known.toLowerCase() === name.toLowerCase()));
}
