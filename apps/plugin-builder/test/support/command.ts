import { vi } from "vitest";
import { run } from "../../src/plugin-builder.ts";

/** What the command printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process, with the folders of the test taken out of what it prints. */
export async function command(args: readonly string[], hidden: Readonly<Record<string, string>> = {}): Promise<Printed> {
  const printed = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      printed[stream] += String(text);
      return true;
    }),
  );
  try {
    const code = await run(args);
    const clean = (text: string): string => Object.entries(hidden).reduce((all, [path, name]) => all.replaceAll(path, name), text);
    return { code, stdout: clean(printed.stdout), stderr: clean(printed.stderr) };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
