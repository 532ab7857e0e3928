import { describeConformance } from "@millrace/testkit";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { gdummy, goTestInputPlugin, goTestOutputPlugin, gstdout, multiinstance } from "../src/index.ts";

// What the plugins print is not looked at here.
beforeAll(() => {
  vi.spyOn(process.stdout, "write").mockImplementation(((_text: string, done: () => void) => {
    done();
    return true;
  }) as typeof process.stdout.write);
});

afterAll(() => {
  vi.restoreAllMocks();
});

for (const plugin of [gdummy, goTestInputPlugin, gstdout, multiinstance]) describeConformance({ describe, it }, plugin);
describeConformance({ describe, it }, goTestOutputPlugin, { options: { path: "/dev/null" }, clock: "system" });
