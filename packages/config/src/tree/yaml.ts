import { type DiagnosticBag, Source } from "@millrace/text";
import { type Alias, isAlias, isMap, isScalar, type Node, parseAllDocuments, type YAMLMap, type YAMLParseError } from "yaml";
import { DUPLICATE, SYNTAX } from "../codes.ts";
import type { ConfigSource } from "../dialect.ts";
import type { Entry, MapNode, ScalarNode, TreeNode } from "./node.ts";

/** How a YAML text is to be understood. */
export interface YamlRules {
  /** What a scalar without quotes stands for. */
  readonly scalars: (text: string) => ScalarNode["value"];
  /** What a key that stands twice is: a mistake, worth a warning (the last one counts), or meant (both are kept). */
  readonly duplicates: "error" | "warning" | "keep";
  /** Whether `*name` may stand for what `&name` marks. Default true. */
  readonly aliases?: boolean;
}

/**
 * Reads YAML and keeps the place of everything. All documents of the text are read; each that has content is given. One
 * that breaks the grammar is not: what could be made of it would be guesswork.
 */
export function parseYaml(config: ConfigSource, rules: YamlRules, bag: DiagnosticBag): TreeNode[] {
  const source = new Source(config.file, config.text);
  const roots: TreeNode[] = [];
  try {
    const documents = parseAllDocuments(config.text, { schema: "failsafe", uniqueKeys: false, prettyErrors: false, logLevel: "silent", stringKeys: false });
    for (const document of Array.isArray(documents) ? documents : []) {
      reportMistakes(document.errors, source, bag);
      const root = document.contents === null || document.errors.length > 0 ? undefined : new TreeMaker(source, rules, bag).node(document.contents);
      if (root !== undefined && !(root.kind === "scalar" && root.value === null)) roots.push(root);
    }
  } catch (cause) {
    // The parser works by recursion: a text that is nested too deep for it ends here.
    bag.error(SYNTAX, "the text is nested too deep, or can't be read as YAML", { place: source.place(0), cause });
  }
  return roots;
}

const MOST_MISTAKES = 50;

/** Reports the first mistake of each line, up to where the parser lost its way: what follows is a consequence. */
function reportMistakes(errors: readonly YAMLParseError[], source: Source, bag: DiagnosticBag): void {
  const lines = new Set<number>();
  for (const { code, message, pos } of errors) {
    if (code === "UNEXPECTED_TOKEN" && lines.size > 0) return;
    const place = source.place(pos[0], Math.min(pos[1], lineEnd(source.text, pos[0])));
    if (lines.has(place.line) || lines.size >= MOST_MISTAKES) continue;
    lines.add(place.line);
    bag.error(SYNTAX, sentenceOf(message), { place });
  }
}

/** The most values that aliases may stand for, all together. */
const MOST_VALUES = 200_000;
const MOST_LEVELS = 200;

class TreeMaker {
  private readonly anchors = new Map<string, TreeNode>();
  private readonly weights = new Map<TreeNode, number>();
  private levels = 0;
  private readonly source: Source;
  private readonly rules: YamlRules;
  private readonly bag: DiagnosticBag;

  constructor(source: Source, rules: YamlRules, bag: DiagnosticBag) {
    this.source = source;
    this.rules = rules;
    this.bag = bag;
  }

