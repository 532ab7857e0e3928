import { describe, expect, it } from "vitest";
import { type Option, optionsUsage, parseOptions } from "../src/command-line/getopt.ts";

const OPTIONS: readonly Option[] = [
  { letter: "i", name: "input", value: "INPUT", usage: "set an input" },
  { letter: "p", name: "prop", value: '"A=B"', usage: "set a property" },
  { letter: "v", name: "verbose", usage: "say more" },
  { letter: "V", name: "version", usage: "show the version" },
  { letter: "q", usage: "say nothing" },
  { name: "strict", usage: "make warnings errors" },
];

describe("options as getopt_long has them", () => {
  it.each([
    [["-i", "x"], [["input", "x"]]],
    [["-ix"], [["input", "x"]]],
    [["--input", "x"], [["input", "x"]]],
    [["--input=x=y"], [["input", "x=y"]]],
    [["--in", "x"], [["input", "x"]]],
    [
      ["-vi", "x", "-p", "a=b"],
      [
        ["verbose", ""],
        ["input", "x"],
        ["prop", "a=b"],
      ],
    ],
    [["--vers"], [["version", ""]]],
  ])("reads %j", (args, expected) => {
    expect(found(args).options).toEqual(expected);
  });

  it("takes arguments between options, and everything after --", () => {
    expect(found(["a", "-v", "-", "--", "-i"])).toEqual({ options: [["verbose", ""]], rest: ["a", "-", "-i"] });
  });

  it.each([
    [["--bogus"], "unrecognized option '--bogus'"],
    [["-x"], "invalid option -- 'x'"],
    [["-i"], "option requires an argument -- 'i'"],
    [["--input"], "option '--input' requires an argument"],
    [["--strict=1"], "option '--strict' doesn't allow an argument"],
    [["--ver"], "option '--ver' is ambiguous; possibilities: '--verbose' '--version'"],
  ])("says what is wrong with %j", (args, mistake) => {
    expect(parseOptions(args, OPTIONS)).toEqual({ mistake });
  });

  it("lists the options", () => {
    expect(optionsUsage(OPTIONS)).toMatchInlineSnapshot(`
      "  -i, --input=INPUT  set an input
        -p, --prop="A=B"   set a property
        -v, --verbose      say more
        -V, --version      show the version
        -q                 say nothing
            --strict       make warnings errors
      "
    `);
  });
});

function found(args: readonly string[]): { options: readonly (readonly string[])[]; rest: readonly string[] } {
  const result = parseOptions(args, OPTIONS);
  if (result.mistake !== undefined) throw new Error(result.mistake);
  return { options: result.found.map(({ option, value }) => [option.name ?? "", value]), rest: result.rest };
}
