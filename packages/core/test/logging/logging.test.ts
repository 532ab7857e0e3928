import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogging, type LineShapeName, type LoggingOptions } from "../../src/index.ts";

/** A logging that writes into two lists of chunks. */
async function gathered(options: LoggingOptions) {
  const out: string[] = [];
  const err: string[] = [];
  const logging = await createLogging({
    clock: { now: () => Date.UTC(2026, 10, 21, 7, 5, 30, 947) },
    out: { write: (text) => out.push(text) },
    err: { write: (text) => err.push(text) },
    ...options,
  });
  const text = (): string => {
    logging.close();
    return `${out.join("")}---\n${err.join("")}`;
  };
  return { logging, text };
}

/** One line of each sort. */
async function everything(options: LoggingOptions): Promise<string> {
  const { logging, text } = await gathered({ level: "trace", perf: true, ...options });
  const log = logging.logger("reader", "sysflowreader");
  log.trace("a trace");
  log.debug("a debug");
  log.info("done", { records: 12, file: "a b.sf", nothing: undefined, list: [1, "x"], big: 2n ** 64n });
  log.warn('odd "name"\n');
  log.error("bad", { cause: new Error("no such file") });
  logging.logger("").info("from nobody");
  logging.health("reader", "Health checks: passed");
  logging.perf("reader", "rate: 5");
  logging.fatal("flowd", "can't start");
  return text();
}

