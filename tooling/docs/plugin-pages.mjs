// docs/plugins: a page for each plugin, and a list of them. All of it is written here, from what the plugins say of
// themselves and from the READMEs of their packages.
import { posix } from "node:path";
import { environmentOf, flowVariableOf } from "./environment.mjs";
import { cell, code, section, table } from "./markdown.mjs";
import { optionsOf, optionTable } from "./options.mjs";
import { pluginPackages, titleOf } from "./plugins.mjs";

const FOLDER = "docs/plugins";
const FAMILIES = {
  driver: "SysFlow",
  processor: "SysFlow",
  handler: "SysFlow",
  action: "SysFlow",
  link: "Flow",
  input: "Fluent Bit",
  filter: "Fluent Bit",
  output: "Fluent Bit",
  node: "no family",
};
const ANSWERS = {
  auto: "a batch is done when all that was made from it is",
  held: "it holds what it has received until it knows the answer",
  accept: "it answers before the data is safe: its README names what may be lost",
};
const LOST = { advance: "it is counted and named, and the source goes on", "dead-letter": "it is set aside, and the source goes on", stop: "the run ends" };
/** Those that a configuration names elsewhere than as a node. */
const WHERE = { handler: `\`handler: NAME\` of its reader`, action: "named by rules, under `actions`" };
const WRITTEN = "<!-- This page is written by `pnpm fix` from the plugin and its README: change those. -->";

export async function pluginPages() {
  const all = await pluginPackages();
  const hosts = all.flatMap(({ plugins }) => plugins);
  const pages = new Map([[`${FOLDER}/README.md`, listOf(all)]]);
  for (const entry of all) for (const plugin of entry.plugins) pages.set(`${FOLDER}/${fileOf(plugin)}`, pageOf(plugin, entry, hosts));
  return pages;
}

function fileOf({ kind, name }) {
  return `${kind}-${name}.md`;
}

function listOf(all) {
  const rows = all
    .flatMap(({ plugins }) => plugins)
    .sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1))
    .map((plugin) => [plugin.kind, `[${plugin.name}](${fileOf(plugin)})`, FAMILIES[plugin.kind], plugin.stability, cell(plugin.description)]);
  return `${WRITTEN}
# Plugins

The plugins of this repository, each with its options, metrics and channels. \`millrace plugins\` lists those that an installation knows.

${table(["kind", "plugin", "family", "stability", "what it does"], rows)}
`;
}

function order({ kind }) {
  return Object.keys(FAMILIES).indexOf(kind);
}

function pageOf(plugin, entry, hosts) {
  const variable = environmentOf(plugin, hosts);
  const { path, readme, plugins } = entry;
  const toReadme = `../../${path}/README.md`;
  const example = section(readme, "Example");
  const fits = example?.includes(plugin.name) || plugin.aliases.some((alias) => example?.includes(alias));
  const metrics = section(readme, "Metrics");
  const parts = [
    `${WRITTEN}\n# ${plugin.kind} ${code(plugin.name)}`,
    `${cell(plugin.description)}.`,
    table(["", ""], factsOf(plugin, entry, toReadme)),
    fits && `## Example\n\n${relinked(example, path)}`,
    `## Options\n\n${optionTable(plugin, variable)}`,
    variable && plugin.options && variableNote(variable),
    plugin.kind === "link" && flowNote(plugin),
    metrics && (plugins.length === 1 ? `## Metrics\n\n${relinked(metrics, path)}` : `## Metrics\n\nThose of the package: [its README](${toReadme}#metrics).`),
    `What it does beyond that, and its errors: [the README of its package](${toReadme}).`,
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function factsOf(plugin, { manifest }, toReadme) {
  const source = plugin.channels.in.length === 0 && plugin.node !== undefined;
  const slots = Object.entries(plugin.hosts).map(([slot, { kind, required, all }]) =>
    all ? `every ${kind} that the run knows` : `${code(slot)}: a ${kind}${required ? ", required" : ""}`,
  );
  return [
    ["package", `[${manifest.name}](${toReadme}) ${manifest.version}`],
    ["in `millrace.yaml`", WHERE[plugin.kind]?.replace("NAME", plugin.name) ?? code(`plugin: ${titleOf(plugin)}`)],
    ["other names", plugin.aliases.map(code).join(", ")],
    ["stability", plugin.stability],
    ["reads", plugin.channels.in === "any" ? "any kind" : plugin.channels.in.map(code).join(", ")],
    ["sends", sendsOf(plugin.channels.out)],
    ["lives in it", slots.join("; ")],
    ["answers", plugin.node && !source ? ANSWERS[plugin.ack] : ""],
    ["what is lost", source ? LOST[plugin.onLost] : ""],
    ["replicas", plugin.node && plugin.replicas === "many" ? "several may share the work" : ""],
  ].filter(([, value]) => value !== "");
}

function sendsOf(out) {
  if (out === "same") return "what it reads";
  return "hosted" in out ? `what its ${out.hosted} sends` : out.map(code).join(", ");
}

function variableNote(variable) {
  const second = variable("KEY").replace(/_KEY$/, "_2_…");
  return `A variable of the environment wins over the file; ${code(second)} is that of the second such stage alone. See [SysFlow pipelines](../configuration/sysflow.md#environment-variables).`;
}

function flowNote(plugin) {
  const [first] = optionsOf(plugin);
  if (first === undefined) return undefined;
  const variables = ["ACTORS", "COMPONENTS"].map((nodes) => code(flowVariableOf(nodes, "rcv", first.name)));
  return `A variable of the environment wins over the file: ${code(first.name)} of a node ${code("rcv")} is ${variables[0]}, or ${variables[1]} in the classic generation. See [Flow pipelines](../configuration/flow.md#where-values-come-from).`;
}

/** The text of a README, with its links as they lead from here. */
function relinked(text, path) {
  return text.replace(/\]\((?![a-z]+:|#)([^)]+)\)/g, (_match, target) => `](${posix.relative(FOLDER, posix.join(path, target))})`);
}
