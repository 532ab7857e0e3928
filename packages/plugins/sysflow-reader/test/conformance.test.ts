import { describeConformance } from "@millrace/testkit";
import { describe, it } from "vitest";
import { flattener, reader } from "../src/index.ts";

const runner = { describe, it };

describeConformance(runner, reader, { hosted: { handler: flattener } });
describe("in the reader", () => describeConformance(runner, flattener, { host: { plugin: reader, slot: "handler" } }));
