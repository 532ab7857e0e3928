import { Buffer } from "node:buffer";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadPolicies, type PolicyLanguage, type PolicySources } from "../src/index.ts";
import { sigmaRule } from "./support/sigma.ts";

const FALCO = `# rules
- list: shells
  items: [bash, "sh", 'zsh', ]
- macro: is_shell
  condition: sf.proc.name in (shells) or proc.aname[2] = sshd
- rule: Shell
  desc: >
    a shell, and a comment # here
    in a container
  condition: is_shell and not (sf.container.type = host or sf.pod.services[0.clusterip.0] = 10.0.0.4)
  exceptions:
    - name: known
      fields: [sf.proc.exe, sf.proc.uid]
      comps: [=, in]
      values: [[/bin/x, [1, 2]]]
  priority: high
  tags: [mitre:T1059]
  prefilter: [PE]
- drop: noise
  condition: sf.file.path startswith /proc or sf.ret != 0
`;
const SIGMA = `${sigmaRule("a:\n  sf.proc.exe|endswith: ['/sh', '*\\\\?x']\n  sf.proc.args|re|i: '^-c .*$'\nb:\n  - sf.net.sip|cidr: 10.0.0.0/8\n  - key*word\ncondition: 1 of them and not all of b*", "level: high\ntags: [t]\nlogsource: {category: process_creation}\n")}---\n${sigmaRule("a:\n  sf.proc.args|windash|contains|all: [' -a ', /b]\ncondition: [a, not a]")}`;

const shared = process.env.MILLRACE_CONFORMANCE ?? join(import.meta.dirname, "../../../../shared");
const policies = join(shared, "policies");
if (!existsSync(policies)) console.log("left out, for want of the shared policies: damaged copies of them");

const MAPPING = `title: fields
fieldmappings:
  Image: sf.proc.exe
  User: [sf.proc.user, 'sf.pproc.user']
  Odd: no.attribute
placeholders:
  admins: [alice, "bob"]
logsources: {}
`;

/** Reads a text in a bounded time, and gives whether there was an engine, or a diagnostic. Findings have places inside of the text. */
function survives(language: PolicyLanguage, text: string): void {
  bounded(text, { language, files: [{ path: "f.yaml", text }] });
}

function bounded(text: string, sources: PolicySources): void {
  const start = performance.now();
  const { engine, diagnostics } = loadPolicies(sources);
  expect(performance.now() - start).toBeLessThan(8000);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(engine === undefined).toBe(errors.length > 0);
  const lines = text.split("\n").length;
  for (const { place, message } of diagnostics) {
    expect(message).not.toBe("");
    expect(place?.line).toBeGreaterThan(0);
    expect(place?.line).toBeLessThanOrEqual(lines);
  }
}

function damaged(text: string): fc.Arbitrary<string> {
  const bytes = Buffer.from(text);
  const flip = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }));
  return fc.oneof(
    fc.array(flip, { minLength: 1, maxLength: 8 }).map((flips) => {
      const copy = Buffer.from(bytes);
      for (const [at, mask] of flips) copy[at] = (copy[at] as number) ^ mask;
      return copy.toString("utf8");
    }),
    fc.nat({ max: text.length }).map((end) => text.slice(0, end)),
    fc.tuple(fc.nat({ max: text.length }), fc.nat({ max: 40 })).map(([at, length]) => text.slice(0, at) + text.slice(at + length)),
    fc
      .tuple(
        fc.nat({ max: text.length }),
        fc.constantFrom("\t", '"', "'", "[", "]", "(", ")", "{", "}", ":", "- ", "#", "|", "&a ", "*a", "\n", "\r", "\0", "not ", "%", "---\n", "\ud800"),
      )
      .map(([at, more]) => text.slice(0, at) + more + text.slice(at)),
  );
}

describe("damaged policies end with rules or with diagnostics", () => {
  test.each([
    ["falco", FALCO],
    ["sigma", SIGMA],
  ] as const)("%s", (language, text) => {
    survives(language, text);
    fc.assert(
      fc.property(damaged(text), (bad) => survives(language, bad)),
      { numRuns: 250 },
    );
  });

  test.each(["falco", "sigma"] as const)("arbitrary texts, as %s", (language) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc
            .array(fc.constantFrom("- ", "rule: ", "condition: ", "detection:\n", "\n", "  ", "a", " and ", "(", ")", "'", "[", ",", ": "))
            .map((parts) => parts.join("")),
        ),
        (text) => survives(language, text),
      ),
      { numRuns: 150 },
    );
  });

  test("a field mapping", () => {
    const rules = sigmaRule("a:\n  Image|endswith: /sh\n  User|expand: '%admins%'\n  Odd: 1\ncondition: a\n");
    const withMapping = (text: string): void => bounded(text.split("\n").length > rules.split("\n").length ? text : rules, mappingOf(text));
    const mappingOf = (text: string): PolicySources => ({ language: "sigma", files: [{ path: "f.yaml", text: rules }], mapping: { path: "m.yaml", text } });
    withMapping(MAPPING);
    fc.assert(fc.property(damaged(MAPPING), withMapping), { numRuns: 250 });
    for (const bomb of [
      "[".repeat(20_000),
      "a: ".repeat(5000),
      `fieldmappings:\n${"  Image: sf.proc.exe\n".repeat(5000)}`,
      `placeholders:\n  admins: [${"x, ".repeat(50_000)}]\n`,
    ])
      withMapping(bomb);
  });

  test.skipIf(!existsSync(policies))("copies of real ones", () => {
    const files = readdirSync(policies, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.ya?ml$/.test(name) && statSync(join(policies, name)).size < 6000)
      .toSorted()
      .filter((_, index) => index % 6 === 0);
    for (const name of files) {
      const text = readFileSync(join(policies, name), "utf8");
      fc.assert(
        fc.property(damaged(text), (bad) => survives(name.includes("sigma") ? "sigma" : "falco", bad)),
        { numRuns: 12 },
      );
    }
  });
});

