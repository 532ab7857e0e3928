export { isLogThreshold, type LineLevel, type LogThreshold } from "./level.ts";
export { createLogging, type LogFormat, type Logging, type LoggingOptions } from "./logging.ts";
export { type Line, type LineShape, type LineShapeName, lineShapes } from "./shapes.ts";
export type { LineTime } from "./time.ts";
export type { LogTarget } from "./writer.ts";
