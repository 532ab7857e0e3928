import { dirname } from "node:path";
import { MillraceError } from "@millrace/api";
import { diskFiles, type FoundPolicies, findPolicyFiles, type PolicyText, readPolicyText } from "@millrace/policy";

/** Policies as they stand on disk. */
export interface PolicyTexts {
  readonly files: readonly PolicyText[];
  readonly mapping: PolicyText | undefined;
  /** The folders in which a change may come. */
  readonly folders: readonly string[];
  /** Changes when a file does, comes or goes. */
  readonly stamp: string;
}

/** How often the files are read when they change while they are read. */
const ATTEMPTS = 10;

/** The code of an error that says that files never stood still while they were read. */
export const CHANGING = "MILLRACE_POLICY_CHANGING";

/** Where policies come from: a file or folder, and for Sigma the file with the field mapping. */
export class PolicySource {
  readonly path: string;
  readonly #mapping: string | undefined;

  constructor(path: string, mapping: string | undefined) {
    this.path = path;
    this.#mapping = mapping;
  }

  /**
   * Reads everything, as it stood at one time. Throws where there is nothing, where a file can't be read, and where there is
   * always a change while the files are read: a mixture of two states is nobody's policy.
   */
  async read(): Promise<PolicyTexts> {
    for (let attempt = 1; ; attempt++) {
      const before = await this.#look();
      try {
        const texts = await Promise.all(before.files.map((file) => readPolicyText(file, diskFiles)));
        const mapping = this.#mapping === undefined ? undefined : await readPolicyText(this.#mapping, diskFiles);
        const after = await this.#look();
        if (after.stamp === before.stamp) return { files: texts, mapping, folders: before.folders, stamp: before.stamp };
      } catch (cause) {
        // A file that was listed may be gone when it is read: the next attempt finds another list.
        if (attempt === ATTEMPTS) throw cause;
      }
      if (attempt === ATTEMPTS) {
        throw new MillraceError(CHANGING, `the files of ${this.path} change faster than they can be read`, {
          hint: "put new files in the place of old ones, each in one step",
        });
      }
    }
  }

  /** What would be read now, without reading it. `""` where there is nothing. */
  async stamp(): Promise<string> {
    try {
      return (await this.#look()).stamp;
    } catch {
      // Whoever reads then gets the reason.
      return "";
    }
  }

  /** The folders that are watched where the policies can't be found. */
  get fallbackFolders(): readonly string[] {
    return [this.path, dirname(this.path)];
  }

  async #look(): Promise<FoundPolicies & { readonly stamp: string }> {
    const found = await findPolicyFiles(this.path, diskFiles);
    const extra = this.#mapping === undefined ? [] : [this.#mapping];
    const stamps = await Promise.all([...found.files, ...extra].map(async (file) => `${file} ${(await diskFiles.info(file))?.stamp}`));
    // Of a file, its folder is watched: editors put a new file in the place of the old one.
    const folders = new Set([...(found.folders.length === 0 ? [dirname(this.path)] : found.folders), ...extra.map((file) => dirname(file))]);
    return { files: found.files, folders: [...folders], stamp: stamps.join("\n") };
  }
}

/** Whether two readings gave the same texts under the same names. */
export function sameTexts(a: PolicyTexts, b: PolicyTexts): boolean {
  const one = [...a.files, ...(a.mapping ? [a.mapping] : [])];
  const other = [...b.files, ...(b.mapping ? [b.mapping] : [])];
  return one.length === other.length && one.every(({ path, text }, index) => path === other[index]?.path && text === other[index]?.text);
}
