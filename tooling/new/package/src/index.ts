/**
 * template-description.
 *
 * @packageDocumentation
 */
export { linesOf } from "./lines.ts";
