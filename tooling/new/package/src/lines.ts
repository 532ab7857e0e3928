/**
 * The lines of a text, without their ends. A line ends with LF or CR LF; what stands behind the last end is a line if it is
 * not empty. An empty text has none.
 */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
