import type { PluginContext } from "@millrace/api";
import { DATE_FORMATS, type JsonRecordStyle, TEXT_FORMATS, type TextFormat } from "@millrace/fluent";
import * as z from "zod";

/** The options of outputs that write text. */
export const textOptions: z.ZodObject<
  {
    format: z.ZodDefault<z.ZodString>;
    json_date_format: z.ZodDefault<z.ZodString>;
    json_date_key: z.ZodDefault<z.ZodString>;
  },
  z.core.$strict
> = z.strictObject({
  format: z
    .string()
    .default("msgpack")
    .refine((format) => format.toLowerCase() !== "otlp_json", { error: `the format otlp_json is not supported yet; there are ${TEXT_FORMATS.join(", ")}` })
    .describe(`How records are written: ${TEXT_FORMATS.join(", ")}`),
  json_date_format: z
    .string()
    .default("double")
    .describe(`How the time is written in JSON: ${DATE_FORMATS.join(", ")}`),
  json_date_key: z.string().default("date").describe("The key of the time in JSON; `false` for none"),
});

/** How an instance writes. */
export interface TextStyle {
  readonly format: TextFormat;
  readonly style: JsonRecordStyle;
}

/** What the options ask for. A format that nobody knows is told in an error line, and the default taken, as the peer has it. */
export function textStyleOf(options: z.infer<typeof textOptions>, ctx: PluginContext): TextStyle {
  const known = <T extends string>(key: string, value: string, all: readonly T[]): T => {
    const found = all.find((one) => one === value.toLowerCase());
    if (found === undefined) ctx.log.error(`unrecognized ${key} '${value}', using '${all[0]}'; there are ${all.join(", ")}`);
    return found ?? (all[0] as T);
  };
  return {
    format: known("format", options.format, TEXT_FORMATS),
    style: {
      dateFormat: known("json_date_format", options.json_date_format, DATE_FORMATS),
      dateKey: ["false", "off", "no"].includes(options.json_date_key.toLowerCase()) ? undefined : options.json_date_key,
      floats: "peer",
      escapeUnicode: flag(ctx.service["json.escape_unicode"], true),
      nanToNull: flag(ctx.service["json.convert_nan_to_null"], false),
    },
  };
}

/** A setting of the service, as text or as a boolean. */
function flag(value: unknown, otherwise: boolean): boolean {
  return value === undefined ? otherwise : ["true", "on", "yes"].includes(String(value).toLowerCase());
}
