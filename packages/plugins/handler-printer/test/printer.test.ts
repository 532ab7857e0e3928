import { readFile } from "node:fs/promises";
import { clientServerScene, harness, podScene, type Scenario, scenario } from "@millrace/testkit";
import { describe, expect, it } from "vitest";
import { plugin } from "../src/index.ts";

async function linesOf(scene: Scenario): Promise<string[]> {
  const h = await harness(plugin, { input: scene.batch() });
  const { state } = await h.finished();
  expect(state).toBe("finished");
  return h.log("info");
}

describe("printer", () => {
  it("prints what the documented example says", async () => {
    expect(await linesOf(clientServerScene())).toMatchInlineSnapshot(`
      [
        "ProcEvt ./server, 13823",
        "FileFlow ./server, 3",
        "FileFlow ./server, 3",
        "ProcEvt ./client, 13824",
        "FileFlow ./client, 3",
        "FileFlow ./client, 3",
        "NetworkFlow ./client, 8080",
        "ProcEvt ./client, 13824",
        "NetworkFlow ./server, 8080",
        "ProcEvt ./server, 13823",
      ]
    `);
  });

  it("prints what its README says", async () => {
    const lines = await linesOf(clientServerScene());
    expect(await readFile(new URL("../README.md", import.meta.url), "utf8")).toContain(`\`\`\`text\n${lines.slice(0, 4).join("\n")}\n\`\`\``);
  });

  it("prints a line for each type of flow and event of a process, and nothing for the rest", async () => {
    const lines = await linesOf(podScene());
    expect(new Set(lines.map((line) => line.split(" ")[0]))).toEqual(new Set(["ProcEvt", "FileEvt", "FileFlow", "NetworkFlow", "NetworkEvt", "ProcFlow"]));
    expect(lines.slice(-3)).toEqual(["FileEvt /bin/sh, 2231", "ProcEvt /bin/sh, 2231", "ProcFlow /usr/sbin/nginx, 3"]);
    expect(lines).toContain("NetworkEvt /usr/sbin/nginx, 8080");
  });

  it("prints nothing for the program of a process that is not known", async () => {
    const stranger = { procOid: { createTs: 1n, hpid: 2n }, ts: 3n, tid: 4n, opFlags: 2, args: [], ret: 0 };
    expect(await linesOf(scenario().host("h").record({ type: "PE", value: stranger }))).toEqual(["ProcEvt , 4"]);
  });
});
