import { expect, it } from "vitest";
import { fencesOf, pages, placeOf } from "./support/pages.ts";

/** Languages of which a test beside this one looks at every block. */
const TESTED = ["sh", "console", "json", "yaml", "conf", "ini", "ts", "js"];

/** What is printed or drawn, and neither run nor read by anybody. */
const SHOWN = ["text", "mermaid"];

it("there are pages", () => expect(pages().length).toBeGreaterThan(30));

it.each(pages())("%s says of each block what it is", (page) => {
  expect(
    fencesOf(page)
      .filter(({ language }) => ![...TESTED, ...SHOWN].includes(language))
      .map((fence) => `${placeOf(fence)}: ${fence.language || "nothing"}`),
  ).toEqual([]);
});
