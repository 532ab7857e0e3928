import type { FileVersion } from "@millrace/sysflow";
import type { JsonWriter } from "../bytes/json-writer.ts";
import { type Literal, literal } from "../bytes/literal.ts";

const NEW_DIRECTORY: Literal = literal(',"newdirectory":');
const NEW_NAME: Literal = literal(',"newname":');
const NEW_OID: Literal = literal(',"newoid":');
const NEW_PATH: Literal = literal(',"newpath":');
const NEW_SYMLINK: Literal = literal(',"newsymlink":');

/** Writes, amid the section of a file, what a rename or link makes of it. @param oid - where the identity of the new file stands in the words of the record */
export function writeNewFile(out: JsonWriter, file: FileVersion, words: Int32Array, oid: number): void {
  const { parsed } = file;
  out.put(NEW_DIRECTORY);
  out.unquoted(parsed.directory);
  out.put(NEW_NAME);
  out.unquoted(parsed.name);
  out.put(NEW_OID);
  out.fileOid(words, oid);
  out.put(NEW_PATH);
  out.unquoted(parsed.path);
  out.put(NEW_SYMLINK);
  out.unquoted(parsed.symlink);
}
