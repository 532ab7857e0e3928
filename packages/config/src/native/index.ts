/**
 * The native dialect: `millrace.yaml`.
 *
 * @packageDocumentation
 */
import type { EdgeSpec, HostedSpec, NodeSpec, PipelineSpec, Place, PluginKind, PluginSource, ServiceSpec } from "@millrace/api";
import { DiagnosticBag, didYouMean, Source } from "@millrace/text";
import { MISSING, NO_EFFECT, REFERENCE, SHAPE, VALUE } from "../codes.ts";
import { type ConfigSource, type DialectResult, type Environment, findingsOf, joinPath } from "../dialect.ts";
import { describe, type Entry, keyPlace, optionPlaces, placeOf, plain, type TreeNode, textOf } from "../tree/node.ts";
import { parseYaml, yaml12Scalar } from "../tree/yaml.ts";
import { Fields } from "./fields.ts";
import { interpolate } from "./interpolate.ts";
import { PLUGIN_KINDS } from "./shape.ts";

export { nativeSchema } from "./schema.ts";
export { writeNative } from "./write.ts";

/** What stands around a native configuration. */
export interface NativeParameters {
  /** The kinds that have a plugin of this name: then `kind` may be left out where there is one. */
  readonly kinds?: (plugin: string) => readonly PluginKind[];
  /** The names of all known plugins, for the nearest one. */
  readonly names?: () => Iterable<string>;
}

/**
 * Reads `millrace.yaml`: nodes by name, each an instance of a plugin, joined by `from` and `to`. It is YAML 1.2; texts may
 * hold `${env:NAME}` and `${env:NAME:-default}`. Every key that is not known is an error.
 */
export function readNative(source: ConfigSource, environment: Environment = {}, parameters: NativeParameters = {}): DialectResult {
  const bag = new DiagnosticBag();
  const [root, ...more] = parseYaml(source, { scalars: yaml12Scalar, duplicates: "error" }, bag);
  for (const other of more) bag.warning(NO_EFFECT, "only the first document of a file is read", { place: placeOf(other) });
  if (root === undefined && !bag.hasErrors)
    bag.error(MISSING, 'the file is empty: a pipeline has "nodes"', { place: new Source(source.file, source.text).place(0) });
  const fields = root && Fields.of(interpolate(root, environment, bag), "pipeline", "a pipeline", root.source.place(root.span.start, root.span.end), bag);
  return { spec: fields && new NativeReader(source.file, parameters, bag).pipeline(fields), diagnostics: findingsOf(bag) };
}

class NativeReader {
  private readonly file: string;
  private readonly parameters: NativeParameters;
  private readonly bag: DiagnosticBag;
  private names: ReadonlySet<string> = new Set();

  constructor(file: string, parameters: NativeParameters, bag: DiagnosticBag) {
    this.file = file;
    this.parameters = parameters;
    this.bag = bag;
  }

  pipeline(fields: Fields): PipelineSpec {
    const entries = this.mapEntries(fields, "nodes");
    this.names = new Set(entries.map(({ key }) => key));
    const nodes: NodeSpec[] = [];
    const edges: EdgeSpec[] = [];
    for (const entry of entries) this.node(entry, nodes, edges);
    for (const item of fields.items("edges")) edges.push(...this.edge(item));
    return { dialect: "native", nodes, edges, service: this.service(fields), plugins: fields.items("plugins").flatMap((item) => this.source(item) ?? []) };
  }

  private mapEntries(fields: Fields, key: string): readonly Entry[] {
    const entry = fields.entry(key);
    if (entry === undefined) {
      const empty = fields.map.entries.find((candidate) => candidate.key === key);
      if (empty !== undefined && key === "nodes") this.bag.error(MISSING, '"nodes" is empty', { place: keyPlace(empty) });
      return [];
    }
    if (entry.value.kind === "map") return entry.value.entries;
    this.bag.error(SHAPE, `"${key}" must be a map, and is ${describe(entry.value)}`, { place: placeOf(entry.value) });
    return [];
  }

  // ---------------------------------------------------------------------------------------------------------- nodes

