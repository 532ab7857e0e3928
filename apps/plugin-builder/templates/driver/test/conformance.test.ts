import { describeConformance } from "@millrace/testkit";
import { describe, it } from "vitest";
import { plugin } from "../src/index.ts";

describeConformance({ describe, it }, plugin);
