import type { EdgeSpec, Place } from "@millrace/api";
import { type DiagnosticBag, didYouMean } from "@millrace/text";
import type { Conversion, Registry } from "../registry/index.ts";
import type { PlannedNode } from "./nodes.ts";
import type { WiredEdge } from "./wiring.ts";

/** An edge whose two ends agree: on one kind, or by a conversion between two. */
export interface TypedEdge {
  readonly spec: EdgeSpec;
  readonly from: PlannedNode;
  readonly to: PlannedNode;
  /** The kind that the sender sends. */
  readonly kind: string;
  /** What stands between the two, where the receiver reads another kind. */
  readonly conversion?: Conversion;
}

/** What is known of an edge so far. */
type Finding = { readonly edge: TypedEdge } | { readonly problem: { readonly code: string; readonly message: string; readonly hint?: string } } | "unknown";

/**
 * Finds the channel kind of every edge. What a `same` node sends follows from what reaches it, so edges are gone through
 * until nothing new is found. Edges whose ends do not agree, and can't be made to, are reported.
 */
export function typeEdges(edges: readonly WiredEdge[], registry: Registry, bag: DiagnosticBag): TypedEdge[] {
  const typed = new Map<EdgeSpec, TypedEdge>();
  const failed = new Set<EdgeSpec>();
  const reported = new Set<PlannedNode>();
  /** Decides the edges that can be decided, or only the first of them. Tells whether there was one. */
  const decide = (guess: boolean): boolean => {
    let decided = false;
    for (const edge of edges) {
      if (typed.has(edge.spec) || failed.has(edge.spec)) continue;
      const sent = sentBy(edge.from, edges, typed, failed, guess);
      const finding = sent === undefined ? "unknown" : judge(edge, sent, registry);
      if (finding === "unknown") continue;
      decided = true;
      if ("edge" in finding) typed.set(edge.spec, finding.edge);
      else {
        failed.add(edge.spec);
        bag.error(finding.problem.code, finding.problem.message, { place: placeOf(edge), hint: finding.problem.hint });
      }
      if (guess) break;
    }
    return decided;
  };
  // In a cycle nothing is ever known of all inputs of a node: there what is known of some of them has to do.
  while (decide(false) || decide(true));
  for (const edge of edges) {
    if (typed.has(edge.spec) || failed.has(edge.spec) || reported.has(edge.from) || !isOwnFault(edge.from, edges)) continue;
    reported.add(edge.from);
    bag.error("MILLRACE_PLAN_CHANNEL_UNKNOWN", `what "${edge.from.id}" sends is not known: it sends what it receives, and nothing tells what that is`, {
      place: placeOf(edge),
      hint: "name the channel of an edge that leads to it",
    });
  }
  return edges.map((edge) => typed.get(edge.spec)).filter((edge) => edge !== undefined);
}

/** The kinds that a node sends; `undefined` while that is not known, or with `guess`, while nothing is. Of what does not agree, nothing is concluded. */
function sentBy(
  node: PlannedNode,
  edges: readonly WiredEdge[],
  typed: ReadonlyMap<EdgeSpec, TypedEdge>,
  failed: ReadonlySet<EdgeSpec>,
  guess: boolean,
): readonly string[] | undefined {
  if (node.out !== "same") return node.out;
  const kinds = new Set<string>();
  for (const edge of edges) {
    if (edge.to !== node || failed.has(edge.spec)) continue;
    const found = typed.get(edge.spec);
    if (found !== undefined) kinds.add(found.conversion?.to ?? found.kind);
    else if (!guess) return undefined;
  }
  return kinds.size === 0 ? undefined : [...kinds];
}

/** Whether an edge without a kind is to be reported: not where another finding is the reason for it. */
function isOwnFault(node: PlannedNode, edges: readonly WiredEdge[]): boolean {
  const into = edges.filter((edge) => edge.to === node);
  return into.length > 0 && into.every((edge) => edge.from.out === "same");
}

function judge({ spec, from, to }: WiredEdge, sends: readonly string[], registry: Registry): Finding {
  const reads = to.plugin.channels.in;
  const { channel } = spec;
  if (channel !== undefined && !registry.channelNames().includes(channel)) {
    const hint = didYouMean(channel, registry.channelNames()) ?? `the kinds are ${registry.channelNames().join(", ")}`;
    return { problem: { code: "MILLRACE_PLAN_CHANNEL", message: `there is no channel kind "${channel}"`, hint } };
  }
  const fits = (kind: string): boolean => reads === "any" || reads.includes(kind);
  const offered = channel !== undefined && sends.includes(channel) ? [channel] : sends;
  const wanted: readonly string[] | "any" = channel !== undefined && fits(channel) ? [channel] : reads;
  const direct = offered.filter((kind) => (wanted === "any" ? true : wanted.includes(kind)));
  const says = `"${from.id}" sends ${sends.join(" or ")}`;
  const wants = reads === "any" ? `"${to.id}" reads anything` : `"${to.id}" reads ${reads.join(" or ")}`;
  if (channel !== undefined && !sends.includes(channel) && !fits(channel)) {
    return { problem: { code: "MILLRACE_PLAN_CHANNEL_MISMATCH", message: `the edge is said to carry ${channel}, but ${says} and ${wants}` } };
  }
  const [kind] = direct;
  if (kind !== undefined && direct.length === 1) return { edge: { spec, from, to, kind } };
  if (direct.length > 1) {
    return {
      problem: {
        code: "MILLRACE_PLAN_CHANNEL_AMBIGUOUS",
        message: `the edge from "${from.id}" to "${to.id}" could carry ${direct.join(" or ")}`,
        hint: "name its channel",
      },
    };
  }
  const into = wanted === "any" ? [] : wanted;
  const conversions = offered.flatMap((one) => into.flatMap((other) => registry.conversions(one, other)));
  const [conversion] = conversions;
  if (conversion !== undefined && conversions.length === 1) return { edge: { spec, from, to, kind: conversion.from, conversion } };
  const carried = channel === undefined ? "" : `, and the edge is said to carry ${channel}`;
  if (conversions.length > 1) {
    const names = conversions.map((one) => `"${one.plugin}" (${one.from} to ${one.to})`).join(", ");
    return {
      problem: {
        code: "MILLRACE_PLAN_CONVERSION_AMBIGUOUS",
        message: `${says}, but ${wants}${carried}; several conversions would do`,
        hint: `put one of ${names} between them`,
      },
    };
  }
  return { problem: { code: "MILLRACE_PLAN_CHANNEL_MISMATCH", message: `${says}, but ${wants}${carried}`, hint: "no conversion between them is known" } };
}

function placeOf({ spec, to }: WiredEdge): Place | undefined {
  return spec.place ?? to.spec.place;
}
