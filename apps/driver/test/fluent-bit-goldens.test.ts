import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Command } from "./support/command.ts";
import { conformance } from "./support/places.ts";

/** A run of the peer: its command line, and what it printed. */
interface Recorded {
  readonly title: string;
  readonly args: readonly string[];
  readonly stdout: string;
}

const file = conformance === undefined ? undefined : join(conformance, "golden/fluentbit/stdout.md");
const recorded = file !== undefined && existsSync(file) ? recordedRuns(readFileSync(file, "utf8")) : [];
if (recorded.length === 0) console.log("fluent-bit: the recorded runs are not there; what stdout prints is not compared");

/** How many run at once. They mostly wait for the next second. */
const AT_ONCE = 12;

describe.skipIf(recorded.length === 0)("recorded runs of fluent-bit", () => {
  it("print the same", { timeout: 90_000 }, async () => {
    const found = new Map<string, string>();
    const waiting = [...recorded];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) found.set(next.title, await printed(next));
      }),
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(recorded.map(({ title, stdout }) => [title, withoutFlushes(stdout)])));
  });
});

/** Runs a command until it has printed as much as the peer, or nothing for a while where the peer prints nothing. */
async function printed({ args, stdout }: Recorded): Promise<string> {
  const run = new Command("fluent-bit", args);
  const expected = withoutFlushes(stdout);
  const deadline = Date.now() + (stdout === "" ? 2000 : 10_000);
  while (withoutFlushes(run.stdout).length < expected.length && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  run.signal("SIGTERM");
  return withoutFlushes((await run.ended()).stdout);
}

/**
 * Which records share a flush depends on the load of the machine: output without the numbers and brackets that tell it, and
 * with the lines of several tags in the order of the tags.
 */
function withoutFlushes(text: string): string {
  const joined = text
    .replaceAll(/^\[\d+\] /gm, "[N] ")
    .replaceAll("}]\n[{", "},{")
    .replaceAll("}\n{", "}{");
  const lines = joined.split("\n");
  return lines.every((line) => line === "" || line.startsWith("[N] ")) ? lines.sort().join("\n") : joined;
}

/** The runs whose input is a `dummy` with a fixed time. */
function recordedRuns(markdown: string): Recorded[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const title = section.slice(0, section.indexOf("\n"));
      const command = /^input:\n```\nfluent-bit (.*)\n```/m.exec(section)?.[1];
      const stdout = /^stdout:\n```\n([\s\S]*?)\n?```\n/m.exec(section)?.[1];
      const compared = command?.includes("fixed_timestamp=on") && !command.includes("otlp_json") && !title.includes("invalid JSON");
      if (!compared || command === undefined || stdout === undefined) return [];
      return [{ title, args: shellWords(command), stdout: stdout.trim() === "" ? "" : `${stdout}\n` }];
    });
}

/** Words as a shell takes them apart, with single quotes only. */
function shellWords(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? (plain as string));
}
