import { Cursor, jsonToMsgpack } from "@millrace/fluent";
import * as z from "zod";

/** An option that is JSON text. Text that is no JSON is an error with line and column. */
export function jsonOption(text: string): z.ZodDefault<z.ZodString> {
  return z
    .string()
    .superRefine((written, context) => {
      try {
        jsonToMsgpack(written);
      } catch (cause) {
        context.addIssue({ code: "custom", message: cause instanceof Error ? cause.message : String(cause), input: written });
      }
    })
    .default(text);
}

/** Whether MessagePack bytes are a map, the one thing that a record can be. */
export function isMap(bytes: Uint8Array): boolean {
  return new Cursor(bytes).next() === "map";
}
