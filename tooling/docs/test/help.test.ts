import { expect, it } from "vitest";
import { helpTable } from "../commands.mjs";

it("the help of a command becomes a table, with choices and default apart, and lines joined that were broken", () => {
  const text = `Usage: tool work [options] <file>

do some work, and say
how it went

Arguments:
  file                     what to work on

Options:
  -f, --format <format>    how it is written: a long text that goes on behind the
                           end of the line (choices: "json", "text", default:
                           "text")
  -p, --paths <path...>    where (default: ["here"])
  -h, --help               display help for command
`;
  expect(helpTable(text)).toMatchInlineSnapshot(`
    "**\`tool work [options] <file>\`**: do some work, and say how it went.

    |  |  | one of | default |
    | --- | --- | --- | --- |
    | \`<file>\` | what to work on |  |  |
    | \`-f, --format <format>\` | how it is written: a long text that goes on behind the end of the line | \`json\`, \`text\` | \`text\` |
    | \`-p, --paths <path...>\` | where |  | \`here\` |"
  `);
});

it("a help of another form stays as it is", () => {
  expect(helpTable("Usage of flowd:\n  -config string\n")).toBe("```text\nUsage of flowd:\n  -config string\n```");
});
