import { jsonToMsgpack, Cursor } from "@millrace/fluent";
import { z } from "zod";

/** An option that is JSON text. Its value is MessagePack, so that integers stay exact and floats stay floats. */
export function jsonOption(text: string): z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<Uint8Array, string>>> {
  return z.string().transform((written, context) => {
    try {
      return jsonToMsgpack(written);
    } catch (cause) {
      context.addIssue({ code: "custom", message: cause instanceof Error ? cause.message : String(cause), input: written });
      return z.NEVER;
    }
  }).prefault(text);
}

/** Whether MessagePack bytes are a map, the one thing that a record can be. */
export function isMap(bytes: Uint8Array): boolean {
  return new Cursor(bytes).next() === "map";
}
