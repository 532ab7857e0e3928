import { ABI, CHANNEL, type ChannelKind, type Diagnostic, isPlugin, PLUGIN, type Plugin, type PluginKind } from "@millrace/api";

/** What a module has for us. */
export interface ModuleExports {
  readonly plugins: readonly Plugin[];
  readonly channels: readonly ChannelKind[];
  readonly diagnostics: readonly Diagnostic[];
}

const HELPERS: Readonly<Record<PluginKind, string>> = {
  driver: "defineDriver",
  processor: "defineProcessor",
  handler: "defineHandler",
  action: "defineAction",
  link: "defineLink",
  input: "defineInput",
  filter: "defineFilter",
  output: "defineOutput",
  node: "defineNode",
};

/** The kinds of plugins. */
export const PLUGIN_KINDS: readonly PluginKind[] = Object.keys(HELPERS) as PluginKind[];

/**
 * The plugins and channel kinds that a module exports under any name: by themselves, in a list, or in an object that is
 * the default export (as a CommonJS module's are). A plugin that was built for another plugin interface is an error, and
 * so is a module without any plugin. `file` is what messages call the module.
 */
export function exportsOf(module: unknown, file: string, wanted?: PluginKind): ModuleExports {
  const plugins = new Set<Plugin>();
  const channels = new Set<ChannelKind>();
  const diagnostics: Diagnostic[] = [];
  const rejected = new Set<unknown>();
  for (const value of exportedValues(module)) {
    if (isChannel(value)) channels.add(value);
    if (!isPlugin(value) || rejected.has(value)) continue;
    const problem = problemOf(value, file);
    if (problem === undefined) plugins.add(value);
    else {
      rejected.add(value);
      diagnostics.push(problem);
    }
  }
  if (plugins.size === 0 && rejected.size === 0 && channels.size === 0) diagnostics.push(notAPlugin(file, wanted));
  return { plugins: [...plugins], channels: [...channels], diagnostics };
}

/** What a plugin is called in messages: `processor "exporter"`. */
export function called(kind: string, name: string): string {
  return `${kind} "${name}"`;
}

function* exportedValues(module: unknown): Iterable<unknown> {
  yield module;
  if (module === null || typeof module !== "object") return;
  for (const [name, value] of Object.entries(module)) {
    yield value;
    if (Array.isArray(value)) yield* value;
    else if (name === "default" && value !== null && typeof value === "object" && !isPlugin(value) && !isChannel(value)) {
      for (const inner of Object.values(value)) {
        yield inner;
        if (Array.isArray(inner)) yield* inner;
      }
    }
  }
}

/** Whether a value is a channel kind, whichever copy of the API made it. */
export function isChannel(value: unknown): value is ChannelKind {
  if (value === null || typeof value !== "object") return false;
  const { [CHANNEL]: brand, name } = value as { [CHANNEL]?: unknown; name?: unknown };
  return brand !== null && typeof brand === "object" && typeof name === "string";
}

function problemOf(plugin: Plugin, file: string): Diagnostic | undefined {
  const { abi } = plugin[PLUGIN];
  if (abi !== ABI) {
    return {
      severity: "error",
      code: "MILLRACE_REGISTRY_ABI",
      message: `${called(String(plugin.kind), String(plugin.name))} in ${file} was built for plugin interface ${abi}, and this runtime has ${ABI}`,
      hint: `rebuild it with a version of @millrace/api that has interface ${ABI}`,
    };
  }
  const whole = typeof plugin.name === "string" && Object.hasOwn(HELPERS, plugin.kind) && plugin.channels !== null && typeof plugin.channels === "object";
  return whole ? undefined : notAPlugin(file);
}

function notAPlugin(file: string, wanted: PluginKind = "node"): Diagnostic {
  return {
    severity: "error",
    code: "MILLRACE_REGISTRY_NOT_PLUGIN",
    message: `${file} exports no plugin`,
    hint: `export one: export const plugin = ${HELPERS[wanted]}({ … })`,
  };
}
