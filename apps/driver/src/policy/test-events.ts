import { isMillraceError } from "@millrace/api";
import { openFlagNames, operationNames } from "@millrace/sysflow";
import * as names from "@millrace/sysflow/names";
import { type FileFlowOptions, type OpenFlag, type Operation, type Scenario, scenario } from "@millrace/testkit";
import { didYouMean } from "@millrace/text";
import { isMap, isScalar, type Node } from "yaml";
import type { YamlReader } from "./yaml-reader.ts";

/** One item of `events`: what it does in the scenario, and what it says of the rules that it fires. */
export interface TestEvent {
  readonly node: Node;
  /** Exactly these rules fire. */
  readonly expect: readonly { readonly text: string; readonly node: Node }[] | undefined;
  /** Its flat records: the first one's number, from 1, and how many there are. */
  readonly first: number;
  readonly records: number;
}

/** A scenario told by a test file. */
export interface ToldScenario {
  readonly scenario: Scenario;
  readonly events: readonly TestEvent[];
  /** Whether every item could be read. */
  readonly complete: boolean;
}

/**
 * Turns `events` of a test file into a scenario. Each item is a map that begins with a word that says what happens
 * (`exec: /bin/sh`), followed by what belongs to it.
 */
export function tellEvents(node: Node, reader: YamlReader): ToldScenario {
  const told = scenario();
  const events: TestEvent[] = [];
  let records = 0;
  let begun = false;
  const items = reader.items(node, "events");
  for (const item of items) {
    const event = readItem(item, reader);
    if (event === undefined) continue;
    const before = told.records.length;
    try {
      if (!begun && event.word !== "host") told.host("test");
      begun = true;
      if (event.by !== undefined) told.by(event.by);
      WORDS[event.word]?.tell(told, event.subject, event.options);
    } catch (cause) {
      if (!isMillraceError(cause)) throw cause;
      reader.error(
        cause.message,
        item,
        cause.message.includes("no process yet") ? 'put "- process: NAME" before it' : cause.hint?.replaceAll(/\.(\w+)\(\)/g, '"- $1: NAME"'),
      );
      continue;
    }
    const more = told.records.slice(before).filter(({ type }) => FLAT.includes(type)).length;
    events.push({ node: item, expect: event.expect, first: records + 1, records: more });
    records += more;
  }
  return { scenario: told, events, complete: events.length === items.length };
}

const FLAT: readonly string[] = ["PE", "NF", "FF", "FE", "KE"];

interface Item {
  readonly word: string;
  readonly subject: string;
  readonly options: Options;
  readonly by: string | undefined;
  readonly expect: TestEvent["expect"];
}

type OptionKind = "text" | "number" | "boolean" | "texts" | "operations" | "flags";

/** Values of options, each of the kind that its word asks for. */
type Options = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

interface Word {
  /** Options beside {@link COMMON}. */
  readonly options: Readonly<Record<string, OptionKind>>;
  /** What follows the word: a text that must be there, or may be left out. */
  readonly subject: "needed" | "optional";
  tell(told: Scenario, subject: string, options: Options): void;
}

const WHEN = { after: "number", tid: "number" } as const;
const TRAFFIC = { ...WHEN, fd: "number", lasts: "number", readBytes: "number", readOps: "number", writeBytes: "number", writeOps: "number" } as const;
const FILE_FLOW = { ...TRAFFIC, operations: "operations", flags: "flags" } as const;
const NET_FLOW = { ...TRAFFIC, operations: "operations", protocol: "text" } as const;
const PROCESS = {
  exe: "text",
  args: "text",
  pid: "number",
  parent: "text",
  container: "text",
  uid: "number",
  user: "text",
  gid: "number",
  group: "text",
  tty: "boolean",
  entry: "boolean",
  cwd: "text",
  env: "texts",
} as const;
const FILE_EVENT = { ...WHEN, ret: "number" } as const;
const COMMON = ["by", "expect"] as const;

