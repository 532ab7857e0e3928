import { isMillraceError } from "@millrace/api";
import { type BindAddress, parseBind, parseHostPort } from "@millrace/flow";
import * as z from "zod";
import type { InFlightBounds } from "./in-flight.ts";

/** A `bind` address, of one of these schemes. `later` are schemes that are known and not there yet. */
export function bindOption(schemes: readonly BindAddress["scheme"][], description: string, later: readonly BindAddress["scheme"][] = []): z.ZodString {
  const supported = schemes.map((scheme) => `${scheme}://`).join(", ");
  const isOneOf = (known: readonly string[], text: string): boolean => known.some((scheme) => text.startsWith(`${scheme}://`));
  return z
    .string()
    .check(
      problemsOf((text) => {
        if (isOneOf(schemes, text)) parseBind(text);
        else if (isOneOf(later, text)) return `${text.slice(0, text.indexOf("/"))}// is not supported yet; supported: ${supported}`;
        else return `unrecognised \`bind\` protocol: ${JSON.stringify(text)}; supported: ${supported}`;
        return undefined;
      }),
    )
    .describe(description);
}

/** A `bind_addr` of the classic generation. */
export function hostPortOption(description: string): z.ZodString {
  return z
    .string()
    .check(
      problemsOf((text) => {
        parseHostPort(text);
        return undefined;
      }),
    )
    .describe(description);
}

function problemsOf(check: (text: string) => string | undefined): (payload: z.core.ParsePayload<string>) => void {
  return (payload) => {
    const { value } = payload;
    let message: string | undefined;
    try {
      message = check(value);
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      message = error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
    }
    if (message !== undefined) payload.issues.push({ code: "custom", message, input: value });
  };
}

/** The options that bound what a receiver has in flight. */
export const inFlightOptions: { readonly max_in_flight: z.ZodDefault<z.ZodInt>; readonly max_in_flight_bytes: z.ZodDefault<z.ZodInt> } = {
  max_in_flight: z.int().min(1).default(8192).describe("Messages sent on whose end is not known; beyond it the receiver reads no more"),
  max_in_flight_bytes: z.int().min(1).default(33_554_432).describe("The same in bytes"),
};

export function inFlightOf(options: { readonly max_in_flight: number; readonly max_in_flight_bytes: number }): InFlightBounds {
  return { messages: options.max_in_flight, bytes: options.max_in_flight_bytes };
}

/** The longest body of a request. */
export const maxBodyOption: z.ZodDefault<z.ZodInt> = z
  .int()
  .min(1)
  .default(16_777_216)
  .describe("HTTP: the longest body, in bytes; a longer one is answered 413");
