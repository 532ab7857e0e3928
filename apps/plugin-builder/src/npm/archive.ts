import { gunzipSync } from "node:zlib";
import { MillraceError } from "@millrace/api";

const BLOCK = 512;

/** The largest archive that is unpacked, in bytes. */
const MOST_BYTES = 64 << 20;

/**
 * The text of one file of an npm archive, or `undefined` where it has none of that path. An npm archive is a gzipped tar
 * file (POSIX.1-1988 ustar) whose paths begin with a folder, usually `package`. Throws `MILLRACE_BUILDER_ARCHIVE` for what is none.
 */
export function fileOfArchive(archive: Uint8Array, path: string): string | undefined {
  for (const entry of entriesOf(unzipped(archive))) {
    if (entry.path.slice(entry.path.indexOf("/") + 1) === path) return new TextDecoder().decode(entry.content);
  }
  return undefined;
}

function unzipped(archive: Uint8Array): Uint8Array {
  try {
    return gunzipSync(archive, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    throw new MillraceError("MILLRACE_BUILDER_ARCHIVE", "the archive of a package can't be unpacked", { cause });
  }
}

/** The plain files of a tar archive. Headers of other kinds (folders, links, extended attributes) are passed over. */
function* entriesOf(tar: Uint8Array): Iterable<{ readonly path: string; readonly content: Uint8Array }> {
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + BLOCK);
    const size = Number.parseInt(textAt(header, 124, 12).trim() || "0", 8);
    const end = at + BLOCK + size;
    if (!(size >= 0) || end > tar.length) throw new MillraceError("MILLRACE_BUILDER_ARCHIVE", "the archive of a package is cut off, or no archive");
    const type = header[156] as number;
    const prefix = textAt(header, 345, 155);
    const name = textAt(header, 0, 100);
    // Type "0", and zero in archives of old.
    if (type === 0x30 || type === 0) yield { path: prefix === "" ? name : `${prefix}/${name}`, content: tar.subarray(at + BLOCK, end) };
    at = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function textAt(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
