import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Ended, runCommand } from "./support/command.ts";
import { withoutPrefix, withoutTime } from "./support/lines.ts";
import { root } from "./support/places.ts";
import { writeBundledPlugin, writeLinkedPlugin } from "./support/plugins.ts";
import { scratchFolder } from "./support/scratch.ts";

const scratch = scratchFolder();
const trace = join(root, "examples/traces/client-server.sf");

const COUNTER = `
import { defineProcessor } from "@millrace/api/sysflow";
export const plugin = defineProcessor({
  name: "countdown", description: "Counts records", in: "flat",
  create: (_options, ctx) => ({
    async process(input) {
      let records = 0;
      for await (const batch of input) for (const record of batch.data) if (record.ts > 0n) records += 1;
      ctx.log.info("counted " + (records > 0));
    },
  }),
});
`;

describe("plugins from elsewhere", () => {
  it("is a processor in -plugdir, with a copy of the API inside", async () => {
    writeBundledPlugin(join(scratch, "bundled", "countdown.mjs"), COUNTER);
    expect(withoutPrefix((await run("bundled", stage("countdown"))).stdout)).toBe("counted true\n");
  });

  it("is a processor in -plugdir that imports the API beside it", async () => {
    writeLinkedPlugin(join(scratch, "linked", "countdown.mjs"), COUNTER);
    expect(withoutPrefix((await run("linked", stage("countdown"))).stdout)).toBe("counted true\n");
  });

  it("is a handler in the folder that handlerlibpath names", async () => {
    writeBundledPlugin(
      join(scratch, "handlers", "starts.mjs"),
      `
      import { defineHandler } from "@millrace/api/sysflow";
      export const plugin = defineHandler({
        name: "starts", description: "Prints starts",
        create: (_options, ctx) => ({ handleProcEvt: ({ process }, event) => ctx.log.info("event of " + process.exe + " at " + (event.ts > 0n)) }),
      });
    `,
    );
    const { stdout, code } = await run("none", [
      { processor: "sysflowreader", handler: "starts", handlerlibpath: join(scratch, "handlers"), in: "sf sysflowchan" },
    ]);
    expect(code).toBe(0);
    expect(withoutPrefix(stdout)).toContain("event of ./server at true\n");
  });

  it("is a driver in -driverdir, which -driver names", async () => {
    writeBundledPlugin(
      join(scratch, "drivers", "three.mjs"),
      `
      import { defineDriver } from "@millrace/api/sysflow";
      export const plugin = defineDriver({
        name: "three", description: "Sends three empty records", out: "flat",
        create: () => ({ run: (outputs) => outputs.send({ records: 3, bytes: 3, [Symbol.iterator]: () => [{ ts: 1n }, { ts: 1n }, { ts: 1n }][Symbol.iterator]() }) }),
      });
    `,
    );
    const { stdout, code } = await run(
      "bundled",
      [{ processor: "countdown", in: "flat flattenerchan" }],
      ["-driver=three", `-driverdir=${join(scratch, "drivers")}`],
    );
    expect(code).toBe(0);
    expect(withoutPrefix(stdout)).toBe("counted true\n");
  });

  it("is missing, and the message says where it was looked for", async () => {
    const { code, stderr } = await run("bundled", stage("countdwn"));
    expect(code).toBe(1);
    expect(stderr).toContain('no processor is called "countdwn"');
    expect(stderr).toContain("bundled/countdwn.mjs");
    expect(stderr).toContain("countdown");
  });

  it("can't be imported, and the message says why", async () => {
    mkdirSync(join(scratch, "broken"));
    writeFileSync(join(scratch, "broken", "countdown.mjs"), 'throw new Error("no luck today");\n');
    const { code, stderr } = await run("broken", stage("countdown"));
    expect(code).toBe(1);
    expect(stderr).toContain("no luck today");
  });
});

describe("health checks", () => {
  it.each([
    ["that throw", 'throw new Error("endpoint unreachable")', "failed: endpoint unreachable"],
    ["that say no", "return false", "failed"],
  ])("%s end the program before a record moves", async (name, body, message) => {
    writeBundledPlugin(
      join(scratch, name, "failtest.mjs"),
      `
      import { defineProcessor } from "@millrace/api/sysflow";
      export const plugin = defineProcessor({
        name: "failtest", description: "Is never well", in: "flat",
        create: (_options, ctx) => ({ test() { ${body}; }, async process(input) { for await (const _ of input) ctx.log.info("moved"); }, cleanup: () => ctx.log.info("cleaned up") }),
      });
    `,
    );
    for (const more of [[], ["-test"]]) {
      const { code, stdout, stderr } = await run(name, stage("failtest"), more);
      expect(code).toBe(1);
      expect(withoutTime(stdout)).toBe("[Info] failtest: cleaned up\n[Health] pipeline: Health checks: failed\n");
      expect(withoutTime(stderr)).toContain(`[Error] pipeline: Health checks for plugin failtest ${message}\n`);
    }
  });
});

describe("a plugin that fails", () => {
  it.each([
    ["throws in its loop", 'for await (const _ of input) throw new Error("no more")', "node 'bad': no more"],
    [
      "throws in a timer",
      'setTimeout(() => { throw new Error("no more"); }, 1); for await (const _ of input) await ctx.clock.sleep(60000, ctx.signal)',
      "an error that nobody handled: no more",
    ],
    [
      "forgets a promise",
      'Promise.reject(new Error("no more")); for await (const _ of input) await ctx.clock.sleep(60000, ctx.signal)',
      "a promise was rejected, and nobody handled it: no more",
    ],
  ])("%s, and the run ends with its cause", async (name, body, message) => {
    writeBundledPlugin(
      join(scratch, name, "bad.mjs"),
      `
      import { defineProcessor } from "@millrace/api/sysflow";
      export const plugin = defineProcessor({ name: "bad", description: "Fails", in: "flat", create: (_options, ctx) => ({ async process(input) { ${body}; } }) });
    `,
    );
    const { code, stderr, ms } = await run(name, stage("bad"));
    expect(stderr).toContain(message);
    expect(code).toBe(1);
    expect(ms).toBeLessThan(12_000);
  });
});

type Stage = Readonly<Record<string, unknown>>;

function stage(processor: string): Stage[] {
  return [
    { processor: "sysflowreader", handler: "flattener", in: "sf sysflowchan", out: "flat flattenerchan" },
    { processor, in: "flat flattenerchan" },
  ];
}

async function run(plugins: string, pipeline: readonly Stage[], more: readonly string[] = []): Promise<Ended> {
  const config = join(scratch, "pipeline.json");
  writeFileSync(config, JSON.stringify({ pipeline }, undefined, 1));
  return runCommand("sfprocessor", [`-config=${config}`, `-plugdir=${join(scratch, plugins)}`, ...more, trace]);
}