  private node(entry: Entry, nodes: NodeSpec[], edges: EdgeSpec[]): void {
    const id = entry.key;
    const fields = Fields.of(entry.value, "node", `the node "${id}"`, keyPlace(entry), this.bag);
    if (fields === undefined) return;
    if (id === "") this.bag.error(VALUE, "the name of a node can't be empty", { place: keyPlace(entry) });
    edges.push(...this.joints(fields, "from", (node) => ({ from: node, to: id })), ...this.joints(fields, "to", (node) => ({ from: id, to: node })));
    const plugin = this.plugin(fields, "a plugin", undefined);
    if (plugin === undefined) return;
    const options = fields.data("options") ?? {};
    const instance = fields.data("instance");
    const hosted = [...this.handler(fields), ...this.hosted(fields)];
    const optionalInput = fields.boolean("optional_input");
    const onLost = fields.choice("on_lost", ["advance", "dead-letter", "stop"]);
    const credit = fields.bounds("credit");
    const style = this.style(fields);
    nodes.push({
      id,
      plugin: plugin.name,
      kind: plugin.kind,
      options,
      ...(instance && { instance }),
      ...(style && { style }),
      ...(hosted.length > 0 && { hosted }),
      place: plugin.place,
      ...placesOfOptions(fields),
      ...(optionalInput !== undefined && { optionalInput }),
      ...(onLost && { onLost }),
      ...(credit && { credit }),
    });
  }

  /** The name and kind of a plugin: `kind/name`, or a name with its kind beside it, or with the one kind that has such a name. */
  private plugin(fields: Fields, what: string, fallback: PluginKind | undefined): { name: string; kind: PluginKind; place: Place } | undefined {
    const written = fields.text("plugin");
    const entry = fields.entry("plugin");
    const beside = fields.choice<PluginKind>("kind", PLUGIN_KINDS);
    if (written === undefined || entry === undefined) return undefined;
    const place = placeOf(entry.value);
    const slash = written.indexOf("/");
    const prefix = PLUGIN_KINDS.find((kind) => kind === written.slice(0, Math.max(0, slash)));
    const name = prefix === undefined ? written : written.slice(slash + 1);
    if (prefix !== undefined && beside !== undefined && prefix !== beside) {
      this.bag.error(VALUE, `"${written}" is a ${prefix}, and "kind" says ${beside}`, { place });
    }
    const kind = prefix ?? beside ?? (fields.entry("kind") === undefined ? (fallback ?? this.onlyKind(name, what, place)) : undefined);
    return kind === undefined ? undefined : { name, kind, place };
  }

  private onlyKind(name: string, what: string, place: Place): PluginKind | undefined {
    const kinds = this.parameters.kinds?.(name) ?? [];
    if (kinds.length === 1) return kinds[0];
    if (kinds.length > 1) {
      this.bag.error(VALUE, `"${name}" is the name of ${what} of several kinds: ${kinds.join(", ")}`, {
        place,
        hint: `write one of ${kinds.map((kind) => `${kind}/${name}`).join(", ")}`,
      });
    } else {
      const near = didYouMean(name, this.parameters.names?.() ?? []);
      this.bag.error(MISSING, `it is not known of what kind the plugin "${name}" is`, {
        place,
        hint: near ?? `write <kind>/${name}, with one of ${PLUGIN_KINDS.join(", ")}`,
      });
    }
    return undefined;
  }

  private handler(fields: Fields): HostedSpec[] {
    const entry = fields.entry("handler");
    return entry === undefined ? [] : this.guest("handler", entry.value, keyPlace(entry));
  }

  private hosted(fields: Fields): HostedSpec[] {
    return this.mapEntries(fields, "hosted").flatMap(({ key, value }) => {
      const guests = value.kind === "list" ? value.items : [value];
      return guests.flatMap((guest) => this.guest(key, guest, placeOf(guest)));
    });
  }

  /** A plugin in a slot: its name, or a map. Its kind is that of the slot, where the slot is named after one. */
  private guest(slot: string, node: TreeNode, place: Place): HostedSpec[] {
    const ofSlot = PLUGIN_KINDS.find((kind) => kind === slot || `${kind}s` === slot);
    const name = textOf(node);
    if (name !== undefined) {
      const prefix = PLUGIN_KINDS.find((kind) => name.startsWith(`${kind}/`));
      const bare = prefix === undefined ? name : name.slice(prefix.length + 1);
      const kind = prefix ?? ofSlot ?? this.onlyKind(bare, "plugins", placeOf(node));
      return kind === undefined ? [] : [{ slot, plugin: bare, kind, place: placeOf(node) }];
    }
    const fields = Fields.of(node, "hosted", `the plugin in the slot "${slot}"`, place, this.bag);
    const plugin = fields && this.plugin(fields, "plugins", ofSlot);
    const options = fields?.data("options");
    if (fields === undefined || plugin === undefined) return [];
    return [{ slot, plugin: plugin.name, kind: plugin.kind, place: plugin.place, ...(options && { options, ...placesOfOptions(fields) }) }];
  }

  private style(fields: Fields): NodeSpec["style"] {
    const entry = fields.entry("style");
    const style = entry && Fields.of(entry.value, "style", '"style"', keyPlace(entry), this.bag);
    if (style === undefined) return undefined;
    const caseless = style.boolean("caseless");
    const textual = style.boolean("textual");
    const unknown = style.choice("unknown", ["error", "warning"]);
    return { ...(caseless !== undefined && { caseless }), ...(textual !== undefined && { textual }), ...(unknown !== undefined && { unknown }) };
  }

