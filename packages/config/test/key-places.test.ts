import { describe, expect, it } from "vitest";
import { type DialectResult, readFlow, readFluentbit, readNative, readSysflow } from "../src/index.ts";

/** Where values and keys of options stand, as `line:column+length`, in each dialect. Both are kept by the path of the option. */
describe("places of options and of their keys", () => {
  it("in the pipeline JSON of SysFlow", () => {
    const text = '{"pipeline": [{"processor": "a", "in": "x c", "Opt": "v",\n  "list": [{"k": 1}]}]}';
    expect(placed(readSysflow({ file: "f", text }), "a")).toEqual({
      values: { Opt: "1:54+3", list: "2:3+6", "list.0": "2:12+8", "list.0.k": "2:18+1" },
      keys: { Opt: "1:47+5", list: "2:3+6", "list.0": "2:12+8", "list.0.k": "2:13+3" },
    });
  });

  it("of an option that the environment overrides: the value there, the key in the file", () => {
    const text = '{"pipeline": [{"processor": "a", "in": "x c", "opt": "v"}]}';
    expect(placed(readSysflow({ file: "f", text }, { A_OPT: "w", A_MORE: "z" }), "a")).toEqual({
      values: { opt: "(environment) 1:1+5", more: "(environment) 1:1+6" },
      keys: { opt: "1:47+5" },
    });
  });

  it("in the YAML of Flow", () => {
    const text = "actors:\n  a:\n    module: m\n    params:\n      opt: v\n      deep: { k: 1 }\n      list:\n        - k: 1\n";
    expect(placed(readFlow({ file: "f", text }, {}, { options: ["actors.a.params.opt=w"] }), "a")).toEqual({
      values: { opt: "(command line) 1:1+24", deep: "6:7+4", "deep.k": "6:18+1", list: "8:9+6", "list.0": "8:11+4", "list.0.k": "8:14+1" },
      keys: { opt: "5:7+3", deep: "6:7+4", "deep.k": "6:15+1", list: "7:7+4", "list.0": "8:11+4", "list.0.k": "8:11+1" },
    });
  });

  it("in both forms of Fluent Bit and on its command line", () => {
    const classic = "[OUTPUT]\n    Name  a\n    Match *\n    Opt   v\n    Opt   w\n";
    expect(placed(readFluentbit({ file: "f.conf", text: classic }), "a.0")).toEqual({ values: { opt: "4:11+1" }, keys: { opt: "4:5+3" } });
    const yaml = 'pipeline:\n  outputs:\n    - { name: a, match: "*", Opt: v }\n';
    expect(placed(readFluentbit({ file: "f.yaml", text: yaml }), "a.0")).toEqual({ values: { opt: "3:35+1" }, keys: { opt: "3:30+3" } });
    const properties = [["name", "a"] as const, ["match", "*"] as const, ["opt", "v"] as const];
    expect(placed(readFluentbit(undefined, {}, { sections: [{ kind: "output", properties }] }), "a.0")).toEqual({
      values: { opt: "(command line) 1:1+8" },
      keys: { opt: "(command line) 1:4+3" },
    });
  });

  it("in millrace.yaml, also of a plugin in a slot", () => {
    const text = "nodes:\n  a:\n    plugin: output/a\n    options: { opt: v, deep: { k: 1 } }\n    handler: { plugin: h, options: { opt: v } }\n";
    const result = readNative({ file: "f", text });
    expect(placed(result, "a")).toEqual({
      values: { opt: "4:21+1", deep: "4:24+4", "deep.k": "4:35+1" },
      keys: { opt: "4:16+3", deep: "4:24+4", "deep.k": "4:32+1" },
    });
    expect(result.spec?.nodes[0]?.hosted?.[0]).toMatchObject({ places: { opt: { line: 5, column: 43 } }, keyPlaces: { opt: { line: 5, column: 38 } } });
  });
});

function placed(result: DialectResult, id: string): { values: object; keys: object } {
  const node = result.spec?.nodes.find((each) => each.id === id);
  const shown = (places: NonNullable<typeof node>["places"]): object =>
    Object.fromEntries(
      Object.entries(places ?? {}).map(([path, { file, line, column, length }]) => [
        path,
        `${file.startsWith("(") ? `${file} ` : ""}${line}:${column}+${length ?? 1}`,
      ]),
    );
  return { values: shown(node?.places), keys: shown(node?.keyPlaces) };
}