/** What may happen. The options have the names and meanings that they have in the testkit's scenarios; `flags` is `open` there. */
const WORDS: Readonly<Record<string, Word>> = {
  host: { options: { ip: "text", filename: "text", version: "number" }, subject: "needed", tell: (told, name, options) => void told.host(name, options) },
  pod: {
    options: { id: "text", node: "text", namespace: "text", hostIp: "texts", internalIp: "texts", restartCount: "number" },
    subject: "needed",
    tell: (told, name, options) => void told.pod(name, options),
  },
  container: {
    options: { id: "text", image: "text", imageId: "text", type: "text", privileged: "boolean", pod: "text" },
    subject: "needed",
    tell: (told, name, options) => void told.container(name, options),
  },
  process: { options: PROCESS, subject: "needed", tell: (told, name, options) => void told.process(name, options) },
  exec: {
    options: { ...WHEN, args: "text", ret: "number" },
    subject: "optional",
    tell: (told, exe, options) => void told.exec({ ...options, ...(exe !== "" && { exe }) }),
  },
  clone: { options: PROCESS, subject: "needed", tell: (told, name, options) => void told.clone(name, options) },
  setuid: {
    options: { ...WHEN, user: "text" },
    subject: "needed",
    tell: (told, uid, options) => void told.setuid(Number(uid), typeof options.user === "string" ? options.user : "", options),
  },
  exit: { options: WHEN, subject: "optional", tell: (told, code, options) => void told.exit(Number(code), options) },
  open: { options: FILE_FLOW, subject: "needed", tell: (told, path, options) => void told.fileFlow(path, withFlags(options)) },
  read: { options: FILE_FLOW, subject: "needed", tell: (told, path, options) => void told.read(path, withFlags(options)) },
  write: { options: FILE_FLOW, subject: "needed", tell: (told, path, options) => void told.write(path, withFlags(options)) },
  mkdir: { options: FILE_EVENT, subject: "needed", tell: (told, path, options) => void told.mkdir(path, options) },
  rmdir: { options: FILE_EVENT, subject: "needed", tell: (told, path, options) => void told.rmdir(path, options) },
  unlink: { options: FILE_EVENT, subject: "needed", tell: (told, path, options) => void told.unlink(path, options) },
  rename: {
    options: { ...FILE_EVENT, to: "text" },
    subject: "needed",
    tell: (told, path, options) => void told.rename(path, String(options.to ?? ""), options),
  },
  link: { options: { ...FILE_EVENT, to: "text" }, subject: "needed", tell: (told, path, options) => void told.link(path, String(options.to ?? ""), options) },
  symlink: {
    options: { ...FILE_EVENT, to: "text" },
    subject: "needed",
    tell: (told, path, options) => void told.symlink(path, String(options.to ?? ""), options),
  },
  connect: { options: NET_FLOW, subject: "needed", tell: (told, ends, options) => void told.connect(...endsOf(ends), options) },
  accept: { options: NET_FLOW, subject: "needed", tell: (told, ends, options) => void told.accept(...endsOf(ends), options) },
  k8s: {
    options: { ...WHEN, action: "text", message: "text" },
    subject: "needed",
    tell: (told, kind, options) => void told.k8s({ ...options, kind, message: options.message === undefined ? {} : JSON.parse(String(options.message)) }),
  },
};

/** The flags with which a file is opened, under the name that they have in a scenario. */
function withFlags({ flags, ...options }: Options): FileFlowOptions {
  return flags === undefined ? options : { ...options, open: flags as readonly OpenFlag[] };
}

/** The two ends of `10.0.0.1:1000 -> 10.0.0.2:80`. */
function endsOf(text: string): [string, string] {
  const [from = "", to = ""] = text.split("->").map((end) => end.trim());
  return [from, to];
}

