import { defineAction, type FlatBatch, type SysflowEvent } from "@millrace/api/sysflow";
import { plugin as now } from "@millrace/plugin-action-example";
import { clientServerScene, diagnose, flat, scenario } from "@millrace/testkit";
import { describe, expect, test } from "vitest";
import { plugin } from "../src/index.ts";
import { engine, folderOf, rule, sentText } from "./support.ts";

const EXEC = "sf.opflags = EXEC";

describe("modes", () => {
  test("alert sends what a rule matches, with all the rules that do", async () => {
    const policies = folderOf({ "a.yaml": rule("exec", EXEC, "tags: [first]") + rule("server", "sf.proc.exe endswith server", "tags: [second, third]") });
    const h = await engine({ policies });
    await h.feed(clientServerScene().flat()).settled();
    expect(sentText(h)).toEqual([
      "PE ./server: exec, server [first, second, third]",
      "FF ./server: server [second, third]",
      "FF ./server: server [second, third]",
      "PE ./client: exec [first]",
      "NF ./server: server [second, third]",
      "PE ./server: server [second, third]",
    ]);
    expect(["records_judged", "records_matched", "records_dropped"].map((name) => h.metric(name))).toEqual([10, 6, 0]);
  });

  test("enrich sends everything", async () => {
    const h = await engine({ mode: "enrich", policies: folderOf({ "a.yaml": rule("exec", EXEC) }) });
    await h.feed(clientServerScene().flat()).settled();
    expect(sentText(h)).toHaveLength(10);
    expect(sentText(h).filter((line) => line.includes("exec"))).toEqual(["PE ./server: exec []", "PE ./client: exec []"]);
  });

  test("enrich without policies lets everything pass", async () => {
    const h = await engine({ mode: "enrich" });
    await h.feed(clientServerScene().flat()).settled();
    expect(sentText(h)).toHaveLength(10);
    expect(h.sent.flatMap((batch) => Array.from(batch, ({ rules }) => rules.length)).every((count) => count === 0)).toBe(true);
  });

  test.each(["alert", "enrich"])("a drop filter discards before any rule, in mode %s", async (mode) => {
    const h = await engine({ mode, policies: folderOf({ "a.yaml": `${rule("all", "sf.type exists")}- drop: flows\n  condition: sf.type in (FF, NF)\n` }) });
    const fed = h.feed(clientServerScene().flat());
    expect((await fed.settled()).statuses).toEqual(Array.from({ length: 10 }, () => "done"));
    expect(sentText(h)).toHaveLength(4);
    expect([h.metric("records_judged"), h.metric("records_matched"), h.metric("records_dropped")]).toEqual([10, 4, 6]);
  });

  test("rules that are off say nothing, and a prefilter names the types that a rule judges", async () => {
    const h = await engine({
      policies: folderOf({ "a.yaml": rule("off", "sf.type exists", "enabled: no") + rule("flows", "sf.type exists", "prefilter: [NF]") }),
    });
    await h.feed(clientServerScene().flat()).settled();
    expect(sentText(h)).toEqual(["NF ./client: flows []", "NF ./server: flows []"]);
    expect(h.metric("rules")).toBe(1);
  });

  test("an answer comes back for each record: those that no rule matches are done", async () => {
    const h = await engine({ policies: folderOf({ "a.yaml": rule("exec", EXEC) }) }, { downstream: (delivery) => delivery.refuse("failed", { records: [1] }) });
    const fed = h.feed(clientServerScene().flat());
    expect((await fed.settled()).statuses).toEqual(["done", "done", "done", "failed", ...Array.from({ length: 6 }, () => "done")]);
  });

  test("records that are not rows are judged by their attributes", async () => {
    const h = await engine({
      mode: "enrich",
      policies: folderOf({ "a.yaml": `${rule("ls", "sf.proc.exe = /bin/ls or proc.pid > 5", "tags: [t]")}- drop: f\n  condition: sf.type = FF\n` }),
    });
    await h
      .feed(
        flat(
          { type: "PE", "sf.proc.exe": "/bin/ls" },
          { type: "FF" },
          { type: "PE", "sf.proc.exe": "b", "sf.proc.pid": 7n },
          { type: "PE", "sf.proc.exe": "c" },
        ),
      )
      .settled();
    expect(sentText(h)).toEqual(["PE /bin/ls: ls [t]", "PE b: ls [t]", "PE c:  []"]);
  });
});

