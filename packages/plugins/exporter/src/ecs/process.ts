import { baseName, commandLine, type ProcessVersion, type Surroundings, ZERO_PROCESS } from "@millrace/sysflow";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";
import type { TimeText } from "./time-text.ts";

const PROCESS: Literal = literal(',"process":{"args":');
const COMMAND_LINE: Literal = literal(',"command_line":');
const EXECUTABLE: Literal = literal(',"executable":');
const NAME: Literal = literal(',"name":');
const PARENT: Literal = literal(',"parent":{"args":');
const PID: Literal = literal(',"pid":');
const START: Literal = literal(',"start":');
const END_PARENT: Literal = literal("}");
const THREAD: Literal = literal(',"thread":{"id":');
const USER: Literal = literal('}},"user":{"group":{"id":');
const USER_ID: Literal = literal('},"id":');
const CLOSE: Literal = literal("}");

/** Writes the process and its parent, up to the number of the thread. A parent stands there even where it is not known. */
export function writeProcess(out: JsonWriter, { process = ZERO_PROCESS, ancestors }: Surroundings, times: TimeText): void {
  const parent = ancestors[1];
  out.need(0);
  out.put(PROCESS);
  writeProgram(out, process, `${process.exe} ${process.exeArgs}`);
  out.put(PARENT);
  writeProgram(out, parent ?? ZERO_PROCESS, parent ? commandLine(parent) : "");
  out.put(PID);
  out.long(process.parentHpidLo, process.parentHpidHi);
  out.put(START);
  times.write(out, process.parentCreateTsLo, process.parentCreateTsHi);
  out.put(END_PARENT);
  out.put(PID);
  out.long(process.hpidLo, process.hpidHi);
  out.put(START);
  times.write(out, process.createTsLo, process.createTsHi);
  out.put(THREAD);
}

/** Writes what comes after the number of the thread: the user and the group, with their names where they are known. */
export function writeUser(out: JsonWriter, process: ProcessVersion = ZERO_PROCESS): void {
  out.need(0);
  out.put(USER);
  out.int(process.gid);
  writeName(out, process.groupName);
  out.put(USER_ID);
  out.int(process.uid);
  writeName(out, process.userName);
  out.put(CLOSE);
}

function writeProgram(out: JsonWriter, process: ProcessVersion, line: string): void {
  out.unquoted(process.exeArgs);
  out.put(COMMAND_LINE);
  out.unquoted(line);
  out.put(EXECUTABLE);
  out.unquoted(process.exe);
  out.put(NAME);
  out.string(baseName(unquoted(process.exe)));
}

function writeName(out: JsonWriter, name: string): void {
  if (name === "") return;
  out.put(NAME);
  out.unquoted(name);
}

/** A text without one quote that it may begin with and one that it may end with. */
function unquoted(text: string): string {
  return text.replace(/^["']/, "").replace(/["']$/, "");
}
