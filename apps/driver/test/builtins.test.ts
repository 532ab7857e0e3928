import { conversions } from "@millrace/plugin-conversions";
import { describe, expect, it } from "vitest";
import { BUILTINS, builtinRegistry, CONVERSIONS } from "../src/pipeline/builtins.ts";

describe("the built-in plugins", () => {
  it.each(BUILTINS.map((entry) => [`${entry.kind} ${entry.name}`, entry] as const))("%s is what its entry says", async (_name, entry) => {
    const { found, diagnostics } = await builtinRegistry().resolve(entry.kind, entry.name);
    expect(diagnostics).toEqual([]);
    const { kind, name, aliases, description } = found!.plugin;
    expect({ kind, name, aliases, description }).toEqual({ kind: entry.kind, name: entry.name, aliases: entry.aliases, description: entry.description });
  });

  it("bring the channel kinds that they name", async () => {
    const registry = builtinRegistry();
    const named = new Set<string>();
    for (const { kind, name } of BUILTINS) {
      const { channels } = (await registry.resolve(kind, name)).found!.plugin;
      if (channels.in !== "any") for (const channel of channels.in) named.add(channel);
      if (Array.isArray(channels.out)) for (const channel of channels.out) named.add(channel);
    }
    for (const channel of named) expect((await registry.channel(channel))?.name, channel).toBe(channel);
  });

  it("convert between the families", async () => {
    expect(CONVERSIONS).toEqual(conversions.map(({ from, to, plugin }) => ({ from, to, plugin: plugin.name })));
    const registry = builtinRegistry();
    for (const { from, to, plugin } of CONVERSIONS) {
      expect(registry.conversions(from, to)).toHaveLength(1);
      expect((await registry.resolve("node", plugin)).found?.plugin.channels).toMatchObject({ in: [from], out: [to] });
    }
  });
});