const zone = process.env.TZ;
beforeEach(() => {
  process.env.TZ = "Asia/Kathmandu";
});
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe("shapes", () => {
  it("bracketed", async () =>
    expect(await everything({ format: "bracketed" })).toMatchInlineSnapshot(`
      "[Trace] 2026/11/21 12:50:30 reader: a trace
      [Trace] 2026/11/21 12:50:30 reader: a debug
      [Info] 2026/11/21 12:50:30 reader: done records=12 file="a b.sf" list="[1,\\"x\\"]" big=18446744073709551616
      [Warn] 2026/11/21 12:50:30 reader: odd "name"
      [Info] 2026/11/21 12:50:30 from nobody
      [Health] 2026/11/21 12:50:30 reader: Health checks: passed
      [Perf] 2026/11/21 12:50:30 reader: rate: 5
      ---
      [Error] 2026/11/21 12:50:30 reader: bad cause="no such file"
      [Error] 2026/11/21 12:50:30 flowd: can't start
      "
    `));
  it("tabbed", async () =>
    expect((await everything({ format: "tabbed" })).replaceAll("\t", "<tab>")).toMatchInlineSnapshot(`
      "2026-11-21T12:50:30+05:45<tab>TRACE<tab>a trace
      2026-11-21T12:50:30+05:45<tab>DEBUG<tab>a debug
      2026-11-21T12:50:30+05:45<tab>INFO<tab>done records=12 file="a b.sf" list="[1,\\"x\\"]" big=18446744073709551616
      2026-11-21T12:50:30+05:45<tab>WARN<tab>odd "name"
      2026-11-21T12:50:30+05:45<tab>ERROR<tab>bad cause="no such file"
      2026-11-21T12:50:30+05:45<tab>INFO<tab>from nobody
      2026-11-21T12:50:30+05:45<tab>INFO<tab>Health checks: passed
      2026-11-21T12:50:30+05:45<tab>INFO<tab>rate: 5
      2026-11-21T12:50:30+05:45<tab>FATAL<tab>can't start
      ---
      "
    `));
  it("logrus", async () =>
    expect(await everything({ format: "logrus" })).toMatchInlineSnapshot(`
      "---
      time="2026-11-21T12:50:30+05:45" level=trace msg="a trace"
      time="2026-11-21T12:50:30+05:45" level=debug msg="a debug"
      time="2026-11-21T12:50:30+05:45" level=info msg=done big=18446744073709551616 file="a b.sf" list="[1,\\"x\\"]" records=12
      time="2026-11-21T12:50:30+05:45" level=warning msg="odd \\"name\\"\\n"
      time="2026-11-21T12:50:30+05:45" level=error msg=bad cause="no such file"
      time="2026-11-21T12:50:30+05:45" level=info msg="from nobody"
      time="2026-11-21T12:50:30+05:45" level=info msg="Health checks: passed"
      time="2026-11-21T12:50:30+05:45" level=info msg="rate: 5"
      time="2026-11-21T12:50:30+05:45" level=fatal msg="can't start"
      "
    `));
  it("component", async () =>
    expect(await everything({ format: "component" })).toMatchInlineSnapshot(`
      "---
      [2026/11/21 12:50:30.947] [trace] [reader] a trace
      [2026/11/21 12:50:30.947] [debug] [reader] a debug
      [2026/11/21 12:50:30.947] [ info] [reader] done records=12 file="a b.sf" list="[1,\\"x\\"]" big=18446744073709551616
      [2026/11/21 12:50:30.947] [ warn] [reader] odd "name"
      [2026/11/21 12:50:30.947] [error] [reader] bad cause="no such file"
      [2026/11/21 12:50:30.947] [ info] from nobody
      [2026/11/21 12:50:30.947] [ info] [reader] Health checks: passed
      [2026/11/21 12:50:30.947] [ info] [reader] rate: 5
      [2026/11/21 12:50:30.947] [error] [flowd] can't start
      "
    `));
  it("pretty", async () =>
    expect(await everything({})).toMatchInlineSnapshot(`
      "---
      12:50:30.947 trace reader: a trace
      12:50:30.947 debug reader: a debug
      12:50:30.947 info  reader: done records=12 file="a b.sf" list="[1,\\"x\\"]" big=18446744073709551616
      12:50:30.947 warn  reader: odd "name"
      12:50:30.947 error reader: bad cause="no such file"
      12:50:30.947 info  from nobody
      12:50:30.947 info  reader: Health checks: passed
      12:50:30.947 info  reader: rate: 5
      12:50:30.947 error flowd: can't start
      "
    `));
  it("pretty in colours", async () => {
    const { logging, text } = await gathered({ colours: true });
    logging.logger("a").warn("careful \u001b[2J");
    expect(text().replaceAll("\u001b", "ESC")).toMatchInlineSnapshot(`
      "---
      ESC[2m12:50:30.947ESC[0m ESC[33mwarn ESC[0m ESC[1maESC[0m: careful \\x1b[2J
      "
    `);
  });
  it("json", async () => {
    const lines = (await everything({ format: "json" }))
      .split("\n")
      .slice(1, -1)
      .map((line) => JSON.parse(line) as { err?: unknown; cause?: { stack?: string } });
    expect(lines.find(({ cause }) => cause)?.cause?.stack).toContain("no such file");
    expect(lines.map((line) => JSON.stringify({ ...line, ...(line.cause && { cause: "…" }) })).join("\n")).toMatchInlineSnapshot(`
      "{"level":"trace","time":"2026-11-21T07:05:30.947Z","name":"reader","plugin":"sysflowreader","msg":"a trace"}
      {"level":"debug","time":"2026-11-21T07:05:30.947Z","name":"reader","plugin":"sysflowreader","msg":"a debug"}
      {"level":"info","time":"2026-11-21T07:05:30.947Z","name":"reader","plugin":"sysflowreader","records":12,"file":"a b.sf","list":[1,"x"],"big":"18446744073709551616","msg":"done"}
      {"level":"warn","time":"2026-11-21T07:05:30.947Z","name":"reader","plugin":"sysflowreader","msg":"odd \\"name\\"\\n"}
      {"level":"error","time":"2026-11-21T07:05:30.947Z","name":"reader","plugin":"sysflowreader","cause":"…","msg":"bad"}
      {"level":"info","time":"2026-11-21T07:05:30.947Z","msg":"from nobody"}
      {"level":"info","time":"2026-11-21T07:05:30.947Z","name":"reader","health":true,"msg":"Health checks: passed"}
      {"level":"info","time":"2026-11-21T07:05:30.947Z","name":"reader","perf":true,"msg":"rate: 5"}
      {"level":"fatal","time":"2026-11-21T07:05:30.947Z","name":"flowd","msg":"can't start"}"
    `);
  });
  it("json keeps its own keys", async () => {
    const { logging, text } = await gathered({ format: "json" });
    logging.logger("a").info("m", { msg: "x", level: 3, other: true });
    expect(JSON.parse(text().split("\n")[1] as string)).toMatchObject({ level: "info", msg: "m", field_msg: "x", field_level: 3, other: true });
  });
});

