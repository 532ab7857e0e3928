import type { ChannelKind, EdgeSpec, Hosted, NodeSpec, Plugin, ServiceSpec } from "@millrace/api";

/** A pipeline that has been checked: every plugin resolved, every option validated, every edge typed. Planning makes it, running takes it. */
export interface Graph {
  /** In topological order, sources first; nodes of a cycle stand where its first node would. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly service: ServiceSpec;
}

export interface GraphNode {
  readonly id: string;
  readonly spec: NodeSpec;
  readonly plugin: Plugin;
  /** Checked and filled in by the plugin's schema. */
  readonly options: unknown;
  readonly hosted: ReadonlyMap<string, readonly Hosted[]>;
}

export interface GraphEdge {
  readonly spec: EdgeSpec;
  readonly from: string;
  readonly to: string;
  readonly kind: ChannelKind;
  /** Which batches take this edge; all, if absent. */
  readonly takes: ((data: never) => boolean) | undefined;
  readonly bounds: { readonly records: number; readonly bytes: number };
  /** Whether it leads back and so must always take what is sent. */
  readonly elastic: boolean;
}
