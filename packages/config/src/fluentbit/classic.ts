import { type DiagnosticBag, didYouMean, Source } from "@millrace/text";
import { DUPLICATE, FILE, MISSING, NO_EFFECT, SYNTAX } from "../codes.ts";
import { type ConfigFiles, type ConfigSource, identityOf, joinPath } from "../dialect.ts";
import { type Document, type Group, type Property, SECTION_KINDS, type Section, type SectionKind } from "./section.ts";

/** Reads a file in the classic form, and all that it includes. Paths are seen from the folder of the main file. */
export function readClassic(source: ConfigSource, files: ConfigFiles, bag: DiagnosticBag): Document {
  const document: Document = { sections: [], variables: [] };
  const reader = new ClassicReader(document, files, bag, source.file);
  reader.file(source);
  return document;
}

/** The most files that one configuration may have. */
const MOST_FILES = 1000;
/** The most mistakes that are reported for one file. */
const MOST_MISTAKES = 50;

class ClassicReader {
  private readonly document: Document;
  private readonly files: ConfigFiles;
  private readonly bag: DiagnosticBag;
  private readonly main: string;
  private readonly seen = new Set<string>();

  constructor(document: Document, files: ConfigFiles, bag: DiagnosticBag, main: string) {
    this.document = document;
    this.files = files;
    this.bag = bag;
    this.main = main;
  }

  file(config: ConfigSource): void {
    this.seen.add(identityOf(this.files, config.file));
    const source = new Source(config.file, config.text);
    const lines = new ClassicLines(source, this.bag, {
      section: (section) => void this.document.sections.push(section),
      include: (path, line) => this.include(path, source, line),
      set: (name, value, line) => void this.document.variables.push({ name, value, place: source.linePlace(line) }),
    });
    lines.read();
  }

  private include(path: string, source: Source, line: number): void {
    const place = source.linePlace(line);
    const full = joinPath(this.main, path);
    const paths = path.includes("*") ? this.files.glob(full) : [full];
    if (paths.length === 0) this.bag.error(FILE, `no file matches "${path}"`, { place });
    for (const each of paths) {
      if (this.seen.has(identityOf(this.files, each))) {
        this.bag.error(DUPLICATE, `"${each}" is read twice`, { place, hint: "a file may be included once, and not by itself" });
      } else if (this.seen.size >= MOST_FILES) {
        this.bag.error(FILE, `more than ${MOST_FILES} files are included`, { place });
        return;
      } else {
        const text = readText(this.files, each, `the included file "${path}"`, { place }, this.bag);
        if (text !== undefined) this.file({ file: each, text });
      }
    }
  }
}

/** The text of a file that the configuration names; says so where it can't be read. */
export function readText(
  files: ConfigFiles,
  path: string,
  what: string,
  details: { readonly place: Section["place"] | undefined },
  bag: DiagnosticBag,
): string | undefined {
  try {
    const text = files.readFile(path);
    if (text === undefined) bag.error(FILE, `${what} does not exist`, details);
    return text;
  } catch (cause) {
    bag.error(FILE, `${what} can't be read`, { ...details, cause });
    return undefined;
  }
}

/** Sections that must have a name: an empty one is an error anyway. */
const NAMED: readonly SectionKind[] = ["input", "filter", "output", "parser", "multiline_parser"];

/** What a file tells its reader. */
interface Events {
  section(section: Section): void;
  include(path: string, line: number): void;
  set(name: string, value: string, line: number): void;
}

interface OpenSection {
  /** Absent for a section that nobody knows: what stands in it is read, and ignored. */
  readonly kind: SectionKind | undefined;
  readonly place: Section["place"];
  readonly properties: Property[];
  readonly groups: OpenGroup[];
}

interface OpenGroup extends Group {
  readonly properties: Property[];
}

/** The lines of one file. */
class ClassicLines {
  private section: OpenSection | undefined;
  private group: OpenGroup | undefined;
  /** What every key line of this file begins with: the first indented line decides. */
  private indent: string | undefined;
  private mistakes = 0;
  private readonly source: Source;
  private readonly bag: DiagnosticBag;
  private readonly events: Events;

