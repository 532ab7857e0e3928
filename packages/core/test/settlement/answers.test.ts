import type { RefusedStatus, Status } from "@millrace/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitOf, DONE, LOST, outcomeOf, statusOf } from "../../src/settlement/answers.ts";

const GRAVEST_FIRST: readonly RefusedStatus[] = ["failed", "timed-out", "invalid", "unroutable", "throttled", "partial"];
const anyStatus = fc.constantFrom<Status | "lost">("done", "lost", ...GRAVEST_FIRST);

/** The rule in words: all done is done, some done is partial, none done is the gravest. */
function composed(answers: readonly (Status | "lost")[]): Status {
  if (answers.every((answer) => answer === "done")) return "done";
  if (answers.some((answer) => answer === "done" || answer === "partial")) return "partial";
  const said = answers.map((answer) => (answer === "lost" ? "failed" : answer));
  return GRAVEST_FIRST.find((status) => said.includes(status)) ?? "done";
}

function bits(answer: Status | "lost"): number {
  return answer === "done" ? DONE : answer === "lost" ? LOST : bitOf(answer);
}

describe("answers", () => {
  it("come to what the rule says, in any order and grouping", () => {
    fc.assert(
      fc.property(fc.array(anyStatus, { maxLength: 6 }), (answers) => {
        expect(statusOf(answers.reduce((joined, answer) => joined | bits(answer), 0))).toBe(composed(answers));
      }),
    );
  });

  it("are lost when a part is lost, and say whether another part was done", () => {
    const cause = new Error("gone");
    expect(outcomeOf(LOST, cause)).toEqual({ state: "lost", cause, partial: false });
    expect(outcomeOf(LOST | DONE, cause)).toEqual({ state: "lost", cause, partial: true });
    expect(outcomeOf(LOST | bitOf("invalid"), cause)).toEqual({ state: "lost", cause, partial: false });
    expect(outcomeOf(DONE | bitOf("throttled"), undefined)).toEqual({ state: "refused", status: "partial" });
    expect(outcomeOf(0, undefined)).toEqual({ state: "done" });
  });
});
