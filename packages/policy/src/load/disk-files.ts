import { readdir, readFile, stat } from "node:fs/promises";
import type { FileAccess } from "./policy-files.ts";

/** The file system of this machine. */
export const diskFiles: FileAccess = {
  async info(path) {
    try {
      const found = await stat(path, { bigint: true });
      const kind = found.isDirectory() ? "directory" : found.isFile() ? "file" : "other";
      return { kind, bytes: Number(found.size), stamp: `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` };
    } catch (cause) {
      if (cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")) return undefined;
      throw cause;
    }
  },
  list: async (folder) => (await readdir(folder, { withFileTypes: true })).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() })),
  read: (file) => readFile(file, "utf8"),
};
