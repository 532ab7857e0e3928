import { gzipSync } from "node:zlib";

/** An npm archive: a gzipped tar file (POSIX.1-1988 ustar) of files, by their paths. */
export function archiveOf(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return [headerOf(path, bytes.length), bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

function headerOf(path: string, size: number): Uint8Array {
  const header = Buffer.alloc(512);
  const cut = path.length <= 100 ? -1 : path.indexOf("/", path.length - 101);
  header.write(path.slice(cut + 1), 0, 100);
  if (cut > 0) header.write(path.slice(0, cut), 345, 155);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}