  constructor(source: Source, bag: DiagnosticBag, events: Events) {
    this.source = source;
    this.bag = bag;
    this.events = events;
  }

  read(): void {
    for (let line = 1; line <= this.source.lines && this.mistakes <= MOST_MISTAKES; line++) {
      const text = this.source.lineText(line);
      if (text === "" || text.startsWith("#")) continue;
      if (text.startsWith("[")) this.header(text, line);
      else if (text.startsWith("@")) this.command(text, line);
      else this.indented(text, line);
    }
    this.close();
  }

  private header(text: string, line: number): void {
    this.close();
    const end = text.indexOf("]");
    if (end < 0) {
      this.mistake('bad header definition: "]" is missing', line, 0, text.length);
      this.section = { kind: undefined, place: this.place(line, 0, text.length), properties: [], groups: [] };
      return;
    }
    const name = text.slice(1, end);
    const place = this.place(line, 0, end + 1);
    this.section = { kind: this.kindOf(name, place), place, properties: [], groups: [] };
  }

  /** The kind of a section. A name is compared as a prefix, as the peer does it: `[INP]` is an input. */
  private kindOf(name: string, place: Section["place"]): SectionKind | undefined {
    const lower = name.toLowerCase();
    const exact = SECTION_KINDS.find((kind) => lower === kind || (lower === `${kind}s` && ["custom", "input", "filter", "output"].includes(kind)));
    if (exact !== undefined) return exact;
    const prefixed = SECTION_KINDS.find((kind) => kind.startsWith(lower));
    if (prefixed !== undefined)
      this.bag.warning(NO_EFFECT, `the section [${name}] counts as [${prefixed.toUpperCase()}]`, { place, hint: "write its name in full" });
    else {
      this.bag.warning(NO_EFFECT, `the section [${name}] is not known, and has no effect`, {
        place,
        hint: didYouMean(
          name.trim().toUpperCase(),
          SECTION_KINDS.map((kind) => kind.toUpperCase()),
        ),
      });
    }
    return prefixed;
  }

  private command(text: string, line: number): void {
    const match = /^@([^ \t]*)[ \t]+(.*)$/s.exec(text);
    if (match === null) {
      this.mistake(`${text.trim()} needs a value after a space`, line, 0, text.length);
      return;
    }
    const word = (match[1] as string).toLowerCase();
    const value = (match[2] as string).trim();
    if (word === "include") {
      if (value === "") this.mistake("@INCLUDE names no file", line, 0, text.length);
      else this.events.include(value, line);
    } else if (word === "set") {
      const equals = value.indexOf("=");
      if (equals < 1) this.mistake("@SET needs key=value", line, 0, text.length);
      else this.events.set(value.slice(0, equals).trim(), value.slice(equals + 1).trim(), line);
    } else {
      this.bag.warning(NO_EFFECT, `@${match[1]} is not known, and has no effect`, {
        place: this.place(line, 0, word.length + 1),
        hint: didYouMean(`@${word.toUpperCase()}`, ["@INCLUDE", "@SET"]),
      });
    }
  }

  private indented(text: string, line: number): void {
    const blanks = /^[ \t]*/.exec(text)?.[0] as string;
    if (blanks === "") {
      this.mistake("indentation level is too low", line, 0, text.length, "a key stands in a section, and is indented");
      this.content(text, 0, 1, line);
      return;
    }
    this.indent ??= blanks;
    const level = this.levelOf(blanks, text, line);
    if (blanks.length === text.length || text[blanks.length] === "#") return;
    this.content(text, blanks.length, level, line);
  }

