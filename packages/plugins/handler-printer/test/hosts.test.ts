import type { Plugin } from "@millrace/api";
import { defineHandler, type RecordContext } from "@millrace/api/sysflow";
import { reader } from "@millrace/plugin-sysflow-reader";
import { clientServerScene, exampleTraces, type HarnessOptions, harness, type Scenario, scenario } from "@millrace/testkit";
import { describe, expect, it } from "vitest";

const HEADER = ["version", "exporter", "ip", "filename"];
const CONTAINER = ["id", "name", "image", "imageId", "type", "privileged", "podId"];
const POD = ["ts", "id", "name", "nodeName", "hostIp", "internalIp", "namespace", "restartCount", "labels", "selectors", "services"];
const PROCESS = ["state", "oid", "poid", "ts", "exe", "exeArgs", "uid", "userName", "gid", "groupName", "tty", "containerId", "entry", "cwd", "env"];
const FILE = ["state", "oid", "ts", "restype", "path", "containerId"];
const ENTITIES = [HEADER, CONTAINER, POD, PROCESS, FILE];

function contextOf(context: RecordContext): object {
  return {
    header: picked(context.header, HEADER),
    container: picked(context.container, CONTAINER),
    pod: picked(context.pod, POD),
    process: picked(context.process, PROCESS),
    file: picked(context.file, FILE),
    newFile: picked(context.newFile, FILE),
    ancestors: context.ancestors.map((process) => picked(process, PROCESS)),
  };
}

/** A record by its fields, which may be getters. */
function plain(record: object): unknown {
  const entity = ENTITIES.find((keys) => keys.every((key) => key in record));
  return entity === undefined ? structuredClone(record) : picked(record, entity);
}

function picked(value: object | undefined, keys: readonly string[]): unknown {
  return value && structuredClone(Object.fromEntries(keys.map((key) => [key, (value as Record<string, unknown>)[key]])));
}

/** What a handler is told: each call with the record and all that is around it. */
async function told(scene: Scenario, entities: boolean, host?: HarnessOptions["host"]): Promise<unknown[]> {
  const calls: unknown[] = [];
  const note =
    (method: string) =>
    (context: RecordContext, record: object): void =>
      void calls.push({ method, record: plain(record), context: contextOf(context) });
  const plugin: Plugin = defineHandler({
    name: "notes",
    description: "Notes each call",
    entities,
    create: () => ({
      handleHeader: note("header"),
      handleContainer: note("container"),
      handlePod: note("pod"),
      handleProcess: note("process"),
      handleFile: note("file"),
      handleProcEvt: note("procEvt"),
      handleNetFlow: note("netFlow"),
      handleFileFlow: note("fileFlow"),
      handleFileEvt: note("fileEvt"),
      handleNetEvt: note("netEvt"),
      handleProcFlow: note("procFlow"),
      handleK8sEvt: note("k8sEvt"),
    }),
  });
  const h = await harness(plugin, { input: scene.batch(), ...(host !== undefined && { host }) });
  expect((await h.finished()).state).toBe("finished");
  return calls;
}

const scenes: [string, () => Scenario][] = [
  ...Object.entries(exampleTraces),
  [
    "a parent that comes late",
    () => {
      const records = clientServerScene().records;
      const late = records.findIndex((record) => record.type === "P" && record.value.exe === "/usr/bin/bash");
      const moved = [...records.slice(0, late), ...records.slice(late + 1), records[late] as (typeof records)[number]];
      const scene = scenario();
      for (const record of moved) scene.record(record);
      return scene;
    },
  ],
  [
    "two headers",
    () => {
      const scene = scenario();
      for (let n = 0; n < 2; n++) for (const record of clientServerScene().records) scene.record(record);
      return scene;
    },
  ],
];

describe("a handler is told the same in the reader of the testkit and in that of a pipeline", () => {
  for (const entities of [false, true]) {
    it.each(scenes)(`%s, ${entities ? "with" : "without"} entities`, async (_name, scene) => {
      const [inTestkit, inReader] = [await told(scene(), entities), await told(scene(), entities, { plugin: reader, slot: "handler" })];
      expect(inTestkit.length).toBeGreaterThan(9);
      expect(inReader).toEqual(inTestkit);
    });
  }
});