describe("levels", () => {
  it.each([
    ["trace", "trace debug info warn error fatal health"],
    ["debug", "debug info warn error fatal health"],
    ["info", "info warn error fatal health"],
    ["warn", "warn error fatal health"],
    ["error", "error fatal health"],
    ["health", "fatal health"],
    ["quiet", ""],
  ] as const)("%s", async (level, expected) => {
    const { logging, text } = await gathered({ level, format: { text: (line) => line.level, stream: () => "out" } });
    const log = logging.logger("x");
    for (const each of ["trace", "debug", "info", "warn", "error"] as const) {
      log[each]("m");
      expect(log.enabled(each)).toBe(expected.split(" ").includes(each));
    }
    logging.fatal("x", "m");
    logging.health("x", "m");
    logging.perf("x", "m");
    expect(text().split("---")[0]?.trim().split("\n").join(" ")).toBe(expected);
  });

  it("may differ by instance", async () => {
    const { logging, text } = await gathered({ levels: (name) => (name === "loud" ? "trace" : undefined), format: "tabbed" });
    logging.logger("loud").trace("heard");
    logging.logger("other").trace("not heard");
    expect(text()).toContain("heard");
    expect(text()).not.toContain("not heard");
  });

  it("takes another name for the lines", async () => {
    const { logging, text } = await gathered({ format: "component", nameOf: (name, plugin) => (plugin ? `output:${plugin}:${name}` : "") });
    logging.logger("stdout.0", "stdout").info("a");
    logging.logger("engine").info("b");
    expect(text()).toMatchInlineSnapshot(`
      "---
      [2026/11/21 12:50:30.947] [ info] [output:stdout:stdout.0] a
      [2026/11/21 12:50:30.947] [ info] b
      "
    `);
  });
});

