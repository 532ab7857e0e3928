import { isPlugin, type Plugin } from "@millrace/api";
import { type Check, must } from "./check.ts";
import { propertiesOf, schemaFaults } from "./json-schema.ts";

const KINDS = ["driver", "processor", "handler", "action", "link", "input", "filter", "output", "node"];
const NAME = /^[A-Za-z][\w.-]*$/;
const LONGEST_DESCRIPTION = 160;

/** What a plugin says about itself. */
export const descriptionChecks: readonly Check[] = [
  {
    name: "describes itself",
    run({ plugin }) {
      must(isPlugin(plugin), "it is no plugin", "make it with a define helper");
      must(KINDS.includes(plugin.kind), `its kind is ${plugin.kind}`);
      for (const name of [plugin.name, ...plugin.aliases])
        must(NAME.test(name), `its name is "${name}"`, "letters, digits, dots, dashes and underscores, a letter first");
      const { description } = plugin;
      must(description.trim() !== "" && !description.includes("\n"), "its description is empty, or has several lines", "one sentence for lists");
      must(description.length <= LONGEST_DESCRIPTION, `its description has ${description.length} characters`, `one sentence of at most ${LONGEST_DESCRIPTION}`);
      must(["stable", "beta", "experimental"].includes(plugin.stability), `its stability is ${plugin.stability}`);
      must(["auto", "held", "accept"].includes(plugin.ack), `it settles ${plugin.ack}`);
      must(["one", "many"].includes(plugin.replicas), `it has ${plugin.replicas} replicas`);
      must(["advance", "dead-letter", "stop"].includes(plugin.onLost), `what is lost: ${plugin.onLost}`);
    },
  },
  {
    name: "has the shape of its kind",
    run({ plugin }) {
      const hosted = plugin.kind === "handler" || plugin.kind === "action";
      must((plugin.hostedBy !== undefined) === hosted, hosted ? "it has no factory for its host" : "it has a factory for a host, and is no handler or action");
      must((plugin.node === undefined) === hosted, hosted ? "it makes a node, and lives in another plugin" : "it makes no node");
      const [reads, sends] = [countOf(plugin.channels.in), countOf(plugin.channels.out)];
      if (["driver", "input"].includes(plugin.kind)) must(reads === 0 && sends > 0, `a ${plugin.kind} reads nothing and sends something`);
      if (["processor", "filter", "output"].includes(plugin.kind)) must(reads > 0, `a ${plugin.kind} reads something`);
      if (plugin.kind === "output") must(sends === 0, "an output sends nothing");
      if (plugin.kind === "link") must(reads + sends > 0, "a link reads or sends messages");
    },
  },
  {
    name: "gives its options as JSON Schema, each with a description",
    unfit: ({ plugin }) => (plugin.options === undefined ? "it has no schema" : undefined),
    run({ plugin }) {
      for (const side of ["input", "output"] as const) {
        const schema = plugin.options?.["~standard"].jsonSchema[side]({ target: "draft-2020-12" });
        const faults = schemaFaults(schema);
        must(faults.length === 0, () => `its ${side} schema is no JSON Schema of an object: ${faults.join("; ")}`);
      }
      const bare = [...propertiesOf(plugin)].filter(([, { description }]) => typeof description !== "string" || description === "").map(([key]) => key);
      must(bare.length === 0, () => `options without a description: ${bare.join(", ")}`, "say what each is for by .describe()");
    },
  },
];

function countOf(kinds: Plugin["channels"]["in"] | Plugin["channels"]["out"]): number {
  return Array.isArray(kinds) ? kinds.length : 1;
}
