import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatDiagnostics } from "@millrace/text";
import { describe, expect, onTestFinished, test } from "vitest";
import { diskFiles, type FileAccess, findPolicyFiles, loadPolicies, MOST_POLICY_BYTES, readPolicyText } from "../src/index.ts";

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "policy-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe("finding policy files", () => {
  test("a folder is read with all in it, in the order of the bytes of the names", async () => {
    const folder = folderOf({
      "b.yaml": "",
      "B.yml": "",
      "é.yaml": "",
      "a/z.yml": "",
      "a/deep/er/x.yaml": "",
      "a.yaml": "",
      "c.txt": "",
      "d.YAML": "",
      "e.yaml.bak": "",
    });
    const { files, folders } = await findPolicyFiles(folder, diskFiles);
    expect(files.map((file) => file.slice(folder.length + 1))).toEqual(["B.yml", "a/deep/er/x.yaml", "a/z.yml", "a.yaml", "b.yaml", "é.yaml"]);
    expect(folders.map((each) => each.slice(folder.length + 1))).toEqual(["", "a", "a/deep", "a/deep/er"]);
  });

  test("a file is read alone, and a folder by that name is no file", async () => {
    const folder = folderOf({ "x.yaml/y.yml": "", "z.yml": "" });
    expect((await findPolicyFiles(join(folder, "z.yml"), diskFiles)).files).toEqual([join(folder, "z.yml")]);
    expect((await findPolicyFiles(join(folder, "x.yaml"), diskFiles)).files).toEqual([join(folder, "x.yaml/y.yml")]);
  });

  test("links to files are followed, links to folders are not, and a mounted ConfigMap is read once", async () => {
    const folder = folderOf({ "..2024_01/rules.yaml": "", "other/a.yaml": "" });
    symlinkSync("..2024_01", join(folder, "..data"));
    symlinkSync("..data/rules.yaml", join(folder, "rules.yaml"));
    symlinkSync(".", join(folder, "loop"));
    symlinkSync("nowhere.yaml", join(folder, "dangling.yaml"));
    expect((await findPolicyFiles(folder, diskFiles)).files.map((file) => file.slice(folder.length + 1))).toEqual(["other/a.yaml", "rules.yaml"]);
  });

  test.each([
    ["", "the folder and the folders in it have none"],
    ["a.txt", "a.txt has another extension"],
    ["nowhere", "there is nothing at this path"],
    ["a.txt/b.yaml", "there is nothing at this path"],
  ])("nothing at %s is an error", async (name, hint) => {
    const path = join(folderOf({ "a.txt": "" }), name);
    await expect(findPolicyFiles(path, diskFiles)).rejects.toMatchObject({
      code: "MILLRACE_POLICY_PATH",
      message: `no policy files with extension .yaml or .yml found in path: ${path}`,
      hint,
    });
  });

  test("folders that never end are left at some depth", async () => {
    const endless: FileAccess = {
      info: (path) => Promise.resolve({ kind: path.endsWith(".yaml") ? "file" : "directory", bytes: 0, stamp: "" }),
      list: () =>
        Promise.resolve([
          { name: "a", isFolder: true },
          { name: "b.yaml", isFolder: false },
        ]),
      read: () => Promise.resolve(""),
    };
    expect((await findPolicyFiles("/x", endless)).files.length).toBeLessThan(100);
  });

  test("a file that can't be read, or is too large, is an error that names it", async () => {
    const path = join(folderOf({ "a.yaml": "" }), "b.yaml");
    await expect(readPolicyText(path, diskFiles)).rejects.toMatchObject({ code: "MILLRACE_POLICY_FILE", message: expect.stringContaining("b.yaml") as string });
    const huge: FileAccess = { ...diskFiles, info: () => Promise.resolve({ kind: "file", bytes: MOST_POLICY_BYTES + 1, stamp: "" }) };
    await expect(readPolicyText(path, huge)).rejects.toMatchObject({ code: "MILLRACE_POLICY_FILE" });
  });
});

