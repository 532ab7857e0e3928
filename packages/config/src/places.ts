import type { Place } from "@millrace/api";

/** The place of an environment variable. */
export function environmentPlace(variable: string, value: string): Place {
  return linePlace("(environment)", `${variable}=${value.split(/\r?\n/, 1)[0] as string}`, variable.length);
}

/** The place of something on the command line. */
export function argumentPlace(text: string, length: number = text.length): Place {
  return linePlace("(command line)", text.split(/\r?\n/, 1)[0] as string, length);
}

function linePlace(file: string, lineText: string, length: number): Place {
  return { file, line: 1, column: 1, length: Math.max(1, length), lineText };
}