describe("hostile policies are bounded in time and memory", () => {
  const of = (condition: string): string => `- rule: r\n  desc: d\n  condition: ${condition}\n`;
  const sigmaOf = (detection: string): string => sigmaRule(detection);
  const N = 20_000;
  const doubling = Array.from({ length: 60 }, (_, n) => `- macro: m${n + 1}\n  condition: (m${n} and sf.ret > ${n}) or (m${n} and sf.proc.pid < ${n})\n`).join(
    "",
  );
  const listBomb = Array.from({ length: 30 }, (_, n) => `- list: l${n + 1}\n  items: [${`l${n}, `.repeat(4)}]\n`).join("");
  test.each<[string, PolicyLanguage, string]>([
    ["parentheses", "falco", of(`${"(".repeat(N)}a${")".repeat(N)}`)],
    ["parentheses that stay open", "falco", of("(".repeat(N))],
    ["nots", "falco", of(`${"not ".repeat(N)}sf.ret = 1`)],
    ["a long chain", "falco", of(Array.from({ length: N }, (_, n) => `sf.ret = ${n}`).join(" or "))],
    ["a long list", "falco", of(`sf.proc.exe in (${Array.from({ length: N }, (_, n) => `/bin/${n}`).join(", ")})`)],
    ["long words", "falco", of(`sf.proc.exe contains ${"a".repeat(500_000)}`)],
    ["many bad lines", "falco", "nonsense\n".repeat(5000)],
    ["many keys", "falco", of("a") + "  nosuch: x\n".repeat(2000)],
    ["macros that double", "falco", `- macro: m0\n  condition: sf.type = PE\n${doubling}${of("m60")}`],
    ["lists that multiply", "falco", `- list: l0\n  items: [x]\n${listBomb}${of("sf.proc.exe in (l30)")}`],
    ["macros that contain each other", "falco", `- macro: a\n  condition: b\n- macro: b\n  condition: a\n${of("a or b")}`],
    ["unclosed quotes", "falco", of(`"${"'".repeat(N)}`)],
    ["brackets", "falco", `- list: l\n  items: ${"[".repeat(N)}\n`],
    ["nested exceptions", "falco", `${of("sf.ret = 0")}  exceptions:\n    - name: ${"[".repeat(N)}\n`],
    [
      "nested values of exceptions",
      "falco",
      `${of("sf.ret = 0")}  exceptions:\n    - name: n\n      fields: sf.ret\n      values: ${"[".repeat(400)}1${"]".repeat(400)}\n`,
    ],
    ["nested collections", "sigma", `a: ${"[".repeat(N)}`],
    ["nested maps", "sigma", Array.from({ length: 1500 }, (_, n) => `${" ".repeat(n)}a:`).join("\n")],
    ["searches nested in lists", "sigma", sigmaOf(`s:\n  ${"- ".repeat(3000)}x\ncondition: s`)],
    [
      "aliases that multiply",
      "sigma",
      `a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 20 }, (_, n) => `b${n}: &b${n} [${Array.from({ length: 9 }, () => (n === 0 ? "*a" : `*b${n - 1}`)).join(", ")}]`).join("\n")}\ndetection:\n  s: *b19\n  condition: s\n`,
    ],
    ["parentheses", "sigma", sigmaOf(`s:\n  sf.proc.exe: x\ncondition: '${"(".repeat(N)}s${")".repeat(N)}'`)],
    ["patterns of searches", "sigma", sigmaOf(`${"a".repeat(200)}:\n  sf.proc.exe: x\ncondition: 1 of ${"*a".repeat(60)}*b`)],
    ["many values", "sigma", sigmaOf(`s:\n  sf.proc.exe|contains:\n${"    - x\n".repeat(N)}condition: s`)],
    ["dashes", "sigma", sigmaOf(`s:\n  sf.proc.exe|windash|contains: '${" -a".repeat(3000)}'\ncondition: s`)],
    ["wildcards", "sigma", sigmaOf(`s:\n  sf.proc.exe: '${"*a?".repeat(N)}'\ncondition: s`)],
    ["regular expressions", "sigma", sigmaOf(`s:\n  sf.proc.exe|re: '${"(".repeat(900)}a${")*".repeat(900)}'\ncondition: s`)],
    ["repetitions", "sigma", sigmaOf("s:\n  sf.proc.exe|re: '((a{100}){100}){100}'\ncondition: s")],
  ])("%s (%s)", (_name, language, text) => {
    const before = process.memoryUsage().heapUsed;
    survives(language, text);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(800 * 1024 * 1024);
  });
});
