import type { PipelineSpec } from "@millrace/api";
import { formatDiagnostics } from "@millrace/text";
import type { DialectResult } from "../../src/index.ts";

/** All findings as a user reads them. */
export function findings(result: DialectResult): string {
  return formatDiagnostics(result.diagnostics);
}

/** The edges as arrows: `a → b [kind] :port (queue) match`. */
export function arrows(result: DialectResult): string[] {
  return (result.spec?.edges ?? []).map(({ from, to, channel, port, queue, match }) =>
    [
      from,
      "→",
      to,
      channel && `[${channel}]`,
      port !== undefined && `:${port}`,
      queue !== undefined && `(${queue})`,
      match !== undefined && JSON.stringify(match),
    ]
      .filter(Boolean)
      .join(" "),
  );
}

/** A node by its id, without places. */
export function node(result: DialectResult, id: string): object | undefined {
  const found = result.spec?.nodes.find((each) => each.id === id);
  if (found === undefined) return undefined;
  const { place: _place, places: _places, keyPlaces: _keyPlaces, ...rest } = found;
  return { ...rest, ...(found.hosted && { hosted: found.hosted.map(({ place: _at, places: _in, keyPlaces: _keys, ...each }) => each) }) };
}

/** Where plugins are looked for, without places. */
export function plugins(result: DialectResult): object[] {
  return (result.spec?.plugins ?? []).map(({ place: _place, ...source }) => source);
}

export function ids(spec: PipelineSpec | undefined): string[] {
  return (spec?.nodes ?? []).map(({ id }) => id);
}
