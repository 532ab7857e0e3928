import { describeConformance } from "@millrace/testkit";
import { describe, it } from "vitest";
import { counterTo } from "../src/counter.ts";
import { chunkNode, dummyInput, nullOutput } from "../src/index.ts";
import { stdoutTo } from "../src/stdout.ts";

const nowhere = { write: () => undefined };

describeConformance({ describe, it }, chunkNode, { options: { memory_limit: 100_000 } });
for (const plugin of [dummyInput, nullOutput, stdoutTo(nowhere), counterTo(nowhere)]) describeConformance({ describe, it }, plugin);
