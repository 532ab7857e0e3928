import { readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { PolicyLanguage, Rule } from "@millrace/policy";
import { DiagnosticBag, didYouMean, Source } from "@millrace/text";
import { isMap, isSeq, type Node } from "yaml";
import { fileError } from "../trace/read-parts.ts";
import { type ToldScenario, tellEvents } from "./test-events.ts";
import { YamlReader } from "./yaml-reader.ts";

/** The name of a rule as a test file has it. */
export interface NamedRule {
  readonly text: string;
  readonly node: Node;
}

/** One test: what happens, and which rules must fire and must not. */
export interface PolicyTest {
  readonly name: string;
  /** What happens: told here, or a trace. */
  readonly told: ToldScenario | undefined;
  readonly trace: string | undefined;
  /** Rules that fire, in the order of their first firing; an empty list says that none does. */
  readonly expect: readonly NamedRule[] | undefined;
  /** By the number of a record: the rules that it fires, all of them. */
  readonly expectAt: ReadonlyMap<number, readonly NamedRule[]>;
  readonly not: readonly NamedRule[];
}

/** A test file. */
export interface PolicyTestFile {
  readonly file: string;
  /** Where the policies are. */
  readonly policies: readonly string[];
  readonly language: PolicyLanguage;
  readonly mapping: string | undefined;
  readonly logsource: "any" | "strict";
  readonly tests: readonly PolicyTest[];
  readonly found: DiagnosticBag;
  readonly reader: YamlReader;
}

const CODE = "MILLRACE_POLICY_TEST";

/** How the name of a test file ends. */
export const TEST_FILE: RegExp = /\.test\.ya?ml$/;

/** Reads a test file. All that is wrong with it is in `found`. */
export async function readTestFile(file: string): Promise<PolicyTestFile> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw fileError("can't read", file, cause);
  });
  const found = new DiagnosticBag();
  const reader = new YamlReader(new Source(file, text), found, CODE);
  const nothing = { file, policies: [], language: "falco" as const, mapping: undefined, logsource: "any" as const, tests: [], found, reader };
  const root = reader.root();
  const map = root && reader.map(root, "a test file", ["policies", "language", "config", "logsource", "tests"]);
  if (map === undefined) return nothing;
  const beside = (path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));
  const policies = reader.child(map, "policies");
  const mapping = reader.child(map, "config");
  const tests = reader.child(map, "tests");
  if (tests === undefined) reader.error("the file has no tests", map, 'add "tests:"');
  return {
    ...nothing,
    policies:
      policies === undefined ? [beside(basename(file).replace(TEST_FILE, ".yaml"))] : reader.texts(policies, "policies").map((each) => beside(each.text)),
    language: choiceOf(reader.child(map, "language"), "falco", "sigma", reader, "language of policies"),
    logsource: choiceOf(reader.child(map, "logsource"), "any", "strict", reader, "way to read log sources"),
    mapping: mapping && beside(reader.text(mapping, "config") ?? ""),
    tests: tests === undefined ? [] : reader.items(tests, "tests").flatMap((node) => readTest(node, reader, beside) ?? []),
  };
}

/**
 * The tests with rules by their names, where they were called by their titles, as people do where the name is an identity. Names
 * that no rule has are reported.
 */
export function withRuleNames({ tests, reader }: PolicyTestFile, rules: readonly Rule[]): readonly PolicyTest[] {
  const names = new Map(rules.flatMap(({ name, title }) => (title === undefined ? [] : [[title, name]])));
  for (const { name } of rules) names.set(name, name);
  const named = ({ text, node }: NamedRule): NamedRule => {
    const name = names.get(text);
    if (name === undefined) reader.error(`there is no rule "${text}"`, node, didYouMean(text, names.keys()) ?? "millrace policy list says which there are");
    return { text: name ?? text, node };
  };
  return tests.map((test) => ({
    ...test,
    told: test.told && { ...test.told, events: test.told.events.map((event) => ({ ...event, expect: event.expect?.map(named) })) },
    expect: test.expect?.map(named),
    expectAt: new Map([...test.expectAt].map(([record, expected]) => [record, expected.map(named)])),
    not: test.not.map(named),
  }));
}

/** One of two words; the first is meant where there is none. */
function choiceOf<A extends string, B extends string>(node: Node | undefined, first: A, second: B, reader: YamlReader, what: string): A | B {
  const text = node && reader.text(node, what);
  if (node === undefined || text === undefined || text === first) return first;
  if (text !== second) reader.error(`"${text}" is no ${what}`, node, didYouMean(text, [first, second]) ?? `it is ${first} or ${second}`);
  return second;
}

function readTest(node: Node, reader: YamlReader, beside: (path: string) => string): PolicyTest | undefined {
  const map = reader.map(node, "a test", ["name", "trace", "events", "expect", "not"]);
  if (map === undefined) return undefined;
  const [name, trace, events, expect, not] = ["name", "trace", "events", "expect", "not"].map((key) => reader.child(map, key));
  if (name === undefined) reader.error("the test has no name", map, 'add "name:"');
  if ((trace === undefined) === (events === undefined)) reader.error("a test has either events or a trace", map);
  const told = events && tellEvents(events, reader);
  const isByRecord = expect !== undefined && isMap(expect);
  const test: PolicyTest = {
    name: (name && reader.text(name, "name")) ?? "",
    told,
    trace: trace && beside(reader.text(trace, "trace") ?? ""),
    expect: expect === undefined || isByRecord ? undefined : reader.texts(expect, "expect"),
    expectAt: isByRecord ? byRecord(expect, reader) : new Map(),
    not: not === undefined ? [] : reader.texts(not, "not"),
  };
  const asks = expect !== undefined || not !== undefined || told?.complete === false || told?.events.some((event) => event.expect !== undefined);
  if (!asks) reader.error("the test expects nothing", map, 'add "expect:" with rules that must fire, or "not:" with rules that must not');
  return test;
}

function byRecord(node: Node, reader: YamlReader): Map<number, readonly NamedRule[]> {
  const expected = new Map<number, readonly NamedRule[]>();
  if (!isMap(node)) return expected;
  for (const { key, value } of node.items) {
    const number = reader.number(key as Node, "the number of a record");
    if (number === undefined) continue;
    if (!Number.isInteger(number) || number < 1) reader.error("records are numbered from 1", key as Node);
    else expected.set(number, isSeq(value) || value !== null ? reader.texts(value as Node, "expect") : []);
  }
  return expected;
}
