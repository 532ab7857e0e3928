import type { FileVersion, ProcessVersion } from "@millrace/sysflow";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";

const FILE: Literal = literal(',"file":{"directory":');
const NAME: Literal = literal(',"name":');
const PATH: Literal = literal(',"path":');
const TARGET: Literal = literal(',"target_path":');
const TYPE: Literal = literal(',"type":');
const PROC: Literal = literal('"/proc/');
const DESCRIPTORS: Literal = literal("/fd");
const SLASH: Literal = literal("/");
const QUOTE: Literal = literal('"');
const CLOSE: Literal = literal("}");

const TYPES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ["f", "file"],
  ["d", "dir"],
  ["u", "socket"],
  ["p", "pipe"],
]);

/** What a record tells of its file, beside the version of the file. */
export interface FileUse {
  /** Whose descriptor the file is: a file without a path is shown by it. */
  readonly process: ProcessVersion;
  readonly fd: number;
  /** Whether the record makes it a symbolic link. */
  readonly symlink: boolean;
  /** The second path of a rename or link; absent on other records. */
  readonly target: string | undefined;
}

/** Writes a file that has a path, on a record that makes no link of it. */
export function writePlainFile(out: JsonWriter, file: FileVersion): void {
  out.need(0);
  out.put(FILE);
  writePath(out, file, typeOf(file));
  writeType(out, typeOf(file));
}

/** Writes the file of any record. */
export function writeFile(out: JsonWriter, file: FileVersion, use: FileUse): void {
  const type = use.symlink ? "symlink" : typeOf(file);
  out.need(0);
  out.put(FILE);
  if (file.parsed.path === "") writeDescriptor(out, use, type);
  else writePath(out, file, type);
  if (use.target !== undefined) {
    out.put(TARGET);
    out.unquoted(use.target);
  }
  writeType(out, type);
}

/** A folder has nothing but its path. */
function writePath(out: JsonWriter, { parsed: { path, directory, name } }: FileVersion, type: string): void {
  if (type === "dir") {
    out.unquoted(path);
    return;
  }
  out.unquoted(directory);
  out.put(NAME);
  out.unquoted(name);
  if (path === name) return;
  out.put(PATH);
  out.unquoted(path);
}

/** `/proc/<pid>/fd/<descriptor>` stands for a file without a path. */
function writeDescriptor(out: JsonWriter, { process, fd }: FileUse, type: string): void {
  const folder = (): void => {
    out.put(PROC);
    out.long(process.hpidLo, process.hpidHi);
    out.put(DESCRIPTORS);
  };
  const whole = (): void => {
    folder();
    out.put(SLASH);
    out.int(fd);
    out.put(QUOTE);
  };
  if (type === "dir") {
    whole();
    return;
  }
  folder();
  out.put(QUOTE);
  out.put(NAME);
  out.put(QUOTE);
  out.int(fd);
  out.put(QUOTE);
  out.put(PATH);
  whole();
}

function writeType(out: JsonWriter, type: string): void {
  out.put(TYPE);
  out.string(type);
  out.put(CLOSE);
}

function typeOf(file: FileVersion): string {
  return TYPES.get(file.restype) ?? "unknown";
}
