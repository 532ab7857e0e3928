import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { displayWidth } from "@millrace/text";
import { describe, it } from "vitest";
import { recordFormat } from "../src/trace/formats.ts";
import { Progress } from "../src/trace/progress.ts";
import { readFlat } from "../src/trace/read-parts.ts";
import { Command, type Ended, runCommand } from "./support/command.ts";
import { root } from "./support/places.ts";
import { scratchFolder } from "./support/scratch.ts";

const scratch = scratchFolder();

function trace(args: readonly string[]): Promise<Ended> {
  return runCommand("millrace", ["trace", ...args], { cwd: root });
}

const pod = "examples/traces/pod.sf";
const talk = "examples/traces/client-server.sf";

/** A made-up trace of several blocks, some bytes of which are wrong or missing. */
async function damaged(name: string, change: (bytes: Buffer) => Buffer): Promise<string> {
  const whole = join(scratch, `${name}-whole.sf`);
  await trace(["generate", "-o", whole, "-n", "6000", "-q"]);
  const file = join(scratch, `${name}.sf`);
  writeFileSync(file, change(readFileSync(whole)));
  return file;
}

describe.concurrent("millrace trace cat", () => {
  it("prints a table", async ({ expect }) => {
    const { code, stdout, stderr } = await trace(["cat", talk]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "RECORD  TIME                            TYPE  PROC.EXE  PROC.PID  PPROC.PID  OPFLAGS                     RET  RESOURCE                           BYTES  CONTAINER.NAME
           1  2020-09-13T12:26:40.001000000Z  PE    ./server     13823       7955  EXEC                          0  ./server
           2  2020-09-13T12:26:40.002000000Z  FF    ./server     13823       7955  OPEN,CLOSE                    0  /etc/ld.so.cache                     0:0
           3  2020-09-13T12:26:40.003000000Z  FF    ./server     13823       7955  OPEN,CLOSE,READ               0  /lib64/libc.so.6                   832:0
           4  2020-09-13T12:26:42.004000000Z  PE    ./client     13824       7130  EXEC                          0  ./client
           5  2020-09-13T12:26:42.005000000Z  FF    ./client     13824       7130  OPEN,CLOSE                    0  /etc/ld.so.cache                     0:0
           6  2020-09-13T12:26:42.006000000Z  FF    ./client     13824       7130  OPEN,CLOSE,READ               0  /lib64/libc.so.6                   832:0
           7  2020-09-13T12:26:42.007000000Z  NF    ./client     13824       7130  CONNECT,SEND,RECV,TRUNCATE    0  127.0.0.1:40556 -> 127.0.0.1:8080  80:80
           8  2020-09-13T12:26:52.007000000Z  PE    ./client     13824       7130  EXIT                          2  ./client
           9  2020-09-13T12:26:52.008000000Z  NF    ./server     13823       7955  ACCEPT,SEND,RECV,TRUNCATE     0  127.0.0.1:40556 -> 127.0.0.1:8080  80:80
          10  2020-09-13T12:26:52.009000000Z  PE    ./server     13823       7955  EXIT                          2  ./server
      "
    `);
  });

  it("keeps a line of a table a line of the terminal", async ({ expect }) => {
    const linesFor = async (columns: number | undefined): Promise<string[]> => {
      const format = recordFormat("table", undefined, columns);
      let text = "";
      for await (const { batch, before } of readFlat(join(root, "examples/traces/rare.sf"), { onCorrupt: "stop", progress: new Progress(true) })) {
        for (let index = 0; index < batch.records; index += 1) text += format.add({ batch, index, number: before + index + 1 });
      }
      return (text + format.end()).split("\n").slice(0, -1);
    };
    const all = await linesFor(undefined);
    expect(Math.max(...all.map(displayWidth))).toBeGreaterThan(150);
    for (const columns of [180, 165]) {
      const lines = await linesFor(columns);
      expect(lines.length).toBe(all.length);
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    }
    // Where nothing helps, what numbers say is not cut.
    expect((await linesFor(20))[1]).toMatch(/^ +1 {2}2020-09-13T12:26:40\.001000000Z {2}PE .* 4194304 /);
  });

  it("prints nothing of what is no trace", async ({ expect }) => {
    for (const file of ["examples/traces", "package.json"]) expect(await trace(["cat", file])).toMatchObject({ code: 1, stdout: "" });
  });

  it("says what it does not show, unless it is to be quiet", async ({ expect }) => {
    const told = await trace(["cat", pod, "--limit", "100"]);
    expect(told.stderr).toBe("2 network events and process flows not shown: there is no flat form of them\n");
    const quiet = await trace(["cat", pod, "-q"]);
    expect(quiet.stderr).toBe("");
  });

  it("prints fields of choice, for records of choice", async ({ expect }) => {
    const { stdout } = await trace([
      "cat",
      pod,
      "--fields",
      "record,proc.exe,fd.name,sf.opflags",
      "-w",
      "sf.type = FE and sf.file.path startswith /tmp",
      "-n",
      "3",
    ]);
    expect(stdout).toMatchInlineSnapshot(`
      "RECORD  PROC.EXE  FD.NAME    OPFLAGS
          19  /bin/sh   /tmp/.x    MKDIR
          21  /bin/sh   /tmp/t     RENAME
          22  /bin/sh   /tmp/.x/t  SYMLINK
      "
    `);
  });

  it("prints JSON, with all attributes or some", async ({ expect }) => {
    const some = await trace(["cat", pod, "-f", "json", "--fields", "ts,opflags,pod.restartcnt,resource", "-w", "sf.type = NF", "-n", "1"]);
    expect(some.stdout).toMatchInlineSnapshot(`
      "{"ts":1600000000008000000,"opflags":["ACCEPT","CLOSE","SEND","RECV"],"pod.restartcnt":1,"resource":"10.1.0.9:40112 -> 10.1.0.2:8080"}
      "
    `);
    const all = await trace(["cat", pod, "-f", "json", "-q"]);
    const records: Record<string, unknown>[] = all.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.length).toBe(25);
    expect(records[1]).toMatchObject({ "sf.type": "PE", "sf.proc.exe": "/usr/sbin/nginx", "sf.proc.aname": ["nginx"], "sf.pod.namespace": "shop" });
    expect(records[1]).not.toHaveProperty("sf.file.path");
  });

  it("prints CSV", async ({ expect }) => {
    const { stdout } = await trace(["cat", pod, "-f", "csv", "-q", "-w", "sf.type in (KE, NF)", "--fields", "time,opflags,net.dip,ke.message"]);
    expect(stdout.replaceAll("\r\n", "\n")).toMatchInlineSnapshot(`
      "time,opflags,net.dip,ke.message
      2020-09-13T12:26:40.001000000Z,,,"{""kind"":""Pod"",""type"":""ADDED"",""items"":[{""name"":""web-7c5ddbdf54-x2x9k"",""namespace"":""shop""}]}"
      2020-09-13T12:26:40.008000000Z,"ACCEPT,CLOSE,SEND,RECV",10.1.0.2,
      2020-09-13T12:26:40.014000000Z,"CLOSE,SEND,RECV",10.1.0.53,
      2020-09-13T12:26:40.015000000Z,"CONNECT,CLOSE,SEND,RECV",203.0.113.7,
      "
    `);
    expect(stdout.split("\r\n").length).toBe(stdout.split("\n").length);
  });

  it("refuses unknown fields and wrong conditions, with their places", async ({ expect }) => {
    const field = await trace(["cat", pod, "--fields", "proc.exe,opflag,proc.nme"]);
    expect([field.code, field.stdout, field.stderr]).toMatchInlineSnapshot(`
      [
        1,
        "",
        "error MILLRACE_TRACE_FIELD: there is no field "opflag", "proc.nme"
        hint: did you mean "opflags"? did you mean "proc.name"?
      1 error
      ",
      ]
    `);
    const where = await trace(["cat", pod, "-w", 'sf.proc.name = "a" and sf.proc.nam = b and evil']);
    expect([where.code, where.stdout, where.stderr]).toMatchInlineSnapshot(`
      [
        1,
        "",
        "--where:1:24: error MILLRACE_POLICY_ATTRIBUTE: "sf.proc.nam" is no attribute, so its value is empty
          sf.proc.name = "a" and sf.proc.nam = b and evil
                                 ^~~~~~~~~~~
        hint: did you mean "sf.proc.name"?
      --where:1:44: error MILLRACE_POLICY_MACRO: there is no macro "evil"
          sf.proc.name = "a" and sf.proc.nam = b and evil
                                                     ^~~~
      2 errors
      ",
      ]
    `);
  });

  it("prints what stands before a damage, and tells of it", async ({ expect }) => {
    const file = await damaged("cut-off", (bytes) => bytes.subarray(0, bytes.length - 30_000));
    const { code, stdout, stderr } = await trace(["cat", file, "-f", "csv", "--fields", "record"]);
    expect(code).toBe(1);
    expect(Number(stdout.trim().split("\r\n").at(-1))).toBeGreaterThan(1000);
    expect(stderr.replaceAll(scratch, "")).toMatch(/^error MILLRACE_TRACE_CORRUPT: \/cut-off\.sf: block \d+ at byte \d+: .*\n {2}hint: .*\n1 error\n$/);
  });

  it("goes on behind a damage if asked", async ({ expect }) => {
    const file = await damaged("flipped", (bytes) => {
      bytes.fill(0x55, 60_000, 60_100);
      return bytes;
    });
    const stopped = await trace(["cat", file, "-f", "csv", "--fields", "record", "-q"]);
    const skipped = await trace(["cat", file, "-f", "csv", "--fields", "record", "-q", "--on-corrupt", "skip"]);
    expect([stopped.code, skipped.code]).toEqual([1, 0]);
    expect(skipped.stderr.replaceAll(scratch, "")).toMatch(/^warning: \/flipped\.sf: block \d+ at byte \d+: .*\n$/);
    const count = (ended: Ended): number => Number(ended.stdout.trim().split("\r\n").at(-1));
    expect(count(skipped)).toBeGreaterThan(count(stopped));
  });

  it("tells of files that are no traces", async ({ expect }) => {
    const texts = await Promise.all([trace(["cat", "nowhere.sf"]), trace(["cat", "examples"]), trace(["cat", "package.json"])]);
    expect(texts.map(({ code, stderr }) => [code, stderr])).toMatchInlineSnapshot(`
      [
        [
          1,
          "error MILLRACE_TRACE_FILE: can't read nowhere.sf: no such file or directory
      1 error
      ",
        ],
        [
          1,
          "error MILLRACE_TRACE_FILE: can't read examples: is a directory
      1 error
      ",
        ],
        [
          1,
          "error MILLRACE_TRACE_NOT_AVRO: package.json: cannot create OCFReader: cannot read OCF header with invalid magic bytes: \`{\\x0a  \`
        hint: A trace is an Avro object container file, such as the SysFlow collector writes.
      1 error
      ",
        ],
      ]
    `);
  });

  it("ends when nobody reads any more", async ({ expect }) => {
    const file = join(scratch, "long.sf");
    await trace(["generate", "-o", file, "-n", "20000", "-q"]);
    const { code } = await new Command("millrace", ["trace", "cat", file, "-q"], { closedStdout: true }).ended();
    expect(code).toBe(141);
  });
});

describe.concurrent("millrace trace stat", () => {
  it("counts", async ({ expect }) => {
    const { code, stdout } = await trace(["stat", pod, "--top", "3"]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "examples/traces/pod.sf
        records     45
          H           1  headers
          C           1  containers
          P           7  processes
          F           8  files
          PE         12  process events
          NF          3  network flows
          FF          4  file flows
          FE          5  file events
          NE          1  network events
          PF          1  process flows
          PD          1  pods
          KE          1  Kubernetes events
        from        2020-09-13T12:26:40.001000000Z
        to          2020-09-13T12:26:41.024000000Z
        duration    1.023s, 27 events, 26.4 a second
        processes
                 12  /usr/sbin/nginx
                 10  /bin/sh
                  4  /usr/bin/curl
        operations, the first 3 of 16
                  6  CLONE
                  3  EXEC
                  2  EXIT
        hosts
                 27  node-1
        containers
                 26  web (nginx:1.27)
      "
    `);
  });

  it("adds several up, goes on behind a bad one, and gives JSON", async ({ expect }) => {
    const { code, stdout, stderr } = await trace(["stat", pod, "nowhere.sf", talk, "--json", "--top", "1"]);
    expect(code).toBe(1);
    expect(stderr).toBe("error MILLRACE_TRACE_FILE: can't read nowhere.sf: no such file or directory\n1 error\n");
    const stats: { file: string; records: number }[] = JSON.parse(stdout);
    expect(stats.map(({ file, records }) => [file, records])).toEqual([
      [pod, 45],
      [talk, 21],
      ["all", 66],
    ]);
    expect(stats[1]).toMatchInlineSnapshot(`
      {
        "containers": [],
        "damages": 0,
        "events": 10,
        "file": "examples/traces/client-server.sf",
        "from": "1600000000001000000",
        "hosts": [
          {
            "count": 10,
            "name": "tests",
          },
        ],
        "lost": 0,
        "missing": 0,
        "operations": [
          {
            "count": 2,
            "name": "EXEC",
          },
        ],
        "processes": [
          {
            "count": 5,
            "name": "./client",
          },
        ],
        "records": 21,
        "to": "1600000022008000000",
        "types": {
          "F": 2,
          "FF": 4,
          "H": 1,
          "NF": 2,
          "P": 8,
          "PE": 4,
        },
      }
    `);
  });

  it("counts damages", async ({ expect }) => {
    const file = await damaged("stat-flipped", (bytes) => {
      bytes.fill(0x55, 60_000, 60_100);
      return bytes;
    });
    const { code, stdout } = await trace(["stat", file, "--on-corrupt", "skip"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}damaged {5}1 block, /m);
  });
});