describe("loading policies", () => {
  const falco = (...texts: readonly string[]) => ({ language: "falco" as const, files: texts.map((text, index) => ({ path: `${index}.yaml`, text })) });
  const rule = (condition: string, more = ""): string => `- rule: r\n  desc: d\n  condition: ${condition}\n${more}`;

  test("gives the rules, and what judges by them", () => {
    const { ruleSet, engine, diagnostics } = loadPolicies(
      falco("- list: l\n  items: [a]\n", `${rule("sf.proc.exe in (l)")}- drop: f\n  condition: sf.type = KE\n`),
    );
    expect([ruleSet.rules.length, ruleSet.filters.length, engine === undefined, diagnostics]).toEqual([1, 1, false, []]);
  });

  test("gives no engine where there is an error, but what could be read", () => {
    const { ruleSet, engine, diagnostics } = loadPolicies(falco(rule("sf.type = PE"), rule("sf.type ="), ""));
    expect([ruleSet.rules.length, engine]).toEqual([1, undefined]);
    expect(diagnostics.map(({ code, place }) => `${place?.file} ${code}`)).toEqual(["1.yaml MILLRACE_POLICY_SYNTAX", "2.yaml MILLRACE_POLICY_EMPTY"]);
  });

  test("an unknown action is a warning with the nearest name, and left out", () => {
    const text = rule("sf.type = PE", "  actions: [tagg, tag]\n");
    const { ruleSet, engine, diagnostics } = loadPolicies({ ...falco(text), actions: ["tag", "hash"] });
    expect([ruleSet.rules[0]?.actions, engine === undefined]).toEqual([["tag"], false]);
    expect(formatDiagnostics(diagnostics)).toMatchInlineSnapshot(`
      "0.yaml:4:13: warning MILLRACE_POLICY_ACTION: Unknown action identifier 'tagg' found in rule 'r'
            actions: [tagg, tag]
                      ^~~~
        hint: did you mean "tag"?
      1 warning"
    `);
    expect(loadPolicies(falco(text)).ruleSet.rules[0]?.actions).toEqual(["tagg", "tag"]);
  });
});

