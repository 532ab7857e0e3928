import { readFileSync, readdirSync, existsSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Source, DiagnosticBag, formatDiagnostics } from "@millrace/text";
import { readTrace, walk, EntityTables, FlatBuilder, type FlatRows, names } from "@millrace/sysflow";
import * as P from "../src/index.ts";
const S = "/work/shared";
export async function flat(trace: string): Promise<FlatRows[]> {
  const data = readFileSync(`${S}/traces/${trace}.sf`);
  let at = 0;
  const read = (into: any) => { const n = Math.min(into.length, data.length - at); data.copy(into, 0, at, at + n); at += n; return n; };
  const out: FlatRows[] = [];
  const tables = new EntityTables();
  for await (const part of readTrace(read as any, { file: trace })) {
    const b = new FlatBuilder();
    walk((part as any).rows, tables, { begin: (r: any) => b.begin(r), event: (base: any, type: any, around: any, f: any, n: any) => { if (type !== names.NETWORK_EVENT && type !== names.PROCESS_FLOW) b.add(base, around, f, n); }, missing: () => undefined } as any);
    const e = b.end(); if (e) out.push(e);
  }
  return out;
}
const [kase, files, mode = "alert"] = process.argv.slice(2);
const found = new DiagnosticBag();
const builder = new P.ConditionBuilder();
const set = P.readFalcoRules(files!.split(",").map((f) => new Source(f, readFileSync(`${S}/policies/${f}`, "utf8"))), P.sysflowCatalog, builder, { strict: false }, found);
console.log("read");console.log(formatDiagnostics(found.list()).split("\n").slice(-1)[0], set.rules.length, builder.nodes.length);
console.log("compile");const engine = new P.Engine({ ...set, conditions: builder.nodes }, builder);
for (const f of readdirSync(`${S}/golden/sysflow/${kase}`).filter((f) => f.endsWith(".jsonl.gz"))) {
  const trace = f.slice(0, -9);
  const golden = gunzipSync(readFileSync(`${S}/golden/sysflow/${kase}/${f}`)).toString().split("\n").filter(Boolean).map((l) => { try { const j = JSON.parse(l); return (j.policies ?? []).map((p: any) => p.id).join("|"); } catch { return "BAD"; } });
  const ours: string[] = []; let bad = 0;
  console.log(trace); const batches = await flat(trace);console.log("flat");
  const t = process.cpuUsage(); let n = 0;
  for (const b of batches) { engine.begin(); for (let i = 0; i < b.records; i++) { n++; const v = engine.judge(b, i); if (!v.dropped && (mode === "enrich" || v.rules.length)) ours.push(v.rules.map((r) => r.name).join("|"));
    } }
  const cpu = process.cpuUsage(t).user;
  if (n < 8000) for (const b of batches) for (let i = 0; i < b.records; i++) { const v = engine.judge(b, i); if (!v.dropped) for (const r of set.rules) { const h = r.enabled && (r.types.length === 0 || r.types.includes(([, , , , "PE", "NF", "FF", "FE", "", "", "", "KE"] as any)[b.type(i)])) && P.interpret(r.condition, b, i); if (h !== v.rules.includes(r)) bad++; } }
  let same = ours.length === golden.length, first = -1;
  for (let i = 0; i < Math.max(ours.length, golden.length); i++) if (ours[i] !== golden[i]) { same = false; if (first < 0) first = i; }
  console.log(trace, n, ours.length, golden.length, same ? "EQUAL" : `DIFF at ${first}: ours ${ours[first]} golden ${golden[first]}`, "vs interpreter", bad, (cpu / n).toFixed(3), "us/rec");
}