  /** 1 for a key, 2 for what stands in a group. Where the indentation is wrong it says so, and takes it as 1. */
  private levelOf(blanks: string, text: string, line: number): number {
    const indent = this.indent as string;
    const empty = blanks.length === text.length;
    const of = `every line of this file is indented as the first one: ${described(indent)}`;
    if (!blanks.startsWith(indent)) {
      const mixed = !indent.startsWith(blanks);
      this.mistake(
        mixed ? "inconsistent use of tab and space" : "indentation level is too low",
        line,
        0,
        blanks.length,
        empty ? "take the blanks of this empty line out" : of,
      );
      return 1;
    }
    const extra = blanks.length - indent.length;
    if (extra === 0 || empty) return 1;
    if (extra === indent.length) return 2;
    this.mistake("extra indentation level found", line, indent.length, blanks.length, of);
    return 1;
  }

  private content(text: string, start: number, level: number, line: number): void {
    if (text[start] === "[") {
      this.openGroup(text, start, line);
      return;
    }
    if (level === 1) this.group = undefined;
    const end = text.length;
    const match = /^([^ \t]+)([ \t]*)(.*)$/s.exec(text.slice(start)) as RegExpExecArray;
    const [, key, gap, rest] = match as unknown as [string, string, string, string];
    const value = rest.trimEnd();
    const valueStart = start + key.length + gap.length;
    if (value === "") {
      const what = gap === "" ? `"${key}" has an undefined value` : `"${key}" has an empty value`;
      this.mistake(what, line, start, end, "a key line is: KEY VALUE");
      this.section?.properties.push({ key: key.toLowerCase(), text: "", place: this.place(line, start, end), faulty: true });
      return;
    }
    if (this.section === undefined) {
      this.mistake(`"${key}" stands before any section`, line, start, start + key.length, "open a section first, such as [SERVICE]");
      return;
    }
    if (key.toLowerCase() === "@include") {
      this.bag.warning(NO_EFFECT, "an indented @INCLUDE is a key like any other", {
        place: this.place(line, start, start + key.length),
        hint: "let it start in the first column",
      });
    }
    const property = {
      key: key.toLowerCase(),
      text: value,
      place: this.place(line, valueStart, valueStart + value.length),
      keyPlace: this.place(line, start, start + key.length),
    };
    (level === 2 && this.group !== undefined ? this.group : this.section).properties.push(property);
  }

  private openGroup(text: string, start: number, line: number): void {
    const end = text.indexOf("]", start);
    if (end < 0) {
      this.mistake('bad header definition: "]" is missing', line, start, text.length);
      return;
    }
    if (!/[ \t]/.test(text[end + 1] ?? "")) {
      this.mistake(
        "undefined value: an indented header opens a group, and needs a space after it",
        line,
        start,
        end + 1,
        "a section starts in the first column",
      );
      return;
    }
    if (this.section === undefined) {
      this.mistake("a group stands before any section", line, start, end + 1);
      return;
    }
    this.group = { name: text.slice(start + 1, end).toLowerCase(), properties: [] };
    this.section.groups.push(this.group);
  }

  private close(): void {
    const { section } = this;
    this.section = undefined;
    this.group = undefined;
    if (section?.kind === undefined) return;
    if (section.properties.length === 0 && section.groups.length === 0 && !NAMED.includes(section.kind))
      this.bag.warning(MISSING, "the section is empty", { place: section.place });
    this.events.section({ ...section, kind: section.kind, data: {} });
  }

  private place(line: number, start: number, end: number): Section["place"] {
    const offset = this.source.offset({ line, column: 1 });
    return this.source.place(offset + start, offset + Math.max(end, start + 1));
  }

  private mistake(message: string, line: number, start: number, end: number, hint?: string): void {
    this.mistakes++;
    this.bag.error(SYNTAX, message, { place: this.place(line, start, end), hint });
  }
}

function described(indent: string): string {
  const tabs = [...indent].filter((character) => character === "\t").length;
  const spaces = indent.length - tabs;
  return [...(tabs > 0 ? [`${tabs} tab${tabs === 1 ? "" : "s"}`] : []), ...(spaces > 0 ? [`${spaces} space${spaces === 1 ? "" : "s"}`] : [])].join(" and ");
}
