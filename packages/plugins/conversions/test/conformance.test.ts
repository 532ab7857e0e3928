import { describeConformance } from "@millrace/testkit";
import { describe, it } from "vitest";
import { conversions } from "../src/index.ts";

for (const { plugin } of conversions) describeConformance({ describe, it }, plugin);
