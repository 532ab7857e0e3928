import * as z from "zod";

const accepted = "Taken for the sake of sf-processor's configurations";

/** The options of the policy engine, checked and filled in. */
export interface Options {
  readonly policies?: string | undefined;
  readonly mode: "alert" | "enrich";
  readonly language: "falco" | "sigma";
  readonly config?: string | undefined;
  readonly strict: boolean;
  readonly skip_invalid: boolean;
  readonly logsource: "any" | "strict";
  readonly monitor: "none" | "local";
  readonly "monitor.interval": number;
  readonly actiondir?: string | undefined;
  readonly concurrency: number;
  readonly "bench.rulesetsize": number;
  readonly "bench.ruleindex": number;
}

export const options: z.ZodType<Options> = z
  .strictObject({
    policies: z
      .string()
      .min(1)
      .optional()
      .describe("A file or folder with policies (`.yaml`, `.yml`). Required in mode `alert`; without it in mode `enrich` every record passes"),
    mode: z.enum(["alert", "enrich"]).default("alert").describe("`alert` sends the events that a rule matches, `enrich` sends all, with the rules that match"),
    language: z.enum(["falco", "sigma"]).default("falco").describe("The language of the policies"),
    config: z.string().min(1).optional().describe("For Sigma: a file that maps fields to attributes, and placeholders to values"),
    strict: z.boolean().default(false).describe("Whether an unknown attribute, or a Sigma field without mapping, is an error, and not only a warning"),
    skip_invalid: z.boolean().default(false).describe("For Sigma: whether a bad rule is left out with a warning, instead of ending the load"),
    logsource: z.enum(["any", "strict"]).default("any").describe("For Sigma: `strict` lets a rule judge only the record types that its log source speaks of"),
    monitor: z.enum(["none", "local"]).default("none").describe("`local` watches the policies, and takes them anew when they have changed"),
    "monitor.interval": z.number().min(0).max(86_400).default(30).describe("The least time between two reloads, in seconds"),
    actiondir: z.string().optional().describe("A folder with actions; a SysFlow pipeline looks for plugins there"),
    concurrency: z.number().int().min(1).default(5).describe(`${accepted}: the order of events is kept whatever it is`),
    "bench.rulesetsize": z.number().int().default(-1).describe(`${accepted}: it has no effect`),
    "bench.ruleindex": z.number().int().default(-1).describe(`${accepted}: it has no effect`),
  })
  .refine(({ mode, policies }) => mode === "enrich" || policies !== undefined, {
    path: ["policies"],
    message: "configuration attribute 'policies' missing from policy engine plugin settings",
  });
