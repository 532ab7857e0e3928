import { MillraceError } from "@millrace/api";
import { MAX_DEPTH } from "./msgpack-cursor.ts";
import { Writer } from "./msgpack-writer.ts";

/**
 * JSON text (RFC 8259) as MessagePack. Integers are exact from -2^63 to 2^64-1, and floats beyond; whatever is written
 * with a point or an exponent is a float, also `2.0`. The order of keys is kept, and repeated keys too. Anything that is
 * no JSON is an error `MILLRACE_FLUENT_JSON` with line and column.
 */
export function jsonToMsgpack(text: string): Uint8Array {
  const reader = new JsonReader(text);
  const writer = new Writer(text.length + 16);
  reader.value(writer, 0);
  reader.end();
  return writer.finish();
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const WORDS: readonly [word: string, write: (writer: Writer) => void][] = [
  ["true", (writer) => writer.boolean(true)],
  ["false", (writer) => writer.boolean(false)],
  ["null", (writer) => writer.nil()],
];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

class JsonReader {
  private readonly numbers = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(writer: Writer, depth: number): void {
    this.blanks();
    const char = this.text[this.at];
    if (char === "{") this.object(writer, depth);
    else if (char === "[") this.array(writer, depth);
    else if (char === '"') writer.string(this.string());
    else if (char === "-" || (char !== undefined && char >= "0" && char <= "9")) this.number(writer);
    else this.word(writer);
  }

  end(): void {
    this.blanks();
    if (this.at < this.text.length) throw this.expected("the end");
  }

  private object(writer: Writer, depth: number): void {
    this.descend(depth);
    const opened = writer.open();
    let pairs = 0;
    if (!this.take("}")) {
      do {
        this.blanks();
        if (this.text[this.at] !== '"') throw this.expected(pairs === 0 ? "a key or '}'" : "a key");
        writer.string(this.string());
        if (!this.take(":")) throw this.expected("':'");
        this.value(writer, depth + 1);
        pairs += 1;
      } while (this.take(","));
      if (!this.take("}")) throw this.expected("',' or '}'");
    }
    writer.close(opened, "map", pairs);
  }

  private array(writer: Writer, depth: number): void {
    this.descend(depth);
    const opened = writer.open();
    let length = 0;
    if (!this.take("]")) {
      do {
        this.value(writer, depth + 1);
        length += 1;
      } while (this.take(","));
      if (!this.take("]")) throw this.expected("',' or ']'");
    }
    writer.close(opened, "array", length);
  }

  private descend(depth: number): void {
    if (depth === MAX_DEPTH) throw this.error(`nested deeper than ${MAX_DEPTH}`);
    this.at += 1;
  }

  private word(writer: Writer): void {
    const found = WORDS.find(([word]) => this.text.startsWith(word, this.at));
    if (found === undefined) throw this.expected("a value");
    const [word, write] = found;
    this.at += word.length;
    write(writer);
  }

  private number(writer: Writer): void {
    this.numbers.lastIndex = this.at;
    const found = this.numbers.exec(this.text);
    if (found === null) throw this.expected("a digit");
    const [text, fraction, exponent] = found;
    this.at += text.length;
    if (fraction !== undefined || exponent !== undefined) writer.float(Number(text));
    else if (text.length <= 15) writer.integer(Number(text) + 0);
    else writeInteger(writer, text);
  }

  private string(): string {
    this.at += 1;
    let text = "";
    for (;;) {
      text += this.plain();
      const char = this.text[this.at];
      if (char === '"') {
        this.at += 1;
        return text;
      }
      if (char === "\\") text += this.escape();
      else if (char === undefined) throw this.error("a text that does not end");
      else throw this.error("a control character in a text, which JSON wants escaped");
    }
  }

  /** What stands for itself in a text: up to a quote, a backslash, or a control character. */
  private plain(): string {
    const start = this.at;
    let at = start;
    for (let unit = this.text.charCodeAt(at); unit >= 0x20 && unit !== QUOTE && unit !== BACKSLASH; unit = this.text.charCodeAt(at)) at += 1;
    this.at = at;
    return this.text.slice(start, at);
  }

  private escape(): string {
    const char = this.text[this.at + 1];
    const plain = char === undefined ? undefined : ESCAPES[char];
    if (plain !== undefined) {
      this.at += 2;
      return plain;
    }
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (char !== "u" || !/^[0-9a-fA-F]{4}$/.test(digits)) throw this.error("an escape that JSON does not know");
    this.at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  private take(char: string): boolean {
    this.blanks();
    if (this.text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  private blanks(): void {
    for (let unit = this.text.charCodeAt(this.at); unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09; unit = this.text.charCodeAt(this.at))
      this.at += 1;
  }

  private expected(what: string): MillraceError {
    const char = this.text.codePointAt(this.at);
    return this.error(`expected ${what}, found ${char === undefined ? "the end of the text" : JSON.stringify(String.fromCodePoint(char))}`);
  }

  private error(what: string): MillraceError {
    const before = this.text.slice(0, this.at);
    const lineStart = before.lastIndexOf("\n") + 1;
    const lineEnd = this.text.indexOf("\n", this.at);
    const line = before.split("\n").length;
    const column = this.at - lineStart + 1;
    return new MillraceError("MILLRACE_FLUENT_JSON", `bad JSON at ${line}:${column}: ${what}`, {
      place: { file: "JSON", line, column, lineText: this.text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd) },
    });
  }
}

/** An integer of more than 15 characters: exact where 64 bits hold it, otherwise the nearest float. */
function writeInteger(writer: Writer, text: string): void {
  const value = BigInt(text);
  if (value >= -(2n ** 63n) && value < 2n ** 64n) writer.big(value);
  else writer.float(Number(text));
}
