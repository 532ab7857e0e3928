import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packages } from "../../bootstrap/workspace.mjs";
import { root, textOf } from "./support/pages.ts";

const map = textOf("docs/code-map.md");
const part = map.slice(map.indexOf("## The packages and their rooms"), map.indexOf("## Where to change what"));

/** The rooms of each package: what is named in its row, and in those below it. */
const rooms = new Map<string, string[]>();
let current: readonly string[] = [];
for (const line of part.split("\n").filter((each) => each.startsWith("| "))) {
  const named = [...line.matchAll(/\*\*([\w./-]+)\*\*/g)].map((match) => match[1] as string);
  if (named.length > 0) current = named;
  const found = [...line.matchAll(/`((?:src|templates)\b[\w./-]*)`/g)].map((match) => match[1] as string);
  for (const name of current) rooms.set(name, [...(rooms.get(name) ?? []), ...found]);
}

/** Packages that are listed elsewhere, each in a table of its own. */
const ELSEWHERE = /^(packages\/plugins|examples|tooling)\//;

describe("the map of the code", () => {
  it.each(
    packages()
      .map(({ path }) => path)
      .filter((path) => !ELSEWHERE.test(path)),
  )("has %s, and each of its rooms", (path) => {
    const folders = readdirSync(join(root, path, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rooms.get(path)).toEqual(expect.arrayContaining(folders.map(({ name }) => `src/${name}`)));
  });

  it("names no room that is not there", () => {
    const missing = [...rooms].flatMap(([name, found]) =>
      found.filter((room) => !room.includes("*") && !existsSync(join(root, name, room))).map((room) => `${name}/${room}`),
    );
    expect(missing).toEqual([]);
  });

  it("names no file that is not there", () => {
    const whole = [...map.matchAll(/`((?:packages|apps|examples|tooling)\/[\w./-]+)`/g)].map((match) => match[1] as string);
    expect(whole.length).toBeGreaterThan(20);
    expect(whole.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it("shortens no name beyond what can be found", () => {
    const all = packages().flatMap(({ folder }) =>
      existsSync(join(folder, "src")) ? readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" }) : [],
    );
    const short = [...map.matchAll(/`(?!packages|apps|src)((?:\w[\w-]*\/)*[\w-]+\.ts)`/g)].map((match) => match[1] as string);
    expect(short.length).toBeGreaterThan(5);
    expect(short.filter((name) => !all.some((file) => file === name || file.endsWith(`/${name}`)))).toEqual([]);
  });
});
