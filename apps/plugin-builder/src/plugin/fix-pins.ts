import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MillraceError } from "@millrace/api";
import { packageManagerOf } from "./installed.ts";
import type { PinFix } from "./pins.ts";

/** How long an installation may take, in milliseconds. */
const INSTALL_MS = 300_000;

/** Writes versions into the `package.json` of a folder, in its own layout. */
export function writePins(folder: string, fixes: readonly PinFix[]): void {
  if (fixes.length === 0) return;
  const file = join(folder, "package.json");
  const text = readFileSync(file, "utf8");
  const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
  for (const { table, name, version } of fixes) {
    const entries = Object.entries({ ...manifest[table], [name]: version });
    const known = manifest[table] !== undefined && name in manifest[table];
    manifest[table] = Object.fromEntries(known ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? "  ";
  writeFileSync(file, `${JSON.stringify(manifest, undefined, indent)}${text.endsWith("\n") ? "\n" : ""}`);
}

/** Installs what package.json asks for, with the package manager whose lock file is there. Gives the command. */
export function install(folder: string): Promise<string> {
  const manager = packageManagerOf(folder);
  const args = manager === "npm" ? ["install", "--no-audit", "--no-fund"] : ["install"];
  const command = [manager, ...args].join(" ");
  return new Promise((resolve, reject) => {
    execFile(manager, args, { cwd: folder, timeout: INSTALL_MS, maxBuffer: 1 << 28, shell: process.platform === "win32" }, (error, stdout, stderr) => {
      if (error === null) resolve(command);
      else
        reject(new MillraceError("MILLRACE_BUILDER_INSTALL", `${command} failed in ${folder}`, { cause: lastLines(`${stdout}\n${stderr}`) || error.message }));
    });
  });
}

function lastLines(output: string): string {
  return output.trim().split("\n").slice(-12).join("\n");
}
