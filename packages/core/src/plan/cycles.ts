/** An edge of a plain graph. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** What is to be known about the shape of a graph. */
export interface Shape<A extends Arrow> {
  /** Ids so that every arrow but those that lead back goes forward. Nodes that are not ordered by arrows keep their order. */
  readonly order: readonly string[];
  /** The arrows that lead back, one or more for each cycle. */
  readonly back: ReadonlySet<A>;
  /** The cycles: groups of nodes that can all reach each other. */
  readonly cycles: readonly (readonly string[])[];
}

/** Finds cycles, the arrows that close them, and a topological order of the rest. */
export function shapeOf<A extends Arrow>(ids: readonly string[], arrows: readonly A[]): Shape<A> {
  const component = components(ids, arrows);
  const selfish = new Set(arrows.filter(({ from, to }) => from === to).map(({ from }) => from));
  const cycles = [...Map.groupBy(ids, (id) => component.get(id)).values()].filter(([first, second]) => second !== undefined || selfish.has(first as string));
  const back = new Set<A>(cycles.flatMap((cycle) => backArrows(cycle, arrows)));
  return {
    order: topological(
      ids,
      arrows.filter((arrow) => !back.has(arrow)),
    ),
    back,
    cycles,
  };
}

/** For each id the number of its strongly connected component (Tarjan, without recursion). */
function components(ids: readonly string[], arrows: readonly Arrow[]): Map<string, number> {
  const next = successors(ids, arrows);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const component = new Map<string, number>();
  for (const root of ids) {
    if (index.has(root)) continue;
    const calls: { readonly id: string; at: number }[] = [];
    const enter = (id: string): void => {
      index.set(id, index.size);
      low.set(id, index.get(id) as number);
      stack.push(id);
      calls.push({ id, at: 0 });
    };
    enter(root);
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const { id } = call;
      const successor = next.get(id)?.[call.at++];
      if (successor === undefined) {
        calls.pop();
        const parent = calls.at(-1)?.id;
        if (parent !== undefined) low.set(parent, Math.min(low.get(parent) as number, low.get(id) as number));
        if (low.get(id) === index.get(id)) {
          for (let member: string | undefined; member !== id; ) {
            member = stack.pop() as string;
            component.set(member, index.get(id) as number);
          }
        }
      } else if (!index.has(successor)) enter(successor);
      else if (!component.has(successor)) low.set(id, Math.min(low.get(id) as number, index.get(successor) as number));
    }
  }
  return component;
}

/** The arrows of a cycle that lead back, seen from where the cycle is entered. */
function backArrows<A extends Arrow>(cycle: readonly string[], arrows: readonly A[]): A[] {
  const own = new Map<string, A[]>(cycle.map((id) => [id, []]));
  const entered = new Set<string>();
  for (const arrow of arrows) {
    if (own.has(arrow.from) && own.has(arrow.to)) own.get(arrow.from)?.push(arrow);
    else entered.add(arrow.to);
  }
  const entries = cycle.filter((id) => entered.has(id));
  const state = new Map<string, "open" | "done">();
  const back: A[] = [];
  for (const root of [...entries, ...cycle]) {
    if (state.has(root)) continue;
    const calls: { readonly id: string; readonly out: readonly A[]; at: number }[] = [];
    const enter = (id: string): void => {
      state.set(id, "open");
      calls.push({ id, out: own.get(id) as A[], at: 0 });
    };
    enter(root);
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const arrow = call.out[call.at++];
      if (arrow === undefined) {
        state.set(call.id, "done");
        calls.pop();
      } else if (state.get(arrow.to) === "open") back.push(arrow);
      else if (!state.has(arrow.to)) enter(arrow.to);
    }
  }
  return back;
}

/** Kahn's order; of those that are ready, the one that stands first in `ids`. */
function topological(ids: readonly string[], arrows: readonly Arrow[]): string[] {
  const next = successors(ids, arrows);
  const waiting = new Map<string, number>(ids.map((id) => [id, 0]));
  for (const { to } of arrows) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const rank = new Map(ids.map((id, at) => [id, at]));
  const ready = ids.filter((id) => waiting.get(id) === 0);
  const order: string[] = [];
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    order.push(id);
    for (const successor of next.get(id) ?? []) {
      const left = (waiting.get(successor) as number) - 1;
      waiting.set(successor, left);
      if (left > 0) continue;
      const at = ready.findIndex((other) => (rank.get(other) as number) > (rank.get(successor) as number));
      ready.splice(at < 0 ? ready.length : at, 0, successor);
    }
  }
  return order;
}

function successors(ids: readonly string[], arrows: readonly Arrow[]): Map<string, string[]> {
  const next = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { from, to } of arrows) next.get(from)?.push(to);
  return next;
}
