import { MillraceError, type PluginContext } from "@millrace/api";
import type { Link, Message } from "@millrace/api/flow";
import { type Output, type OutputTarget, openOutput } from "./output.ts";

/** What a link that writes messages to an output needs. */
export interface WritingLinkSettings {
  readonly target: OutputTarget;
  /** The bytes of a message, in parts that follow each other. */
  readonly encode: (message: Message) => readonly Uint8Array[];
  /** The beginning of its metrics' names, such as `sink_file`: `…_msg_received`, `…_msg_sent`, `…_msg_failed`. */
  readonly metrics: string;
}

/**
 * A sink that writes each message to an output, and answers `done` when the system has taken it, `failed` when it refused.
 * A target that can't be opened keeps the run from starting, with `MILLRACE_FLOW_OPEN`.
 */
export function writingLink(settings: WritingLinkSettings, ctx: PluginContext): Link {
  const { target, encode, metrics } = settings;
  const received = ctx.metrics.counter(`${metrics}_msg_received`, "Messages that came in");
  const sent = ctx.metrics.counter(`${metrics}_msg_sent`, "Messages that were written");
  const failed = ctx.metrics.counter(`${metrics}_msg_failed`, "Messages that could not be written");
  let output: Output | undefined;
  let failing = false;
  const refused = (cause: unknown, messages: number): void => {
    failed.add(messages);
    // One line for a disk that stays full, not one for each message.
    if (!failing) ctx.log.error(`sink "${ctx.name}" can't write to ${nameOf(target)}: ${textOf(cause)}`);
    failing = true;
  };
  return {
    async init() {
      try {
        output = await openOutput(target, refused);
      } catch (cause) {
        throw new MillraceError("MILLRACE_FLOW_OPEN", `sink "${ctx.name}" can't open ${nameOf(target)}: ${textOf(cause)}`, {
          cause,
          ...hintFor(target, cause),
        });
      }
    },
    async recv(message) {
      received.add(1);
      if (output === undefined) return "failed";
      const status = await output.write(encode(message));
      if (status !== "done") return status;
      sent.add(1);
      if (failing) ctx.log.info(`sink "${ctx.name}" writes to ${nameOf(target)} again`);
      failing = false;
      return status;
    },
    cleanup: () => output?.close(ctx.signal),
  };
}

function nameOf(target: OutputTarget): string {
  return typeof target === "string" ? target : target.path;
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function hintFor(target: OutputTarget, cause: unknown): { hint?: string } {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT")
    return { hint: typeof target !== "string" && !target.create ? "make the file first: it is appended to, never made" : "make the folder first" };
  if (code === "EACCES" || code === "EPERM") return { hint: "let the user that runs the pipeline write there" };
  return {};
}
