/**
 * The processor `exporter`, which writes events to a file, the terminal, or nowhere, as JSON or ECS.
 *
 * @packageDocumentation
 */
import type { Plugin } from "@millrace/api";
import { exporterWith } from "./exporter.ts";
import { file } from "./transport/file.ts";
import { nothing } from "./transport/nothing.ts";
import { terminal } from "./transport/terminal.ts";

const plugin: Plugin = exporterWith([terminal, file, nothing]);

export { plugin };
