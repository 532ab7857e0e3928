import * as z from "zod";
import type { TransportKind } from "./transport/transport.ts";

/** The formats that there are. */
const FORMATS = ["json", "ecs"] as const;

/** Names that configurations know, and why there is nothing behind them. */
const GONE: Readonly<Record<string, string>> = {
  findings:
    "findings is not supported: the service that it wrote to, IBM Security Advisor, is described in the documentation of SysFlow, and no release of its processor has it any more",
};

const common = {
  format: z.enum(FORMATS).default("json").describe("How records are written: `json`, SysFlow's own layout, or `ecs`, the Elastic Common Schema"),
  buffer: z.number().int().min(0).default(0).describe("The most records that are handed over in one go; with 0 or 1, as many as are there"),
  "vault.secrets": z.boolean().default(false).describe("Whether secrets are read from files of a folder"),
  "vault.path": z.string().default("/run/secrets").describe("The folder of the secrets"),
  "vault.encoding": z.enum(["none", "base64"]).default("none").describe("How the secrets are encoded"),
  version: z.string().optional().describe("The version that ECS records name as that of the agent; that of the exporter, if absent"),
  jsonschemaversion: z.number().int().optional().describe("The version that JSON records begin with; 5, if absent"),
  ecsversion: z.string().optional().describe("The version of ECS that records name; 8.2, if absent"),
  buildnumber: z.string().optional().describe("Taken for the sake of configurations that have it; nothing depends on it"),
  "cluster.id": z.string().optional().describe("Taken for the sake of configurations that have it; nothing depends on it"),
};

/** What the options say, whatever the transport. */
export interface CommonOptions {
  readonly export: string;
  readonly format: (typeof FORMATS)[number];
  readonly buffer: number;
  readonly "vault.secrets": boolean;
  readonly "vault.path": string;
  readonly "vault.encoding": "none" | "base64";
  readonly version?: string | undefined;
  readonly jsonschemaversion?: number | undefined;
  readonly ecsversion?: string | undefined;
  readonly buildnumber?: string | undefined;
  readonly "cluster.id"?: string | undefined;
}

/** The schema of the options: those of every exporter, and those of each transport. */
export function optionsFor(kinds: readonly TransportKind[]): z.ZodType<CommonOptions> {
  const names = kinds.map(({ name }) => name) as [string, ...string[]];
  const transports = z
    .enum(names, { error: ({ input }) => GONE[String(input)] ?? `there is no transport "${String(input)}"; there are ${names.join(", ")}` })
    .default(names[0])
    .describe(`Where records go: ${names.map((name) => `\`${name}\``).join(", ")}`);
  const shape: z.ZodRawShape = Object.assign({ export: transports, ...common }, ...kinds.map(({ options }) => options));
  return (z.strictObject(shape) as unknown as z.ZodObject<typeof common & { export: typeof transports }>).superRefine((values, ctx) => {
    const { formats } = kinds.find(({ name }) => name === values.export) ?? {};
    if (!formats || formats.includes(values.format)) return;
    ctx.addIssue({
      code: "custom",
      path: ["format"],
      message: `the transport ${values.export} takes the format ${formats.join(" or ")}, not ${values.format}`,
    });
  });
}