describe("actions", () => {
  const tag = (name: string) => defineAction({ name, description: "Tags", create: () => (event: SysflowEvent) => event.addTag(name) });
  const failing = defineAction({
    name: "failing",
    description: "Fails",
    create: () => () => {
      throw new Error("no such thing");
    },
  });

  test("run in the order of the rules, for the events whose rules name them; their tags come first", async () => {
    const policies = folderOf({ "a.yaml": rule("exec", EXEC, "actions: [two, one]\n  tags: [t]") + rule("server", "sf.proc.name = server", "actions: [one]") });
    const h = await engine({ policies }, { hosted: { action: [tag("one"), tag("two"), now] } });
    await h.feed(clientServerScene().flat()).settled();
    expect(sentText(h).filter((line) => line.startsWith("PE"))).toEqual([
      "PE ./server: exec, server [two, one, one, t]",
      "PE ./client: exec [two, one, t]",
      "PE ./server: server [one]",
    ]);
  });

  test("see the record, its rules and what others have added", async () => {
    const seen: string[] = [];
    const watch = defineAction({
      name: "watch",
      description: "Watches",
      create:
        () =>
        ({ record, rules, tags }: SysflowEvent) =>
          void seen.push(`${record.text("sf.proc.name")} ${rules.join()} ${tags.join()}`),
    });
    const policies = folderOf({ "a.yaml": rule("exec", EXEC, "actions: [one, watch]\n  tags: [t]") });
    const h = await engine({ policies }, { hosted: { action: [tag("one"), watch] } });
    await h.feed(clientServerScene().flat()).settled();
    expect(seen).toEqual(["server exec one,t", "client exec one,t"]);
  });

  test("an error is logged with the action's name and counted, and the run goes on", async () => {
    const late = defineAction({ name: "late", description: "Fails late", create: () => () => Promise.reject(new Error("later")) });
    const policies = folderOf({ "a.yaml": rule("exec", EXEC, "actions: [failing, late, one]") });
    const h = await engine({ policies }, { hosted: { action: [failing, late, tag("one")] } });
    await h.feed(clientServerScene().flat()).settled();
    expect(sentText(h)).toEqual(["PE ./server: exec [one]", "PE ./client: exec [one]"]);
    await h.until("the late errors", () => h.log("error").length === 4);
    expect(h.log("error")).toEqual([
      "Error in action: failing: no such thing",
      "Error in action: failing: no such thing",
      "Error in action: late: later",
      "Error in action: late: later",
    ]);
    expect([h.metric("action_errors", "failing"), h.metric("action_errors", "late")]).toEqual([2, 2]);
  });

  test("one that there is not is a warning with its place, and left out", async () => {
    const policies = folderOf({ "a.yaml": rule("exec", EXEC, "actions: [noww, now]") });
    const h = await engine({ policies }, { hosted: { action: now } });
    await h.feed(clientServerScene().flat()).settled();
    expect(h.log("warn").join("\n").replaceAll(policies, "P")).toMatchInlineSnapshot(`
      "P/a.yaml:4:13: warning MILLRACE_POLICY_ACTION: Unknown action identifier 'noww' found in rule 'exec'
            actions: [noww, now]
                      ^~~~
        hint: did you mean "now"?"
    `);
    expect(sentText(h)[0]).toMatch(/^PE \.\/server: exec \[now_in_nanos:\d+\]$/);
  });

  test("one that can't be made ends the start only if a rule names it", async () => {
    const broken = defineAction({ name: "broken", description: "Can't be made", create: () => Promise.reject(new Error("no key")) });
    const good = await engine({ policies: folderOf({ "a.yaml": rule("exec", EXEC) }) }, { hosted: { action: broken } });
    expect(good.log("error")).toEqual([]);
    await expect(engine({ policies: folderOf({ "a.yaml": rule("exec", EXEC, "actions: [broken]") }) }, { hosted: { action: broken } })).rejects.toThrow(
      /no key/,
    );
  });
});

