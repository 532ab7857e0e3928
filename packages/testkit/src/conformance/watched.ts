import type { Batch, Input, Node, Outlet, Outputs, Plugin, SourceStream } from "@millrace/api";

/** What is seen of a plugin at work, over all its instances. */
export interface Watch {
  made: number;
  cleaned: number;
  /** How often it held a batch. */
  holds: number;
  /** The most sends that waited for room at the same time. */
  mostWaiting: number;
}

/** The same plugin, with an eye on what it does. It must make a node. */
export function watched(plugin: Plugin): { readonly plugin: Plugin; readonly watch: Watch } {
  const watch: Watch = { made: 0, cleaned: 0, holds: 0, mostWaiting: 0 };
  const { node: create } = plugin;
  if (create === undefined) return { plugin, watch };
  return {
    watch,
    plugin: {
      ...plugin,
      node: async (options, ctx) => {
        const node = await create(options, ctx);
        watch.made += 1;
        return watchedNode(node, watch);
      },
    },
  };
}

function watchedNode(node: Node, watch: Watch): Node {
  return {
    ...(node.init && { init: () => node.init?.() }),
    ...(node.test && { test: () => node.test?.() }),
    run: (input, outputs) => node.run(watchedInput(input, watch), watchedOutputs(outputs, watch)),
    cleanup: () => {
      watch.cleaned += 1;
      return node.cleanup?.();
    },
  };
}

function watchedInput(input: Input, watch: Watch): Input {
  const seen = (batch: Batch | undefined): Batch | undefined => {
    if (batch === undefined) return undefined;
    const hold = batch.hold.bind(batch);
    // The runtime knows its batches by identity, so this one stays what it is.
    Object.defineProperty(batch, "hold", {
      configurable: true,
      value: () => {
        watch.holds += 1;
        return hold();
      },
    });
    return batch;
  };
  const next = (): Batch | undefined | Promise<Batch | undefined> => {
    const batch = input.next();
    return batch instanceof Promise ? batch.then(seen) : seen(batch);
  };
  return {
    next,
    async *[Symbol.asyncIterator]() {
      for (let batch = await next(); batch !== undefined; batch = await next()) yield batch;
    },
  };
}

function watchedOutputs(outputs: Outputs, watch: Watch): Outputs {
  let waiting = 0;
  const counted = (sent: void | Promise<void>): void | Promise<void> => {
    if (sent === undefined) return undefined;
    waiting += 1;
    watch.mostWaiting = Math.max(watch.mostWaiting, waiting);
    return sent.finally(() => {
      waiting -= 1;
    });
  };
  const outlet = <T extends Outlet>(way: T): T => ({ ...way, send: (data, options) => counted(way.send(data, options)) });
  const edges = outputs.edges.map(outlet);
  return {
    send: (data, options) => counted(outputs.send(data, options)),
    edges,
    detached: { send: (data, options) => counted(outputs.detached.send(data, options)), edges: outputs.detached.edges.map(outlet) },
    stream(id, moved): SourceStream {
      const stream = outputs.stream(id, moved);
      return {
        id,
        get position() {
          return stream.position;
        },
        send: (data, place, options) => counted(stream.send(data, place, options)),
      };
    },
  };
}