function readItem(node: Node, reader: YamlReader): Item | undefined {
  const words = Object.keys(WORDS);
  if (!isMap(node)) {
    reader.error("an event is a map", node, "such as - exec: /bin/sh");
    return undefined;
  }
  // The first key is the word; a word may be an option of another one.
  const first = node.items[0]?.key as Node | undefined;
  const name = isScalar(first) ? String(first.value) : "";
  if (!words.includes(name)) {
    reader.error(`"${name}" is nothing that can happen`, first ?? node, didYouMean(name, words) ?? `an item begins with one of ${words.join(", ")}`);
    return undefined;
  }
  const word = WORDS[name] as Word;
  reader.map(node, `"${name}"`, [name, ...COMMON, ...Object.keys(word.options)]);
  const options: Record<string, Options[string]> = {};
  for (const [key, kind] of Object.entries(word.options)) {
    const value = reader.child(node, key);
    const read = value === undefined ? undefined : readOption(value, key, kind, reader);
    if (read !== undefined) options[key] = read;
  }
  const subjectNode = reader.child(node, name);
  const subject = subjectNode === undefined ? "" : (reader.text(subjectNode, `what follows "${name}"`) ?? "");
  if (!fits(name, word, subject, options, subjectNode ?? node, reader)) return undefined;
  const by = reader.child(node, "by");
  const expect = reader.child(node, "expect");
  return { word: name, subject, options, by: by && reader.text(by, "by"), expect: expect && reader.texts(expect, "expect") };
}

/** Whether what follows a word is something that it can be about. */
function fits(name: string, word: Word, subject: string, options: Options, node: Node, reader: YamlReader): boolean {
  const complain = (message: string, hint?: string): false => {
    reader.error(message, node, hint);
    return false;
  };
  if (subject === "" && word.subject === "needed") return complain(`"${name}" needs something after it`);
  if ("to" in word.options && options.to === undefined) return complain(`"${name}" needs "to"`, "add the new path: to: /a/path");
  if ((name === "setuid" || name === "exit") && subject !== "" && !/^-?\d+$/.test(subject)) return complain(`what follows "${name}" is a whole number`);
  if ((name === "connect" || name === "accept") && !subject.includes("->"))
    return complain(`what follows "${name}" are two ends`, "write them as 10.0.0.1:40000 -> 10.0.0.2:80");
  if (name === "k8s" && !names.K8S_KINDS.includes(subject))
    return complain(`"${subject}" is no kind`, didYouMean(subject, names.K8S_KINDS) ?? `they are ${names.K8S_KINDS.join(", ")}`);
  if (name === "k8s" && options.action !== undefined && !names.K8S_ACTIONS.includes(String(options.action))) {
    return complain(`"${options.action}" is no action`, didYouMean(String(options.action), names.K8S_ACTIONS) ?? `they are ${names.K8S_ACTIONS.join(", ")}`);
  }
  if (name === "k8s" && options.message !== undefined && !isJson(String(options.message))) return complain("the message is a JSON text");
  if (name === "container" && options.type !== undefined && !names.CONTAINER_TYPES.includes(String(options.type))) {
    return complain(
      `"${options.type}" is no type of containers`,
      didYouMean(String(options.type), names.CONTAINER_TYPES) ?? `they are ${names.CONTAINER_TYPES.join(", ")}`,
    );
  }
  if (options.protocol !== undefined && !["tcp", "udp", "icmp"].includes(String(options.protocol)))
    return complain(`"${options.protocol}" is no protocol`, "they are tcp, udp, icmp");
  return true;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // That it can't be parsed is the answer.
    return false;
  }
}

function readOption(node: Node, key: string, kind: OptionKind, reader: YamlReader): Options[string] {
  switch (kind) {
    case "text":
      return reader.text(node, key);
    case "number":
      return reader.number(node, key);
    case "boolean":
      return reader.boolean(node, key);
    case "texts":
      return reader.texts(node, key).map(({ text }) => text);
    case "operations":
      return known<Operation>(node, key, OPERATIONS, reader);
    case "flags":
      return known<OpenFlag>(node, key, OPEN_FLAGS, reader);
  }
}

const OPERATIONS: readonly string[] = [...new Set([...operationNames(-1, names.FILE_FLOW), ...operationNames(-1, names.NETWORK_FLOW)])];
const OPEN_FLAGS: readonly string[] = openFlagNames(-1);

function known<T extends string>(node: Node, key: string, allowed: readonly string[], reader: YamlReader): readonly T[] {
  return reader.texts(node, key).flatMap(({ text, node: item }) => {
    if (allowed.includes(text)) return [text as T];
    reader.error(`"${text}" is none of ${key}`, item, didYouMean(text, allowed) ?? `they are ${allowed.join(", ")}`);
    return [];
  });
}
