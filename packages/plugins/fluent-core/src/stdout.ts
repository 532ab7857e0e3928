import type { Plugin } from "@millrace/api";
import { defineOutput } from "@millrace/api/fluent";
import { formatBatch } from "@millrace/fluent";
import { standardOutput, type Target } from "./standard-output.ts";
import { type TextStyle, textOptions, textStyleOf } from "./text-options.ts";

/** Makes the output `stdout` with a place to write to. */
export function stdoutTo(target: Target): Plugin {
  return defineOutput({
    name: "stdout",
    version: "0.1.0",
    description: "Prints records to the standard output",
    stability: "stable",
    options: textOptions,
    create: (options) => {
      let text: TextStyle;
      return {
        init: (ctx) => {
          text = textStyleOf(options, ctx);
          target.open?.();
        },
        flush: (_ctx, channel) => {
          const formatted = formatBatch(channel.batch, text.format, text.style);
          for (const reason of formatted.bad) channel.setAside(undefined, reason);
          return target.write(formatted.text);
        },
        cleanup: () => target.close?.(),
      };
    },
  });
}

/** The output `stdout`. */
const stdoutOutput: Plugin = stdoutTo(standardOutput);

export { stdoutOutput };
