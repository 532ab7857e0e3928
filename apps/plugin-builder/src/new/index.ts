/** Makes the package of a new plugin: `plugin-builder new KIND NAME`. */
export { addNewCommand } from "./command.ts";
export { KINDS, type NewKind } from "./kinds.ts";
export { type NewPlugin, type NewPluginOptions, newPlugin } from "./new-plugin.ts";
