import { commandLine, type ProcessVersion, type Surroundings, ZERO_PROCESS } from "@millrace/sysflow";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";
import { type KeptText, keptText } from "../kept-text.ts";

const PARENT: Literal = literal(',"pproc":{"args":');
const PROCESS: Literal = literal(',"proc":{"acmdline":[');
const EXES: Literal = literal('],"aexe":[');
const NAMES: Literal = literal('],"aname":[');
const PIDS: Literal = literal('],"apid":[');
const ARGS: Literal = literal('],"args":');
const COMMAND_LINE: Literal = literal(',"cmdline":');
const CREATED: Literal = literal(',"createts":');
const ENTRY: Literal = literal(',"entry":');
const EXE: Literal = literal(',"exe":');
const GID: Literal = literal(',"gid":');
const GROUP: Literal = literal(',"group":');
const NAME: Literal = literal(',"name":');
const OID: Literal = literal(',"oid":');
const PID: Literal = literal(',"pid":');
const TID: Literal = literal(',"tid":');
const TTY: Literal = literal(',"tty":');
const UID: Literal = literal(',"uid":');
const USER: Literal = literal(',"user":');
const COMMA: Literal = literal(",");
const CLOSE: Literal = literal("}");

/** Writes the section of the parent; nothing where there is none. What is not known of it is empty. */
export function writeParent(out: JsonWriter, { process, ancestors }: Surroundings): void {
  if (!process || (process.parentHpidLo === 0 && process.parentHpidHi === 0)) return;
  const parent = ancestors[1];
  out.need(0);
  out.put(PARENT);
  out.unquoted(parent?.exeArgs ?? "");
  out.put(COMMAND_LINE);
  out.unquoted(parent ? commandLine(parent) : "");
  out.put(CREATED);
  out.long(process.parentCreateTsLo, process.parentCreateTsHi);
  writeIdentity(out, parent, parent?.name ?? "", process.parentOidText);
  out.long(process.parentHpidLo, process.parentHpidHi);
  writeProcessEnd(out, parent);
}

/** Writes the section of the process up to the number of the thread. */
export function writeProcessStart(out: JsonWriter, { process = ZERO_PROCESS, ancestors }: Surroundings, owner: object): void {
  out.need(0);
  out.put(PROCESS);
  const texts = ancestors.map((ancestor) => chainText(out, ancestor, owner));
  writeEach(out, texts, (text) => out.copy(text.place, text.first));
  out.put(EXES);
  writeEach(out, texts, (text) => out.copy(text.place + text.first, text.second - text.first));
  out.put(NAMES);
  writeEach(out, texts, (text) => out.copy(text.place + text.second, text.length - text.second));
  out.need(0);
  out.put(PIDS);
  writeEach(out, ancestors, (ancestor) => out.long(ancestor.hpidLo, ancestor.hpidHi));
  out.need(0);
  out.put(ARGS);
  out.unquoted(process.exeArgs);
  out.put(COMMAND_LINE);
  out.unquoted(`${process.exe} ${process.exeArgs}`);
  out.put(CREATED);
  out.long(process.createTsLo, process.createTsHi);
  writeIdentity(out, process, process.name, process.oidText);
  out.long(process.hpidLo, process.hpidHi);
  out.put(TID);
}

/** What the lists of ancestors show of a process, in three parts: its command line, its executable, its name. Most chains share their elders. */
function chainText(out: JsonWriter, process: ProcessVersion, owner: object): KeptText {
  const kept = keptText(process, owner);
  if (kept.generation === out.generation) return kept;
  const before = out.length;
  out.unquoted(commandLine(process));
  const exe = out.length;
  out.unquoted(process.exe);
  const name = out.length;
  out.unquoted(process.name);
  kept.keep(out, before, exe, name);
  return kept;
}

/** Writes the end of a section of a process, from the terminal on. */
export function writeProcessEnd(out: JsonWriter, process: ProcessVersion | undefined): void {
  out.put(TTY);
  out.bool(process?.tty ?? false);
  out.put(UID);
  out.int(process?.uid ?? 0);
  out.put(USER);
  out.unquoted(process?.userName ?? "");
  out.put(CLOSE);
}

function writeIdentity(out: JsonWriter, process: ProcessVersion | undefined, name: string, oid: string): void {
  out.put(ENTRY);
  out.bool(process?.entry ?? false);
  out.put(EXE);
  out.unquoted(process?.exe ?? "");
  out.put(GID);
  out.int(process?.gid ?? 0);
  out.put(GROUP);
  out.unquoted(process?.groupName ?? "");
  out.put(NAME);
  out.unquoted(name);
  out.put(OID);
  out.string(oid);
  out.put(PID);
}

/** Writes items with commas between them. */
function writeEach<T>(out: JsonWriter, items: readonly T[], write: (item: T) => void): void {
  items.forEach((item, index) => {
    out.need(0);
    if (index > 0) out.put(COMMA);
    write(item);
  });
}
