import { type DiagnosticBag, Source } from "@millrace/text";
import { DUPLICATE, SYNTAX } from "../codes.ts";
import type { ConfigSource } from "../dialect.ts";
import type { Entry, ListNode, MapNode, ScalarNode, TreeNode } from "./node.ts";

/**
 * Reads JSON (RFC 8259) and keeps the place of everything. What breaks the grammar is reported, and reading goes on
 * behind it, so that one run finds all mistakes. A key that stands twice is a warning: the last one counts, as in Go.
 *
 * @returns the tree of what could be read, or `undefined` where there is no value at all.
 */
export function parseJson({ file, text }: ConfigSource, bag: DiagnosticBag): TreeNode | undefined {
  return new JsonParser(new Source(file, text), bag).document();
}

/** The most levels of nesting, and the most mistakes that are reported for one text. */
const MOST_LEVELS = 200;
const MOST_MISTAKES = 50;

const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;
/** What stands where a value should, up to the next character that has a meaning of its own. */
const JUNK = /[^\s,:[\]{}"]+/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows no control character in a text.
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;

class JsonParser {
  private at = 0;
  private levels = 0;
  private mistakes = 0;
  private readonly text: string;
  private readonly source: Source;
  private readonly bag: DiagnosticBag;

  constructor(source: Source, bag: DiagnosticBag) {
    this.source = source;
    this.text = source.text;
    this.bag = bag;
    if (this.text.charCodeAt(0) === 0xfeff) this.at = 1;
  }

  document(): TreeNode | undefined {
    this.space();
    if (this.at >= this.text.length) {
      this.mistake("the file is empty: a JSON value was expected", this.at);
      return undefined;
    }
    const value = this.value("a JSON value");
    this.space();
    if (this.at < this.text.length) this.mistake("nothing may follow the end of the JSON value", this.at);
    return value;
  }

  /** Reads a value. Where none stands, says so, and gives nothing. */
  private value(wanted: string): TreeNode | undefined {
    const character = this.text[this.at];
    if (character === "{") return this.nested(() => this.object());
    if (character === "[") return this.nested(() => this.array());
    if (character === '"') return this.string();
    const start = this.at;
    const number = this.match(NUMBER);
    const junk = this.match(JUNK);
    const word = number + junk;
    if (number !== "" && junk === "") return this.scalar(numberOf(number), number, start);
    if (Object.hasOwn(WORDS, word)) return this.scalar(WORDS[word] as boolean | null, word, start);
    if (word === "") this.mistake(`${wanted} was expected${this.found()}`, start);
    else {
      this.mistake(`${JSON.stringify(word)} is no JSON value`, start, this.at, /^[A-Za-z_'./-]/.test(word) ? "write texts in double quotes" : undefined);
      return this.scalar(word, word, start);
    }
    return undefined;
  }

  private nested<T extends TreeNode>(read: () => T): T | undefined {
    if (this.levels >= MOST_LEVELS) {
      this.mistake(`nested more than ${MOST_LEVELS} levels deep`, this.at);
      this.at = this.text.length;
      return undefined;
    }
    this.levels++;
    const node = read();
    this.levels--;
    return node;
  }

  private object(): MapNode {
    const start = this.at++;
    const entries: Entry[] = [];
    const known = new Set<string>();
    this.members("}", start, () => {
      if (this.text[this.at] !== '"') {
        const from = this.at;
        const word = this.match(JUNK);
        if (word === "") {
          this.mistake(`a key in double quotes was expected${this.found()}`, from);
          return;
        }
        this.mistake(`${JSON.stringify(word)} is no key`, from, this.at, "write keys in double quotes");
        this.member({ text: word, start: from, end: this.at }, entries, known);
        return;
      }
      const key = this.string();
      this.member({ text: key.text, start: key.span.start, end: key.span.end }, entries, known);
    });
    return { kind: "map", entries, source: this.source, span: { start, end: this.at } };
  }

  private member(key: { text: string; start: number; end: number }, entries: Entry[], known: Set<string>): void {
    this.space();
    if (this.text[this.at] === ":") this.at++;
    else this.mistake(`a colon was expected after the key "${key.text}"${this.found()}`, this.at);
    this.space();
    // A value that is missing is one that is nothing: a reader can then tell it from a key that is missing.
    const value = this.value(`a value for "${key.text}"`) ?? { ...this.scalar(null, "", this.at), faulty: true };
    if (known.has(key.text)) {
      this.bag.warning(DUPLICATE, `"${key.text}" stands here a second time, and the last one counts`, { place: this.source.place(key.start, key.end) });
    }
    known.add(key.text);
    entries.push({ key: key.text, keySpan: { start: key.start, end: key.end }, value });
  }

  private array(): ListNode {
    const start = this.at++;
    const items: TreeNode[] = [];
    this.members("]", start, () => {
      const item = this.value("a value");
      if (item !== undefined) items.push(item);
    });
    return { kind: "list", items, source: this.source, span: { start, end: this.at } };
  }

  /** Reads what stands between brackets, separated by commas. Every round of the loop moves on, or ends it. */
  private members(close: string, start: number, read: () => void): void {
    this.space();
    let comma: number | undefined;
    for (;;) {
      const character = this.text[this.at];
      if (character === undefined) {
        this.mistake(`"${this.text[start]}" is never closed: "${close}" is missing`, start);
        return;
      }
      if (character === close) {
        if (comma !== undefined) this.mistake(`a comma stands before "${close}"`, comma, comma + 1, "take the comma out");
        this.at++;
        return;
      }
      if (character === "}" || character === "]") {
        this.mistake(`"${character}" was found where "${close}" was expected`, this.at);
        if (this.levels === 1) this.at++;
        return;
      }
      const before = this.at;
      read();
      this.space();
      comma = undefined;
      if (this.text[this.at] === ",") {
        comma = this.at++;
        this.space();
        while (this.text[this.at] === ",") {
          this.mistake("a comma stands after a comma", this.at++);
          this.space();
        }
      } else if (this.at < this.text.length && this.text[this.at] !== close && !"}]".includes(this.text[this.at] as string)) {
        if (this.at === before) this.at++;
        else this.mistake("a comma was expected here", this.at);
        this.space();
      }
    }
  }

  private string(): ScalarNode {
    const start = this.at++;
    let text = "";
    for (;;) {
      text += this.match(PLAIN_CHARACTERS);
      const character = this.text[this.at];
      if (character === '"') {
        this.at++;
        break;
      }
      if (character === undefined || character === "\n" || character === "\r") {
        this.mistake("the text is not closed on its line", start, this.at, 'a double quote (") is missing');
        break;
      }
      if (character === "\\") text += this.escape();
      else {
        this.mistake(`the control character U+${character.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()} must be escaped`, this.at);
        text += character;
        this.at++;
      }
    }
    return this.scalar(text, text, start);
  }

  private escape(): string {
    const start = this.at++;
    const character = this.text[this.at] ?? "";
    if (character === "u") {
      const digits = this.text.slice(this.at + 1, this.at + 5);
      if (/^[0-9a-fA-F]{4}$/.test(digits)) {
        this.at += 5;
        return String.fromCharCode(Number.parseInt(digits, 16));
      }
    } else if (Object.hasOwn(ESCAPES, character)) {
      this.at++;
      return ESCAPES[character] as string;
    }
    this.mistake("JSON has no such escape", start, start + 2, "write \\\\ for a backslash");
    return "\\";
  }

  private scalar(value: ScalarNode["value"], text: string, start: number): ScalarNode {
    return { kind: "scalar", value, text, source: this.source, span: { start, end: this.at } };
  }

  /** Passes over white space, and over comments, which JSON has not. */
  private space(): void {
    for (;;) {
      this.match(SPACE);
      const start = this.at;
      const opening = this.text.slice(start, start + 2);
      if (opening !== "//" && opening !== "/*" && this.text[start] !== "#") return;
      const end = opening === "/*" ? this.text.indexOf("*/", start + 2) + 2 : this.text.indexOf("\n", start);
      this.at = end < start + 2 && opening === "/*" ? this.text.length : end < 0 ? this.text.length : end;
      this.mistake("JSON has no comments", start, start + (opening === "/*" || opening === "//" ? 2 : 1), 'a key such as "_comment" may hold one');
    }
  }

  private match(expression: RegExp): string {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private found(): string {
    const character = this.text[this.at];
    return character === undefined ? " at the end of the file" : `, and ${character === '"' ? "a text" : JSON.stringify(character)} was found`;
  }

  private mistake(message: string, start: number, end: number = start + 1, hint?: string): void {
    if (++this.mistakes <= MOST_MISTAKES) this.bag.error(SYNTAX, message, { place: this.source.place(start, end), hint });
    else this.at = this.text.length;
  }
}

/** A number; as text where it is an integer that a double can't hold exactly. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? text : number;
}