describe.concurrent("millrace trace cut", () => {
  it("writes what a condition holds for, with all that it refers to", async ({ expect }) => {
    const output = join(scratch, "curl.sf");
    const { code, stdout, stderr } = await trace(["cut", pod, "-o", output, "-w", "sf.proc.name = curl"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr.replaceAll(scratch, "")).toMatchInlineSnapshot(`
      "/curl.sf: 4 of 27 events, 11 records
      2 network events and process flows left out by --where: there is no flat form of them
      "
    `);
    const before = await trace(["cat", pod, "-f", "json", "-q", "-w", "sf.proc.name = curl"]);
    const after = await trace(["cat", output, "-f", "json"]);
    expect(after.stdout).toBe(before.stdout);
    expect(after.stdout.split("\n").length).toBe(5);
  });

  it("says that there is no such process", async ({ expect }) => {
    const output = join(scratch, "nobody.sf");
    const { code, stderr } = await trace(["cut", pod, "-o", output, "--process-tree", "99"]);
    expect([code, stderr.replace(output, "O")]).toEqual([0, "O: 0 of 27 events, 1 record\nwarning: no event is of a process 99, or of a descendant of it\n"]);
  });

  it("takes a process with its descendants, by either of its names, and a span of time", async ({ expect }) => {
    const [byPid, byOid, byTime] = ["pid.sf", "oid.sf", "time.sf"].map((name) => join(scratch, name)) as [string, string, string];
    await trace(["cut", pod, "-o", byPid, "--process-tree", "2231", "-q"]);
    const shell = await trace(["cat", byPid, "-f", "json", "--fields", "proc.oid", "-w", "sf.proc.pid = 2231", "-n", "1"]);
    await trace(["cut", pod, "-o", byOid, "--process-tree", JSON.parse(shell.stdout)["proc.oid"], "-q"]);
    const pids = await trace(["cat", byOid, "-f", "csv", "--fields", "proc.pid", "-q"]);
    expect([...new Set(pids.stdout.trim().split("\r\n").slice(1))]).toEqual(["2231", "2232"]);
    expect(pids.stdout).toBe((await trace(["cat", byPid, "-f", "csv", "--fields", "proc.pid", "-q"])).stdout);
    await trace(["cut", pod, "-o", byTime, "--from", "2020-09-13T12:26:40.012Z", "--to", "+13ms", "-q"]);
    expect((await trace(["cat", byTime, "-f", "csv", "--fields", "time"])).stdout.trim().split("\r\n").slice(1)).toEqual([
      "2020-09-13T12:26:40.012000000Z",
      "2020-09-13T12:26:40.012000000Z",
      "2020-09-13T12:26:40.013000000Z",
    ]);
  });

  it("keeps what stands before a damage, and says so", async ({ expect }) => {
    const file = await damaged("cut-damaged", (bytes) => bytes.subarray(0, bytes.length - 30_000));
    const output = join(scratch, "sound.sf");
    const { code, stderr } = await trace(["cut", file, "-o", output]);
    expect(code).toBe(1);
    expect(stderr).toContain("MILLRACE_TRACE_CORRUPT");
    expect((await trace(["stat", output])).code).toBe(0);
  });

  it("leaves nothing behind when it can't work", async ({ expect }) => {
    const copy = join(scratch, "self.sf");
    writeFileSync(copy, readFileSync(join(root, pod)));
    const output = join(scratch, "nothing.sf");
    const ended = await Promise.all([
      trace(["cut", copy, "-o", copy]),
      trace(["cut", pod, "-o", output, "--from", "noon"]),
      trace(["cut", "package.json", "-o", output]),
      trace(["cut", pod, "-o", join(scratch, "no/folder.sf")]),
      trace(["cut", pod]),
    ]);
    expect(ended.map(({ code, stderr }) => [code, stderr.replaceAll(scratch, "")])).toMatchInlineSnapshot(`
      [
        [
          1,
          "error MILLRACE_TRACE_FILE: can't write /self.sf: it is the trace that is read
        hint: give another name with -o
      1 error
      ",
        ],
        [
          1,
          "error MILLRACE_TRACE_TIME: --from noon is no time
        hint: write 2020-09-13T12:26:40Z, nanoseconds since the epoch, or +90s for so long after the first event
      1 error
      ",
        ],
        [
          1,
          "error MILLRACE_TRACE_NOT_AVRO: package.json: cannot create OCFReader: cannot read OCF header with invalid magic bytes: \`{\\x0a  \`
        hint: A trace is an Avro object container file, such as the SysFlow collector writes.
      1 error
      ",
        ],
        [
          1,
          "error MILLRACE_TRACE_FILE: can't write /no/folder.sf: no such file or directory
      1 error
      ",
        ],
        [
          2,
          "error: required option '-o, --output <file>' not specified
      (millrace trace cut --help says what there is)
      ",
        ],
      ]
    `);
    expect(existsSync(output)).toBe(false);
    expect(readdirSync(scratch).filter((name) => name.startsWith("nothing") || name.startsWith("self.sf."))).toEqual([]);
    expect(readFileSync(copy)).toEqual(readFileSync(join(root, pod)));
  });
});

describe.concurrent("millrace trace generate", () => {
  it("gives the same bytes for the same options, and others for others", async ({ expect }) => {
    const make = async (name: string, ...options: string[]): Promise<Buffer> => {
      const output = join(scratch, name);
      const { code, stderr } = await trace(["generate", "-o", output, "-n", "500", ...options]);
      expect([code, stderr.replace(/, \d+ records/, "")]).toEqual([0, `${output}: 500 events\n`]);
      return readFileSync(output);
    };
    const [one, same, seeded, salted] = await Promise.all([make("one.sf"), make("same.sf"), make("seed.sf", "--seed", "2"), make("salt.sf", "--salt", "s1")]);
    expect(one.equals(same)).toBe(true);
    expect([one.equals(seeded), one.equals(salted)]).toEqual([false, false]);
    const shown = await trace(["cat", join(scratch, "salt.sf"), "-f", "csv", "--fields", "proc.exe,node.id", "-q"]);
    const programs = new Set(shown.stdout.trim().split("\r\n").slice(1));
    expect([...programs].every((line) => line.startsWith("/s1/") && line.endsWith(",generated-s1"))).toBe(true);
  });

  it("leaves nothing behind when a signal ends it", async ({ expect }) => {
    const output = join(scratch, "endless.sf");
    const command = new Command("millrace", ["trace", "generate", "-o", output, "-n", "1000000000", "-q"]);
    const deadline = Date.now() + 10_000;
    while (!existsSync(`${output}.partial`) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    command.signal("SIGINT");
    expect((await command.ended()).code).toBe(130);
    expect([existsSync(`${output}.partial`), existsSync(output)]).toEqual([false, false]);
  });

  it("refuses what is no number", async ({ expect }) => {
    const { code, stderr } = await trace(["generate", "-o", "x.sf", "-n", "many"]);
    expect([code, stderr]).toMatchInlineSnapshot(`
      [
        2,
        "error: option '-n, --events <count>' argument 'many' is invalid. It is a whole number, 0 or more.
      (millrace trace generate --help says what there is)
      ",
      ]
    `);
  });
});