describe("writing", () => {
  it("writes whole lines in chunks, and keeps the order of two streams that are one", async () => {
    const chunks: string[] = [];
    const both = { write: (text: string) => chunks.push(text) };
    const { logging } = await gathered({ format: "bracketed", out: both, err: both });
    const log = logging.logger("x");
    log.info("1");
    log.info("2");
    log.error("3");
    log.info("4");
    expect(chunks).toHaveLength(2);
    await new Promise(setImmediate);
    logging.close();
    expect(chunks.join("").match(/\d$/gm)).toEqual(["1", "2", "3", "4"]);
    expect(chunks.every((chunk) => chunk.endsWith("\n"))).toBe(true);
  });

  it("says once that a stream is broken, and counts what is lost", async () => {
    const broken: unknown[] = [];
    const { logging } = await gathered({
      format: "tabbed",
      out: {
        write: () => {
          throw new Error("EPIPE");
        },
      },
      broken: (stream, cause) => broken.push([stream, (cause as Error).message]),
    });
    logging.logger("x").info("1");
    logging.flush();
    logging.logger("x").info("2");
    logging.close();
    expect(broken).toEqual([["out", "EPIPE"]]);
    expect(logging.lost).toBe(2);
  });

  const core = new URL("../../src/index.ts", import.meta.url).href;
  const program = (format: LineShapeName, rest: string): string[] => [
    "--conditions=@millrace/source",
    "--input-type=module",
    "-e",
    `import { createLogging } from ${JSON.stringify(core)}; const logging = await createLogging({ format: "${format}" }); const log = logging.logger("x"); ${rest}`,
  ];

  it("gives a pipe every line before the process exits", { timeout: 20_000 }, () => {
    const { stdout, status } = spawnSync(process.execPath, program("bracketed", 'for (let i = 0; i < 20000; i++) log.info("line " + i); process.exit(3);'), {
      encoding: "utf8",
      maxBuffer: 1e8,
      timeout: 15_000,
    });
    const lines = stdout.trimEnd().split("\n");
    expect(status).toBe(3);
    expect(lines).toHaveLength(20_000);
    expect(lines.at(-1)).toMatch(/^\[Info\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d x: line 19999$/);
  });

  // Whoever touches process.stdout makes a pipe refuse writes instead of waiting.
  it.each(["", "process.stdout.isTTY;"])("waits for a reader that is slow %s", { timeout: 20_000 }, async (before) => {
    const rest = `${before} for (let i = 0; i < 20000; i++) log.info("line " + i); setTimeout(() => log.info("last"), 50); `;
    const child = spawn(process.execPath, program("tabbed", rest), { stdio: ["ignore", "pipe", "inherit"] });
    const exit = once(child, "exit", { signal: AbortSignal.timeout(15_000) });
    child.stdout.pause();
    await new Promise((resolve) => setTimeout(resolve, 400));
    let text = "";
    for await (const chunk of child.stdout) text += String(chunk);
    await exit;
    const lines = text.trimEnd().split("\n");
    expect(lines).toHaveLength(20_001);
    expect(lines.slice(0, 20_000).every((line, index) => line.endsWith(`\tline ${index}`))).toBe(true);
  });

  it.concurrent("waits for a reader that takes nothing once, and not for ever", { timeout: 20_000 }, async ({ expect }) => {
    // As in a command: whoever touches process.stdout makes a pipe refuse writes.
    const rest = `process.stdout.isTTY; const line = "x".repeat(1000); for (let i = 0; i < 1000; i++) log.info(line);
      const begun = performance.now(); logging.flush(); const first = performance.now() - begun;
      log.info("more"); logging.close(); process.stderr.write(JSON.stringify([first, performance.now() - begun - first, logging.lost]));`;
    const child = spawn(process.execPath, program("tabbed", rest), { stdio: ["ignore", "pipe", "pipe"] });
    const exit = once(child, "exit", { signal: AbortSignal.timeout(15_000) });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += String(chunk);
    });
    child.stdout.pause();
    expect(await exit).toEqual([0, null]);
    const [first, second, lost] = JSON.parse(said) as [number, number, number];
    expect(first).toBeGreaterThan(1900);
    expect(second).toBeLessThan(1000);
    expect(lost).toBeGreaterThan(0);
  });

  it.concurrent("can be waited for until a slow reader has taken everything", { timeout: 20_000 }, async ({ expect }) => {
    const rest =
      'const line = "x".repeat(1000); for (let i = 0; i < 1000; i++) log.info(line); await logging.written(); process.stderr.write("lost " + logging.lost);';
    const child = spawn(process.execPath, program("tabbed", rest), { stdio: ["ignore", "pipe", "pipe"] });
    const exit = once(child, "exit", { signal: AbortSignal.timeout(15_000) });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += String(chunk);
    });
    child.stdout.pause();
    // Longer than a flush would wait.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    let text = "";
    for await (const chunk of child.stdout) text += String(chunk);
    await exit;
    expect([text.trimEnd().split("\n").length, said]).toEqual([1000, "lost 0"]);
  });

  it("imports pino for JSON alone", { timeout: 20_000 }, () => {
    const imports = (format: string): string =>
      `import { registerHooks } from "node:module"; const seen = []; registerHooks({ resolve: (name, context, next) => { seen.push(name); return next(name, context); } });
      const { createLogging } = await import(${JSON.stringify(core)}); await createLogging({ format: "${format}" }); console.log(seen.includes("pino"));`;
    const run = (format: string): string =>
      spawnSync(process.execPath, ["--conditions=@millrace/source", "--input-type=module", "-e", imports(format)], { encoding: "utf8", timeout: 15_000 })
        .stdout;
    expect([run("tabbed"), run("json")]).toEqual(["false\n", "true\n"]);
  });

  it("outlives a reader that has gone", { timeout: 20_000 }, async () => {
    const rest =
      'log.info("first"); setTimeout(() => { for (let i = 0; i < 20000; i++) log.info("line " + i); logging.flush(); process.stderr.write("lost " + logging.lost); }, 100);';
    const child = spawn(process.execPath, program("tabbed", rest), { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.once("data", () => child.stdout.destroy());
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += String(chunk);
    });
    const [code] = (await once(child, "close", { signal: AbortSignal.timeout(15_000) })) as [number];
    expect(code).toBe(0);
    expect(Number(/lost (\d+)/.exec(said)?.[1])).toBeGreaterThan(0);
  });
});
