// Makes the traces of the benchmark, and prints what it made as JSON. Runs with the sources of the packages.
import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import { readTrace, traceWriter, writeTrace } from "../../packages/sysflow/src/index.ts";
import { scenario } from "../../packages/testkit/src/scenario/index.ts";
import { takeApart } from "./container.mjs";

const [what, from, to, count] = process.argv.slice(2);
if (what === "repeat") repeat(from, to, Number(count));
else if (what === "salt") await salt(from, to, Number(count));
else if (what === "generate") await generate(to);
else throw new Error(`unknown: ${what}`);

/** The blocks of a trace, again and again. */
function repeat(source, target, records) {
  const { head, blocks } = takeApart(readFileSync(source));
  const once = blocks.reduce((sum, block) => sum + block.records, 0);
  const repetitions = Math.max(1, Math.round(records / once));
  const file = openSync(target, "w");
  writeSync(file, head);
  const all = Buffer.concat(blocks.map(({ whole }) => whole));
  for (let i = 0; i < repetitions; i++) writeSync(file, all);
  closeSync(file);
  print(once * repetitions);
}

/**
 * The records of a trace again and again, each time of other processes and files under other paths, and with the first
 * header alone: the tables grow, and nothing that was remembered of one repetition serves the next.
 */
async function salt(source, target, wanted) {
  const records = [];
  const input = openSync(source, "r");
  for await (const part of readTrace((into) => readSync(input, into, 0, into.length, null), { file: source })) records.push(...part.rows);
  closeSync(input);
  const writer = await traceWriter({ sync: Buffer.alloc(16, 0x5a) });
  const file = openSync(target, "w");
  const put = (bytes) => bytes && writeSync(file, bytes);
  put(writer.head);
  let written = 0;
  for (let repetition = 0; written < wanted; repetition++) {
    for (const record of records) {
      if (record.type === "H" && repetition > 0) continue;
      put(writer.add(salted(record, repetition)));
      written++;
    }
  }
  put(writer.flush());
  closeSync(file);
  print(written);
}

function salted({ type, value }, repetition) {
  const oid = (id) => id && { createTs: id.createTs + BigInt(repetition) * 1_000_003n, hpid: id.hpid + BigInt(repetition) };
  const foid = (id) =>
    id && (Number.parseInt(id.slice(0, 8), 16) ^ (repetition * 2_654_435_761)).toString(16).replace("-", "f").padStart(8, "0").slice(-8) + id.slice(8);
  switch (type) {
    case "P":
      return { type, value: { ...value, oid: oid(value.oid), poid: oid(value.poid), exeArgs: `${value.exeArgs} ${repetition}` } };
    case "F":
      return { type, value: { ...value, oid: foid(value.oid), path: `${value.path}.${repetition}` } };
    case "H":
    case "C":
    case "PD":
    case "KE":
      return { type, value };
    default:
      return {
        type,
        value: {
          ...value,
          procOid: oid(value.procOid),
          ...("fileOid" in value && { fileOid: foid(value.fileOid) }),
          ...(value.newFileOid && { newFileOid: foid(value.newFileOid) }),
        },
      };
  }
}

/** A trace of our own: a web server, its helpers, and a job that walks through files, on one host. */
async function generate(target) {
  const scene = scenario().host("bench", { ip: "10.9.0.1" }).container("web", { image: "web:1" });
  scene.process("init", { exe: "/sbin/init" }).process("server", { exe: "/usr/sbin/server", args: "-c /etc/server.conf", container: "web", entry: true });
  for (let i = 0; i < 400; i++) {
    scene.by("server").accept(`10.9.${i % 7}.${(i % 250) + 1}:${40_000 + i}`, "10.9.0.1:443", { readBytes: 400 + i, writeBytes: 9000 + i * 7 });
    for (let k = 0; k < 9; k++) scene.read(`/srv/www/${i % 40}/page-${(i * 7 + k) % 300}.html`, { readBytes: 2000 + k * 31 });
    scene.write("/var/log/server.log", { writeBytes: 120 });
    if (i % 20 === 0) {
      scene.process(`job-${i}`, { exe: "/usr/bin/find", args: `/srv/www/${i}`, parent: "server" }).exec();
      for (let k = 0; k < 30; k++) scene.read(`/srv/data/${i}/${k}`, { readBytes: 512 });
      scene.rename(`/srv/data/${i}/0`, `/srv/data/${i}/done`).exit(0);
    }
  }
  const bytes = await writeTrace(scene.records, { sync: Buffer.alloc(16, 0x3c) });
  writeFileSync(target, bytes);
  print(scene.records.length);
}

function print(records) {
  process.stdout.write(`${JSON.stringify({ records })}\n`);
}