describe("checks of Falco rules", () => {
  const findings = (text: string, strict = false): string =>
    formatDiagnostics(loadPolicies({ language: "falco", files: [{ path: "r.yaml", text }], strict }).diagnostics);
  const rule = (condition: string): string => `- rule: r\n  desc: d\n  condition: ${condition}\n`;

  test("an unknown attribute is empty, and a warning with the nearest name", () => {
    expect(findings(rule("sf.proc.nmae = a or proc.cmdlin contains b or evt.typ exists or foo.bar = x or pod.name = p"))).toMatchInlineSnapshot(`
      "r.yaml:3:14: warning MILLRACE_POLICY_ATTRIBUTE: "sf.proc.nmae" is no attribute, so its value is empty
            condition: sf.proc.nmae = a or proc.cmdlin contains b or evt.typ exists or foo.bar = x or pod.name = p
                       ^~~~~~~~~~~~
        hint: did you mean "sf.proc.name"?
      r.yaml:3:34: warning MILLRACE_POLICY_ATTRIBUTE: "proc.cmdlin" is no attribute, so its value is empty
            condition: sf.proc.nmae = a or proc.cmdlin contains b or evt.typ exists or foo.bar = x or pod.name = p
                                           ^~~~~~~~~~~
        hint: did you mean "proc.cmdline"?
      r.yaml:3:60: warning MILLRACE_POLICY_ATTRIBUTE: "evt.typ" is no attribute, so its value is empty
            condition: sf.proc.nmae = a or proc.cmdlin contains b or evt.typ exists or foo.bar = x or pod.name = p
                                                                     ^~~~~~~
        hint: did you mean "evt.type"?
      r.yaml:3:93: warning MILLRACE_POLICY_ATTRIBUTE: "pod.name" is no attribute, so its value is empty
            condition: sf.proc.nmae = a or proc.cmdlin contains b or evt.typ exists or foo.bar = x or pod.name = p
                                                                                                      ^~~~~~~~
        hint: did you mean "fd.name"?
      4 warnings"
    `);
    expect(findings(rule("sf.proc.nmae = a"), true)).toContain("error MILLRACE_POLICY_ATTRIBUTE");
  });

  test("macros and lists that there are not, or that contain themselves, are errors", () => {
    expect(
      findings(
        `- macro: a\n  condition: b or sf.ret = 1\n- macro: b\n  condition: not a\n- list: l\n  items: [x, l]\n${rule("a and is_shel and sf.proc.exe in (l)")}- macro: is_shell\n  condition: sf.ret = 0\n`,
      ),
    ).toMatchInlineSnapshot(`
      "r.yaml:4:18: error MILLRACE_POLICY_CYCLE: macro "a" contains itself: a → b → a
            condition: not a
                           ^
      r.yaml:5:9: error MILLRACE_POLICY_CYCLE: list "l" contains itself: l → l
          - list: l
                  ^
      r.yaml:9:20: error MILLRACE_POLICY_MACRO: there is no macro "is_shel"
            condition: a and is_shel and sf.proc.exe in (l)
                             ^~~~~~~
        hint: did you mean "is_shell"?
      3 errors"
    `);
  });

  test("a bound that is no number compares as 0, and is a warning", () => {
    expect(findings(rule("sf.proc.uid > many"))).toContain('"many" is no number, so it compares as 0');
    expect(findings(rule("sf.proc.uid > '10' and sf.proc.uid < 1.5 and 7 >= proc.pid"))).toBe("");
  });

  test("comparisons of literals are decided while reading", () => {
    const always = (condition: string): unknown => {
      const { condition: node } = loadPolicies({ language: "falco", files: [{ path: "r.yaml", text: rule(condition) }] }).ruleSet.rules[0] as {
        condition: { node: string; value?: boolean };
      };
      return node.node === "constant" ? node.value : node.node;
    };
    const cases = [
      "a = a",
      "a = b",
      "a != b",
      "'a,b' = b",
      "foo contains oo",
      "FOO icontains oo",
      "a in (b, a)",
      "abc pmatch (x, bc)",
      "3 < 10",
      "'3' >= 10",
      "a exists",
      "'' exists",
      "sf.ret = 1 or a = a",
      "sf.ret = 1 and a = b",
      "not a = b",
      "sf.ret = 1 and not sf.ret = 1",
    ];
    expect(cases.map(always)).toEqual([true, false, true, true, true, true, true, true, true, false, true, false, true, false, true, false]);
  });

  test("numbers compare as numbers, however they are written", () => {
    const same = (a: string, b: string): boolean => {
      const { ruleSet } = loadPolicies({ language: "falco", files: [{ path: "r.yaml", text: rule(a) + rule(b) }] });
      return ruleSet.rules[0]?.condition === ruleSet.rules[1]?.condition;
    };
    expect(same("sf.proc.uid = 10", "sf.proc.uid = '10'")).toBe(true);
    expect(same("sf.proc.uid > 10", "10 < sf.proc.uid")).toBe(true);
    expect(same("sf.proc.uid > 1.5", "sf.proc.uid > 1")).toBe(true);
    expect(same("sf.proc.uid < 1.5", "sf.proc.uid < 2")).toBe(true);
    expect(same("sf.proc.uid in (1, 2)", "sf.proc.uid = 2 or sf.proc.uid = '1'")).toBe(true);
  });

  test("a rule for record types that nobody judges is a warning, and never fires", () => {
    const text = `${rule("sf.ts >= 0")}  prefilter: [NE, PF]\n${rule("sf.ts >= 0")}  prefilter: [NE, PE]\n`;
    const { ruleSet, diagnostics } = loadPolicies({ language: "falco", files: [{ path: "r.yaml", text }] });
    expect(diagnostics.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      'warning "NE" is no record type that rules judge',
      'warning "PF" is no record type that rules judge',
      'warning "NE" is no record type that rules judge',
    ]);
    expect(ruleSet.rules.map(({ enabled, types }) => [enabled, types])).toEqual([
      [false, []],
      [true, ["PE"]],
    ]);
  });

  test("a rule for events of another source is a warning, and never fires", () => {
    const text = ["k8s_audit", "syscall", "SysFlow", ""].map((source) => `${rule("sf.ts >= 0")}  source: ${source}\n`).join("");
    const { ruleSet, diagnostics } = loadPolicies({ language: "falco", files: [{ path: "r.yaml", text }] });
    expect(ruleSet.rules.map(({ enabled }) => enabled)).toEqual([false, true, true, true]);
    expect(formatDiagnostics(diagnostics)).toMatchInlineSnapshot(`
      "r.yaml:1:9: warning MILLRACE_POLICY_VALUE: rule "r" is for events of the source "k8s_audit", of which there are none here: it never fires
          - rule: r
                  ^
      1 warning"
    `);
  });

  test("an unknown attribute is in no list, not even in an empty one", () => {
    const lists = "- list: none\n  items: []\n";
    const truth = (condition: string): unknown => {
      const { ruleSet } = loadPolicies({ language: "falco", files: [{ path: "r.yaml", text: lists + rule(condition) }] });
      return ruleSet.rules[0]?.condition;
    };
    expect(truth("sf.nothing in (none)")).toMatchObject({ node: "constant", value: false });
    expect(truth("'' in (none)")).toMatchObject({ node: "constant", value: true });
  });

  test("a prefilter names record types, a priority is one of Falco's words", () => {
    expect(findings(`${rule("sf.ret = 0")}  prefilter: [PX]\n  priority: hihg\n  enabled: maybe\n`)).toMatchInlineSnapshot(`
      "r.yaml:4:15: error MILLRACE_POLICY_VALUE: "PX" is no record type that rules judge
            prefilter: [PX]
                        ^~
        hint: did you mean "PE"?
      r.yaml:5:13: error MILLRACE_POLICY_VALUE: "hihg" is no priority
            priority: hihg
                      ^~~~
        hint: did you mean "high"?
      r.yaml:6:12: error MILLRACE_POLICY_VALUE: "enabled" is true or false, not "maybe"
            enabled: maybe
                     ^~~~~
      3 errors"
    `);
  });
});