  // ---------------------------------------------------------------------------------------------------------- edges

  private joints(fields: Fields, key: "from" | "to", ends: (node: string) => { from: string; to: string }): EdgeSpec[] {
    const entry = fields.entry(key);
    if (entry === undefined) return [];
    const items = entry.value.kind === "list" ? entry.value.items : [entry.value];
    return items.flatMap((item) => {
      const name = textOf(item);
      if (name !== undefined) return this.known(name, item) ? [{ ...ends(name), place: placeOf(item) }] : [];
      const joint = Fields.of(item, "joint", `an element of "${key}"`, placeOf(item), this.bag);
      const node = joint?.text("node");
      const place = joint?.entry("node");
      if (joint === undefined || node === undefined || place === undefined || !this.known(node, place.value)) return [];
      return [{ ...ends(node), ...this.details(joint), place: placeOf(place.value) }];
    });
  }

  private edge(item: TreeNode): EdgeSpec[] {
    const fields = Fields.of(item, "edge", "an edge", placeOf(item), this.bag);
    const from = fields?.text("from");
    const to = fields?.text("to");
    if (fields === undefined || from === undefined || to === undefined) return [];
    const [known, alsoKnown] = [this.known(from, fields.entry("from")?.value ?? item), this.known(to, fields.entry("to")?.value ?? item)];
    return known && alsoKnown ? [{ from, to, ...this.details(fields), place: placeOf(item) }] : [];
  }

  private details(fields: Fields): Omit<EdgeSpec, "from" | "to"> {
    const channel = fields.text("channel");
    const match = fields.entry("match");
    const port = fields.text("port", true);
    const queue = fields.text("queue", true);
    const bounds = fields.bounds("bounds");
    return {
      ...(channel !== undefined && { channel }),
      ...(match && { match: plain(match.value) }),
      ...(port !== undefined && { port }),
      ...(queue !== undefined && { queue }),
      ...(bounds && { bounds }),
    };
  }

  private known(name: string, node: TreeNode): boolean {
    if (this.names.has(name)) return true;
    this.bag.error(REFERENCE, `there is no node "${name}"`, { place: placeOf(node), hint: didYouMean(name, this.names) });
    return false;
  }

  // ---------------------------------------------------------------------------------------------- service and plugins

  private service(fields: Fields): ServiceSpec {
    const entry = fields.entry("service");
    const service = entry && Fields.of(entry.value, "service", '"service"', keyPlace(entry), this.bag);
    if (service === undefined) return {};
    const unlimited = service.entry("grace") !== undefined && textOf((service.entry("grace") as Entry).value) === "unlimited";
    const graceMs = unlimited ? -1 : service.duration("grace");
    const healthMs = service.duration("health");
    return { ...service.data("settings"), ...(graceMs !== undefined && { graceMs }), ...(healthMs !== undefined && { healthMs }) };
  }

  /** A text is a file, a folder or a package, as it looks. */
  private source(item: TreeNode): PluginSource | undefined {
    const text = textOf(item);
    if (text !== undefined && text !== "") {
      const from = /\.[cm]?[jt]s$/.test(text) ? "file" : /^(?:\.{0,2}[\\/]|\.{1,2}$)/.test(text) ? "directory" : "package";
      return this.located({ from, path: text, place: placeOf(item) });
    }
    const fields = Fields.of(item, "plugin", "a place for plugins", placeOf(item), this.bag);
    if (fields === undefined) return undefined;
    const given = (["file", "directory", "package"] as const).filter((from) => fields.entry(from) !== undefined);
    const [from] = given;
    const path = from && fields.text(from);
    if (given.length !== 1) this.bag.error(MISSING, 'a place for plugins has one of "file", "directory" and "package"', { place: placeOf(item) });
    const kind = fields.choice<PluginKind>("kind", PLUGIN_KINDS);
    const required = fields.boolean("required");
    if (from === undefined || path === undefined) return undefined;
    return this.located({ from, path, ...(kind && { kind }), ...(required !== undefined && { required }), place: placeOf(item) });
  }

  private located(source: PluginSource): PluginSource {
    return source.from === "package" ? source : { ...source, path: joinPath(this.file, source.path) };
  }
}

function placesOfOptions(fields: Fields): Required<Pick<NodeSpec, "places" | "keyPlaces">> {
  const options = fields.entry("options")?.value;
  return { places: optionPlaces(options), keyPlaces: optionPlaces(options, keyPlace) };
}
