import { type Clock, type Diagnostic, MillraceError, type PluginContext } from "@millrace/api";
import { type Waited, within } from "./deadline.ts";
import { messageOf, nodeError, placeOf } from "./errors.ts";
import type { NodeState } from "./node-state.ts";

/** What making nodes ready needs of the run. */
export interface Readiness {
  readonly clock: Clock;
  /** Sinks first. */
  readonly nodes: readonly NodeState[];
  /** How long the health checks may take, in milliseconds. */
  readonly healthMs: number;
  /** Comes when nobody wants to wait any more. */
  readonly gone: Promise<void>;
  contextOf(node: NodeState): PluginContext;
}

/** Makes every node, opens every node, and asks all for their health. Throws an error that names every node that is not well. */
export async function makeReady(readiness: Readiness): Promise<void> {
  for (const node of readiness.nodes) await make(node, readiness);
  for (const node of readiness.nodes) await open(node, readiness);
  await checkHealth(readiness);
}

async function make(node: NodeState, readiness: Readiness): Promise<void> {
  const { plugin, options } = node.graph;
  const create = plugin.node;
  if (create === undefined) {
    throw nodeError("MILLRACE_RUN_HOSTED", node, `the ${plugin.kind} '${plugin.name}' lives inside another plugin and can't run by itself`, undefined);
  }
  const made = await within(readiness.clock, -1, () => create(options as never, readiness.contextOf(node)), readiness.gone);
  if (made.state !== "done") throw notReady(node, "MILLRACE_RUN_CREATE", "could not be made", made);
  node.instance = made.value;
}

async function open(node: NodeState, readiness: Readiness): Promise<void> {
  const opened = await within(readiness.clock, -1, () => node.instance?.init?.(), readiness.gone);
  if (opened.state !== "done") throw notReady(node, "MILLRACE_RUN_INIT", "could not be opened", opened);
  node.phase = "ready";
}

function notReady(node: NodeState, code: string, what: string, waited: Waited<unknown>): MillraceError {
  if (waited.state === "failed") return nodeError(code, node, `${what}: ${messageOf(waited.cause)}`, waited.cause);
  return nodeError("MILLRACE_RUN_ABORTED", node, "the run was aborted before it was ready", undefined);
}

async function checkHealth(readiness: Readiness): Promise<void> {
  const answers = await Promise.all(readiness.nodes.toReversed().map((node) => healthOf(node, readiness)));
  const findings = answers.filter((finding) => finding !== undefined);
  const first = findings[0];
  if (first === undefined) return;
  throw new MillraceError("MILLRACE_RUN_HEALTH", findings.map((finding) => finding.message).join("; "), {
    ...(first.cause !== undefined && { cause: first.cause }),
    ...(first.place !== undefined && { place: first.place }),
    diagnostics: findings,
  });
}

async function healthOf(node: NodeState, { clock, healthMs, gone }: Readiness): Promise<Diagnostic | undefined> {
  const { instance } = node;
  if (instance?.test === undefined) return undefined;
  let aborted = false;
  const answer = await within(
    clock,
    healthMs,
    () => instance.test?.(),
    gone.then(() => {
      aborted = true;
    }),
  );
  if (answer.state === "done" && answer.value !== false) return undefined;
  const why =
    answer.state === "failed"
      ? `failed: ${messageOf(answer.cause)}`
      : answer.state === "done"
        ? "failed"
        : aborted
          ? "was cut off: the run was aborted"
          : `gave no answer within ${healthMs} ms`;
  return {
    severity: "error",
    code: "MILLRACE_RUN_HEALTH",
    message: `node '${node.id}': its health check ${why}`,
    ...(answer.state === "failed" && { cause: answer.cause }),
    ...placeOf(node),
  };
}
