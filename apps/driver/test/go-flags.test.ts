import { describe, expect, it } from "vitest";
import { type GoFlag, type GoFlags, goFlagDefaults, parseGoFlags } from "../src/command-line/go-flags.ts";

const FLAGS: readonly GoFlag[] = [
  { name: "config", type: "string", usage: "Path to `file`", default: "pipeline.json" },
  { name: "test", type: "bool", usage: "Only test" },
  { name: "o", type: "list", usage: "Extra options", check: (value) => (value.split("=").length > 2 ? "too many" : undefined) },
];

describe("flags as Go has them", () => {
  it.each([[["-config", "a"]], [["-config=a"]], [["--config", "a"]], [["--config=a"]]])("reads %j", (args) => {
    expect(parsed(args).text("config")).toBe("a");
  });

  it("gives the default of what is absent, and the last of what is repeated", () => {
    expect(parsed([]).text("config")).toBe("pipeline.json");
    expect(parsed(["-config", "a", "-config", "b"]).text("config")).toBe("b");
    expect(parsed([]).given("config")).toBe(false);
  });

  it("takes the value of a boolean only after `=`", () => {
    expect(parsed(["-test"]).isSet("test")).toBe(true);
    expect(parsed(["-test=f"]).isSet("test")).toBe(false);
    const flags = parsed(["-test", "false"]);
    expect(flags.isSet("test")).toBe(true);
    expect(flags.rest).toEqual(["false"]);
  });

  it("stops at the first argument that is no flag, and after --", () => {
    expect(parsed(["path", "-test"]).rest).toEqual(["path", "-test"]);
    expect(parsed(["-", "-test"]).rest).toEqual(["-", "-test"]);
    expect(parsed(["-test", "--", "-config"]).rest).toEqual(["-config"]);
  });

  it("keeps every value of a list", () => {
    expect(parsed(["-o", "a=1", "-o=b", "-o", ""]).list("o")).toEqual(["a=1", "b", ""]);
  });

  it.each([
    [["-bogus"], "flag provided but not defined: -bogus"],
    [["--bogus=1"], "flag provided but not defined: -bogus"],
    [["-config"], "flag needs an argument: -config"],
    [["-test=maybe"], 'invalid boolean value "maybe" for -test: parse error'],
    [["---x"], "bad flag syntax: ---x"],
    [["-=x"], "bad flag syntax: -=x"],
    [["-o", "a=b=c"], 'invalid value "a=b=c" for flag -o: too many'],
  ])("says what is wrong with %j", (args, message) => {
    expect(parseGoFlags(args, FLAGS)).toEqual({ state: "mistake", message });
  });

  it.each(["-h", "--help", "-help"])("knows %s", (flag) => {
    expect(parseGoFlags([flag], FLAGS)).toEqual({ state: "help" });
  });

  it("lists the flags as Go does", () => {
    expect(goFlagDefaults([...FLAGS, { name: "v", type: "bool", usage: "More" }])).toMatchInlineSnapshot(`
      "  -config file
          	Path to file (default "pipeline.json")
        -o value
          	Extra options
        -test
          	Only test
        -v	More
      "
    `);
  });
});

function parsed(args: readonly string[]): GoFlags {
  const result = parseGoFlags(args, FLAGS);
  if (result.state !== "parsed") throw new Error(JSON.stringify(result));
  return result.flags;
}