describe("loading", () => {
  test("says what it loads", async () => {
    const policies = folderOf({ "b.yml": rule("b", "sf.type = PE"), "a/a.yaml": "- drop: d\n  condition: sf.type = FF\n", "c.txt": "no policy" });
    const h = await engine({ policies });
    expect(h.log("info").join("\n").replaceAll(policies, "P")).toBe(
      "Loading policies from:  P\nCreating falco policy interpreter\nPolicy engine loaded 1 rules and 1 prefilters",
    );
  });

  test("everything wrong in any file is told at once, with its place, and nothing starts", async () => {
    const policies = folderOf({ "a.yaml": rule("a", "sf.type = PE and (b"), "b.yaml": rule("b", "nosuch") + rule("c", "sf.proc.nam = x") });
    const h = engine({ policies });
    await expect(h).rejects.toThrow("Unable to compile local policies from directory");
    const error = await h.catch((cause: { diagnostics: readonly { cause: { diagnostics: readonly { place: { line: number }; code: string }[] } }[] }) => cause);
    const found =
      (error as { diagnostics: readonly { cause: { diagnostics: readonly { place: { line: number }; code: string }[] } }[] }).diagnostics[0]?.cause
        .diagnostics ?? [];
    expect(found.map(({ code, place }) => `${code} ${place.line}`)).toEqual([
      "MILLRACE_POLICY_SYNTAX 3",
      "MILLRACE_POLICY_MACRO 3",
      "MILLRACE_POLICY_ATTRIBUTE 6",
    ]);
  });

  test("an unknown attribute is a warning, and with strict an error", async () => {
    const policies = folderOf({ "a.yaml": rule("a", "sf.proc.nam = x") });
    const h = await engine({ policies });
    expect(h.log("warn").join("\n").replaceAll(policies, "P")).toMatchInlineSnapshot(`
      "P/a.yaml:3:14: warning MILLRACE_POLICY_ATTRIBUTE: "sf.proc.nam" is no attribute, so its value is empty
            condition: sf.proc.nam = x
                       ^~~~~~~~~~~
        hint: did you mean "sf.proc.name"?"
    `);
    await expect(engine({ policies, strict: true })).rejects.toThrow("1 error");
  });

  test("a path without policies is an error", async () => {
    const policies = folderOf({ "a.txt": "" });
    await expect(engine({ policies })).rejects.toThrow(`no policy files with extension .yaml or .yml found in path: ${policies}`);
    await expect(engine({ policies: `${policies}/a.txt` })).rejects.toThrow("no policy files with extension .yaml or .yml");
    await expect(engine({ policies: `${policies}/nowhere` })).rejects.toThrow("no policy files with extension .yaml or .yml");
  });

  test("Sigma rules, with a mapping", async () => {
    const folder = folderOf({
      "rules/a.yml":
        "id: r1\ntitle: a server\nlevel: high\nlogsource:\n  category: network_connection\ndetection:\n  s:\n    Image|endswith: SERVER\n  condition: s\n",
      "rules/b.yml": "id: r2\ntitle: broken\ndetection:\n  s:\n    Image|nosuch: x\n  condition: s\n",
      "config.yml": "fieldmappings:\n  Image: sf.proc.exe\n",
    });
    const sigma = { language: "sigma", policies: `${folder}/rules`, config: `${folder}/config.yml` };
    await expect(engine(sigma)).rejects.toThrow("1 error");
    const h = await engine({ ...sigma, skip_invalid: true });
    await h.feed(clientServerScene().flat()).settled();
    expect(sentText(h)).toHaveLength(5);
    const strict = await engine({ ...sigma, skip_invalid: true, logsource: "strict" });
    await strict.feed(clientServerScene().flat()).settled();
    expect(sentText(strict)).toEqual(["NF ./server: r1 []"]);
    await expect(engine({ ...sigma, config: `${folder}/nowhere.yml` })).rejects.toThrow("can't read");
  });
});

describe("options", () => {
  test("alert without policies is refused by planning", async () => {
    expect((await diagnose(plugin, { options: {} })).map(({ message }) => message)).toEqual([
      expect.stringContaining("configuration attribute 'policies' missing from policy engine plugin settings") as string,
    ]);
  });

  test("numbers and booleans may be texts, other words than the known ones are errors", async () => {
    const style = { textual: true, caseless: true } as const;
    const policies = "x.yaml";
    expect(
      await diagnose(plugin, { style, options: { policies, concurrency: "10", "monitor.interval": "5", strict: "true", "bench.rulesetsize": "-1" } }),
    ).toEqual([]);
    const wrong = await diagnose(plugin, {
      style,
      options: { policies, mode: "bypass", language: "lua", monitor: "remote", concurrency: "ten", "monitor.interval": "-1" },
    });
    expect(wrong.filter(({ severity }) => severity === "error")).toHaveLength(5);
  });
});

test("engines on one stream have contexts of their own", async () => {
  const tagging = defineAction({ name: "tagging", description: "Tags", create: () => (event: SysflowEvent) => event.addTag("mine") });
  const batch: FlatBatch = scenario().host("h").process("p", { exe: "/p" }).exec().flat();
  const one = await engine({ policies: folderOf({ "a.yaml": rule("one", "sf.type = PE", "actions: [tagging]") }) }, { hosted: { action: tagging } });
  const other = await engine({ policies: folderOf({ "a.yaml": rule("other", "sf.type = PE", "tags: [t]") }) });
  await Promise.all([one.feed(batch).settled(), other.feed(batch).settled()]);
  expect([sentText(one), sentText(other)]).toEqual([["PE /p: one [mine]"], ["PE /p: other [t]"]]);
});
