import type { Severity } from "@millrace/api";

/** What a part of a message is: each may have a colour. */
export type Palette = Readonly<Record<Severity | "place" | "code" | "caret" | "hint", (text: string) => string>>;

const asItIs = (text: string): string => text;

/** No colour. */
export const plainPalette: Palette = { error: asItIs, warning: asItIs, place: asItIs, code: asItIs, caret: asItIs, hint: asItIs };

/** The colours of a terminal (ECMA-48, select graphic rendition). */
export const ansiPalette: Palette = {
  error: (text) => `\u001b[1;31m${text}\u001b[0m`,
  warning: (text) => `\u001b[1;33m${text}\u001b[0m`,
  place: (text) => `\u001b[1m${text}\u001b[0m`,
  code: (text) => `\u001b[2m${text}\u001b[0m`,
  caret: (text) => `\u001b[32m${text}\u001b[0m`,
  hint: (text) => `\u001b[36m${text}\u001b[0m`,
};