  node(node: Node): TreeNode {
    if (isAlias(node)) return this.alias(node);
    if (this.levels >= MOST_LEVELS) {
      this.bag.error(SYNTAX, `nested more than ${MOST_LEVELS} levels deep`, { place: this.source.at(this.span(node)) });
      return this.faulty(node);
    }
    this.levels++;
    const made = this.made(node);
    this.levels--;
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor !== undefined) this.anchors.set(anchor, made);
    return made;
  }

  private made(node: Node): TreeNode {
    if (isMap(node)) return this.map(node);
    if (isScalar(node)) {
      const text = typeof node.value === "string" ? node.value : String(node.value ?? "");
      const literal = node.type !== "PLAIN" || node.tag === "tag:yaml.org,2002:str";
      return this.weighed({ kind: "scalar", text, value: literal ? text : this.rules.scalars(text), source: this.source, span: this.span(node) }, 1);
    }
    const items = (node as { items?: unknown[] }).items ?? [];
    const nodes = items.map((item) => this.node(item as Node));
    return this.weighed({ kind: "list", items: nodes, source: this.source, span: this.span(node) }, this.weightOf(nodes));
  }

  private map(node: YAMLMap): MapNode {
    const entries: Entry[] = [];
    const merged: Entry[] = [];
    const known = new Set<string>();
    for (const pair of node.items) {
      const key = pair.key as Node;
      const value = pair.value === null || pair.value === undefined ? this.empty(key) : this.node(pair.value as Node);
      if (!isScalar(key)) {
        this.bag.error(SYNTAX, "a key must be a plain text", { place: this.source.at(this.span(key)) });
        continue;
      }
      const name = String(key.value ?? "");
      if (name === "<<" && key.type === "PLAIN" && value.kind === "map") {
        merged.push(...value.entries);
        continue;
      }
      const keySpan = this.span(key);
      if (known.has(name)) this.duplicate(name, keySpan);
      known.add(name);
      entries.push({ key: name, keySpan, value });
    }
    // What is merged in comes first, and only where the map has no such key of its own.
    const all = [...merged.filter((entry) => !known.has(entry.key)), ...entries];
    return this.weighed({ kind: "map", entries: all, source: this.source, span: this.span(node) }, this.weightOf(all.map((entry) => entry.value)));
  }

  private duplicate(name: string, span: { start: number; end: number }): void {
    const place = this.source.at(span);
    if (this.rules.duplicates === "error") this.bag.error(DUPLICATE, `"${name}" stands here a second time`, { place });
    if (this.rules.duplicates === "warning") this.bag.warning(DUPLICATE, `"${name}" stands here a second time, and the last one counts`, { place });
  }

  private alias(node: Alias): TreeNode {
    const place = this.source.at(this.span(node));
    if (this.rules.aliases === false) {
      this.bag.error(SYNTAX, `an alias (*${node.source}) can't stand here`, { place, hint: "write out what it stands for" });
      return this.faulty(node);
    }
    const target = this.anchors.get(node.source);
    if (target === undefined) {
      this.bag.error(SYNTAX, `nothing before this is marked as &${node.source}`, { place });
      return this.faulty(node);
    }
    if ((this.weights.get(target) ?? 1) > MOST_VALUES) {
      this.bag.error(SYNTAX, `aliases stand for more than ${MOST_VALUES} values`, { place });
      return this.faulty(node);
    }
    return target;
  }

  private weightOf(nodes: readonly TreeNode[]): number {
    let weight = 1;
    for (const node of nodes) weight += this.weights.get(node) ?? 1;
    return weight;
  }

  private weighed<T extends TreeNode>(node: T, weight: number): T {
    this.weights.set(node, weight);
    return node;
  }

  private faulty(node: Node): ScalarNode {
    return { ...this.empty(node), faulty: true };
  }

  private empty(node: Node): ScalarNode {
    return { kind: "scalar", value: null, text: "", source: this.source, span: this.span(node) };
  }

  private span(node: Node): { start: number; end: number } {
    const [start, end] = node.range ?? [0, 1];
    // A map or a list of many lines is shown by its first line.
    return { start, end: isScalar(node) ? Math.max(end, start) : Math.min(end, lineEnd(this.source.text, start)) };
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** The parser's message as the beginning of a sentence of ours. */
function sentenceOf(message: string): string {
  return message.replace(/[.:]?\s*$/, "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** Scalars as YAML 1.1 and the Go package yaml.v2 have them: `yes`, `on` and `y` are true, `010` is eight, `1_000` is a number. */
export function yaml11Scalar(text: string): ScalarNode["value"] {
  if (text === "" || text === "~" || /^(?:null|Null|NULL)$/.test(text)) return null;
  if (/^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(text)) return true;
  if (/^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(text)) return false;
  const bare = text.replaceAll("_", "");
  if (/^[-+]?0b[01]+$/.test(bare) || /^[-+]?0x[0-9a-fA-F]+$/.test(bare)) return signed(bare, (digits) => Number(digits));
  if (/^[-+]?0o?[0-7]+$/.test(bare)) return signed(bare, (digits) => Number.parseInt(digits.replace("o", ""), 8));
  return floatOf(bare, text);
}

/** Scalars as the core schema of YAML 1.2 has them. */
export function yaml12Scalar(text: string): ScalarNode["value"] {
  if (text === "" || text === "~" || /^(?:null|Null|NULL)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^0o[0-7]+$/.test(text) || /^0x[0-9a-fA-F]+$/.test(text)) return exact(Number(text), text);
  return floatOf(text, text);
}

/** Scalars that all stay the texts they are; an empty one is nothing. */
export function textScalar(text: string): ScalarNode["value"] {
  return text === "" || text === "~" || /^(?:null|Null|NULL)$/.test(text) ? null : text;
}

function signed(text: string, read: (digits: string) => number): number {
  const digits = text.replace(/^[-+]/, "");
  return text.startsWith("-") ? -read(digits) : read(digits);
}

function floatOf(bare: string, text: string): number | string {
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(bare)) return bare.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^\.(?:nan|NaN|NAN)$/.test(bare)) return Number.NaN;
  if (!/^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(bare)) return text;
  return exact(Number(bare), text);
}

/** The number, or its text where it is an integer that a double can't hold exactly. */
function exact(number: number, text: string): number | string {
  return Number.isInteger(number) && !Number.isSafeInteger(number) && /^[-+]?\d+$/.test(text) ? text : number;
}
