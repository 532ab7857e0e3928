import type { SysflowRecord } from "@millrace/api/sysflow";
import { type FlatRows, flatten } from "@millrace/sysflow";
import { formatDiagnostics } from "@millrace/text";
import { type LoadedPolicies, loadPolicies, type PolicySources } from "../../src/index.ts";

/** A Sigma rule around a detection, written with two blanks of indentation. */
export function sigmaRule(detection: string, more = ""): string {
  return `title: t\nid: r\n${more}detection:\n${detection.replace(/^\n/, "").replace(/^/gm, "  ")}\n`;
}

/** Reads one Sigma file called r.yml. */
export function readSigma(text: string, options: Partial<PolicySources> = {}): LoadedPolicies & { readonly findings: string } {
  const loaded = loadPolicies({ language: "sigma", files: [{ path: "r.yml", text }], ...options });
  return { ...loaded, findings: formatDiagnostics(loaded.diagnostics) };
}

/** What a process is asked for. */
export interface ProcessSketch {
  readonly exe?: string;
  readonly args?: string;
  readonly user?: string;
  readonly uid?: number;
}

/** An event of a process. */
export function processEvent({ exe = "/bin/x", args = "", user = "root", uid = 0 }: ProcessSketch): FlatRows {
  const oid = { hpid: 1n, createTs: 1n };
  const records: SysflowRecord[] = [
    { type: "H", value: { version: 4, exporter: "h", ip: "10.0.0.9", filename: "" } },
    {
      type: "P",
      value: {
        state: "CREATED",
        oid,
        poid: undefined,
        ts: 1n,
        exe,
        exeArgs: args,
        uid,
        userName: user,
        gid: 0,
        groupName: "",
        tty: false,
        containerId: undefined,
        entry: false,
        cwd: "",
        env: [],
      },
    },
    { type: "PE", value: { procOid: oid, ts: 2n, tid: 1n, opFlags: 2, args: [], ret: 0 } },
    {
      type: "NF",
      value: {
        procOid: oid,
        ts: 3n,
        tid: 1n,
        opFlags: 0x20,
        endTs: 4n,
        fd: 3,
        numRRecvOps: 0n,
        numWSendOps: 0n,
        numRRecvBytes: 0n,
        numWSendBytes: 0n,
        sip: "10.1.2.3",
        sport: 1000,
        dip: "192.168.7.1",
        dport: 443,
        proto: 6,
      },
    },
  ];
  return flatten(records) as FlatRows;
}

/** Whether the one rule of a file matches: the event of the process, and its connection. */
export function matches(text: string, sketch: ProcessSketch, options: Partial<PolicySources> = {}): boolean[] {
  const { engine, findings } = readSigma(text, options);
  if (engine === undefined) throw new Error(findings);
  const rows = processEvent(sketch);
  engine.begin();
  return [0, 1].map((index) => engine.judge(rows, index).rules.length > 0);
}

/** Whether a detection of one field matches a process. */
export function holds(field: string, value: string, sketch: ProcessSketch, options: Partial<PolicySources> = {}): boolean {
  return matches(sigmaRule(`s:\n  ${field}: ${value}\ncondition: s`), sketch, options)[0] as boolean;
}
