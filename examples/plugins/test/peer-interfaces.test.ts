import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const text = readFileSync(join(ROOT, "docs/peer-interfaces.md"), "utf8");
const rows = text.split("\n").flatMap((line) => {
  const [, theirs, ours] = /^\| (.*?) \| (.*) \|$/.exec(line) ?? [];
  return theirs === undefined || ours === undefined || theirs === "theirs" ? [] : [{ theirs, ours }];
});

describe("docs/peer-interfaces.md", () => {
  it("names nothing of ours that does not exist", () => {
    const sources = globSync("packages/api/src/**/*.ts", { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), "utf8"));
    const known = new Set(sources.flatMap((source) => source.match(/\w+/g) ?? []));
    const named = rows.flatMap(({ ours }) => Array.from(ours.matchAll(/`(?:await )?([a-zA-Z][\w.]*)/g), (match) => match[1] as string));
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter((name) => !name.split(".").every((part) => part === "" || known.has(part)))).toEqual([]);
  });

  it.each([
    ["SFProcessor and SFTestableProcessor", ["Register", "Init", "SetOutChan", "Process", "Test", "GetName", "Cleanup"]],
    [
      "SFHandler",
      [
        ...["RegisterChannel", "RegisterHandler", "Init", "IsEntityEnabled", "HandleHeader", "HandleContainer", "HandlePod", "HandleProcess"],
        ...["HandleFile", "HandleProcEvt", "HandleFileEvt", "HandleNetEvt", "HandleK8sEvt", "HandleNetFlow", "HandleFileFlow", "HandleProcFlow"],
        ...["SetOutChan", "Cleanup"],
      ],
    ],
    ["SFDriver and SFPipeline", ["Register", "GetName", "Init", "Run", "Cleanup", "GetRootChannel", "AddChannel", "GetChannel", "GetPluginCache", "Print"]],
    ["Action", ["GetName", "GetFunc"]],
    ["flow.Link", ["Name", "Start", "Stop", "Recv", "Receive", "ConnectTo", "Connect", "LinkTo", "RouteTo"]],
    ["InputPlugin", ["RegisterInput", "RegisterOutput", "Init", "Collect", "Flush"]],
    [
      "Fluentbit, Conf, Metrics, Logger, Message",
      ["Conf.String", "NewCounter", "NewGauge", "Add", "Set", "Error", "Warn", "Info", "Debug", "Time", "Record", "Tag"],
    ],
  ])("has every method of %s", (heading, methods) => {
    const start = text.split("\n").findIndex((line) => line.startsWith(`### ${heading}`));
    expect(start).toBeGreaterThan(-1);
    const section = text
      .split("\n")
      .slice(start + 1)
      .join("\n")
      .split(/^##/m)[0] as string;
    const theirs = Array.from(section.matchAll(/^\| (.*?) \|/gm), (match) => match[1]).join("\n");
    expect(methods.filter((method) => !new RegExp(`\\b${method}\\b`).test(theirs))).toEqual([]);
  });
});
