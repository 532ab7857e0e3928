/** A path as one word of a POSIX shell's command line: as it is, or in single quotes where a shell would read something else into it. */
export function shellWord(path: string): string {
  return /^[\w./@%+:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
