import { rename, rm, stat } from "node:fs/promises";

/** Puts a file aside as `path.1`, what was there as `path.2`, and so on up to the first number that is free; what is beyond the number that is kept goes. */
export async function shiftFiles(path: string, keep: number): Promise<void> {
  if (keep === 0) {
    await rm(path, { force: true });
    return;
  }
  let last = 1;
  while (last < keep && (await isThere(`${path}.${last}`))) last++;
  for (let number = last - 1; number > 0; number--) await unlessMissing(rename(`${path}.${number}`, `${path}.${number + 1}`));
  await unlessMissing(rename(path, `${path}.1`));
}

async function isThere(path: string): Promise<boolean> {
  return (await unlessMissing(stat(path))) !== undefined;
}

async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    return undefined;
  }
}
