import type { Made, Origin, PluginListing, RefusedFile } from "@millrace/core";
import { plainPalette } from "@millrace/text";
import { describe, expect, it } from "vitest";
import type { DescribedPlugin } from "../src/pipeline/plugin-list.ts";
import { pluginPage, pluginTable, refusedTable } from "../src/pipeline/plugin-table.ts";

const BUILT: Made = { how: "built", package: "millrace-plugin-geo", version: "1.4.0", release: { tag: "edge", driver: "0.2.0-edge.3" } };

function described(listing: Partial<PluginListing>): DescribedPlugin {
  const whole: PluginListing = {
    kind: "processor",
    name: "example",
    aliases: [],
    description: "Says which processes start and end",
    version: "0.1.0",
    stability: "stable",
    channels: { in: ["flat"], out: [] },
    origin: { from: "built-in" },
    made: { how: "built-in" },
    ...listing,
  };
  return { listing: whole, plugin: undefined };
}

const file = (path: string): Origin => ({ from: "directory", file: path });

const PLUGINS: readonly DescribedPlugin[] = [
  described({ kind: "driver", name: "file", description: "Reads SysFlow traces: a file, or all files of a folder one after the other" }),
  described({}),
  described({
    name: "geo",
    description: "Adds the country of each address",
    version: "1.4.0",
    stability: "beta",
    origin: file("plugins/geo.mjs"),
    made: BUILT,
  }),
  described({ name: "a-name-that-is-very-long-indeed", origin: file("plugins/long.mjs"), made: { how: "no-manifest" } }),
  described({
    name: "packed",
    description: "",
    version: undefined,
    stability: undefined,
    origin: { from: "package", file: "packed" },
    made: { how: "package", package: "packed", version: "3.0.0" },
  }),
];

const REFUSED: readonly RefusedFile[] = [
  {
    origin: file("plugins/old.mjs"),
    made: { ...BUILT, release: { tag: "0.1.0", driver: "0.1.0" } },
    plugins: [{ kind: "link", name: "old" }],
    reasons: ["api", "core"].map((name) => ({
      severity: "error",
      code: "MILLRACE_ARTEFACT_VERSION",
      message: `plugin old (plugins/old.mjs) was built against @millrace/${name} 0.1.0, and this driver has 0.2.0`,
      hint: "plugin-builder build DIR --tag 0.2.0 --fix --out plugins",
    })),
  },
  {
    origin: file("plugins/open.mjs"),
    made: { how: "no-manifest" },
    plugins: [],
    reasons: [
      {
        severity: "error",
        code: "MILLRACE_ARTEFACT_WRITABLE",
        message: "plugins/open.mjs is not loaded: everybody may write it",
        hint: "chmod o-w plugins/open.mjs\nor not",
      },
    ],
  },
];

describe("the table of plugins", () => {
  it("fits into 80 columns", () => {
    const text = `${pluginTable(PLUGINS, { width: 80, palette: plainPalette })}\n${refusedTable(REFUSED, { width: 80, palette: plainPalette })}`;
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).toMatchInlineSnapshot(`
      "drivers
        file                  0.1.0  stable  Reads SysFlow traces: a file, or all
                                             files of a folder one after the other

      processors
        example               0.1.0  stable  Says which processes start and end
        geo                   1.4.0  beta    Adds the country of each address
                                             plugins/geo.mjs, built for driver
                                             0.2.0-edge.3 (edge)
        a-name-that-is-very-long-indeed  0.1.0  stable
                                             Says which processes start and end
                                             plugins/long.mjs, no manifest
        packed                               package packed, not built

      not loaded
        plugins/old.mjs (link old, 1.4.0, built for driver 0.1.0)
          - plugin old (plugins/old.mjs) was built against @millrace/api 0.1.0, and
            this driver has 0.2.0
          - plugin old (plugins/old.mjs) was built against @millrace/core 0.1.0, and
            this driver has 0.2.0
            plugin-builder build DIR --tag 0.2.0 --fix --out plugins
        plugins/open.mjs (no manifest)
          - plugins/open.mjs is not loaded: everybody may write it
            chmod o-w plugins/open.mjs
            or not
      "
    `);
  });

  it("fits into 120 columns", () => {
    expect(pluginTable(PLUGINS, { width: 120, palette: plainPalette })).toMatchInlineSnapshot(`
      "drivers
        file                  0.1.0  stable  Reads SysFlow traces: a file, or all files of a folder one after the other

      processors
        example               0.1.0  stable  Says which processes start and end
        geo                   1.4.0  beta    Adds the country of each address
                                             plugins/geo.mjs, built for driver 0.2.0-edge.3 (edge)
        a-name-that-is-very-long-indeed  0.1.0  stable
                                             Says which processes start and end
                                             plugins/long.mjs, no manifest
        packed                               package packed, not built
      "
    `);
  });

  it("can be read in 40 columns", () => {
    expect(pluginTable(PLUGINS.slice(0, 2), { width: 40, palette: plainPalette })).toMatchInlineSnapshot(`
      "drivers
        file     0.1.0  stable
            Reads SysFlow traces: a file, or
            all files of a folder one after
            the other

      processors
        example  0.1.0  stable
            Says which processes start and end
      "
    `);
  });

  it("has no part for what is not loaded where all is", () => {
    expect(refusedTable([], { width: 80, palette: plainPalette })).toBe("");
  });
});

it("a page has what the table has, and more", () => {
  const plugin = described({ aliases: ["maps"], channels: { in: "any", out: "same" }, origin: file("plugins/geo.mjs"), made: BUILT });
  expect(pluginPage(plugin, { width: 80, palette: plainPalette })).toMatchInlineSnapshot(`
    "processor example  0.1.0  stable
      Says which processes start and end
      also called maps
      reads whatever comes, sends what it reads
      from plugins/geo.mjs, built for driver 0.2.0-edge.3 (edge)
    "
  `);
});
