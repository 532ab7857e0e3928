// The environment variables that set options: in SysFlow pipelines as packages/config/src/sysflow/environment.ts reads them,
// in those of Flow as packages/config/src/flow/settings.ts does.

/**
 * Gives, for a plugin that a SysFlow pipeline names, what names the variable of an option; for any other nothing. What lives
 * in a stage is set as its stage is: `hosts` are all plugins, among which its stage is found.
 */
export function environmentOf(plugin, hosts) {
  if (plugin.kind === "driver" || plugin.kind === "processor") return (option) => variableOf(plugin.name, option);
  if (plugin.kind !== "handler") return undefined;
  const stage = hosts.find((host) => host.kind === "processor" && Object.values(host.hosts).some(({ kind, all }) => kind === "handler" && !all));
  return stage && ((option) => variableOf(stage.name, option));
}

function variableOf(name, option) {
  const key = option.replaceAll("_", "__").replaceAll(".", "_");
  return `${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_${key.toUpperCase()}`;
}

/** What sets an option of a node of Flow; `nodes` is the key under which its generation lists nodes. */
export function flowVariableOf(nodes, node, option) {
  return ["FLOW", nodes, node, "PARAMS", option].map((part) => part.replaceAll("_", "__").toUpperCase()).join("_");
}
