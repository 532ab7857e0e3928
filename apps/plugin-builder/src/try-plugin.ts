// Loads a bundle in a process of its own, says what it exports, and lets each plugin in it live once.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic, Plugin } from "@millrace/api";
import type { ManifestPlugin } from "@millrace/core";
import type { ConformanceCheck, ConformanceOptions } from "@millrace/testkit";
import { describePlugin, loadPlugins, messageOf } from "./child/load-plugins.ts";
import { taskOfParent, tellParent } from "./child/spawn.ts";

export interface TryTask {
  /** The bundle, absolute. */
  readonly file: string;
  /** The folder of the plugin's package, whose testkit is used. */
  readonly folder: string;
  /** Options to try plugins with, by the name of the plugin. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether plugins are made and run, and not only loaded. */
  readonly live: boolean;
  /** The folders of the packages in the bundle whose layout of records is asked for, by name. */
  readonly layouts: Readonly<Record<string, string>>;
}

export type TryMessage =
  | {
      readonly type: "loaded";
      readonly plugins: readonly ManifestPlugin[];
      readonly layouts: Readonly<Record<string, string>>;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly type: "tried"; readonly trial: Trial };

/** How one plugin lived. */
export interface Trial {
  readonly kind: string;
  readonly name: string;
  /** The checks that it passed. */
  readonly passed: readonly string[];
  /** What failed, with the reason. */
  readonly failed: readonly { readonly check: string; readonly message: string; readonly hint?: string }[];
  /** Why it was not made, where it was not. */
  readonly leftOut?: string;
}

type Testkit = typeof import("@millrace/testkit");

/** The suites of the testkit that suit any plugin, whatever it does with what it is fed. */
const SUITES: readonly string[] = ["description", "life cycle"];

/** Checks of these suites that ask for more than a build can know: how much a plugin sends in real time is its own affair. */
const TOO_STRICT: readonly string[] = ["shares no state between instances"];

const task = await taskOfParent<TryTask>();
const { plugins, diagnostics } = await loadPlugins({ from: "file", path: task.file }, task.folder);
await tellParent<TryMessage>({ type: "loaded", plugins: plugins.map(describePlugin), layouts: await layoutsOf(task.layouts), diagnostics });
if (task.live && !diagnostics.some(({ severity }) => severity === "error")) {
  const testkit = await testkitFor(task.folder);
  for (const plugin of plugins) await tellParent<TryMessage>({ type: "tried", trial: await tryOne(plugin, testkit, task.options[plugin.name]) });
}
// A plugin that leaves a timer or a socket behind would keep this process alive.
process.exit(0);

/** The fingerprints of the layouts of records, as the very packages that were bundled tell them. */
async function layoutsOf(packages: TryTask["layouts"]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, folder] of Object.entries(packages)) {
    const path = createRequire(join(folder, "package.json")).resolve(name);
    const { layoutFingerprint } = (await import(pathToFileURL(path).href)) as { readonly layoutFingerprint?: unknown };
    if (typeof layoutFingerprint === "string") found[name] = layoutFingerprint;
  }
  return found;
}

/** The testkit that the plugin is tested with: it belongs to the release. Or else the one that came with this builder. */
async function testkitFor(folder: string): Promise<Testkit> {
  let own: string | undefined;
  try {
    own = createRequire(join(folder, "package.json")).resolve("@millrace/testkit");
  } catch {
    // The plugin's package has none.
  }
  return own === undefined ? import("@millrace/testkit") : ((await import(pathToFileURL(own).href)) as Testkit);
}

async function tryOne(plugin: Plugin, testkit: Testkit, options: unknown): Promise<Trial> {
  const given: ConformanceOptions = { clock: "system", ...(options !== undefined && { options: options as Readonly<Record<string, unknown>> }) };
  const leftOut = await whyNot(plugin, options);
  const passed: string[] = [];
  const failed: { check: string; message: string; hint?: string }[] = [];
  for (const check of testkit.conformanceChecks(plugin, given)) {
    if (!SUITES.includes(check.suite) || TOO_STRICT.includes(check.name) || check.leftOut !== undefined) continue;
    // What fails once is likely to fail in the next check too, for the same reason, and each may wait long.
    if (check.suite !== "description" && (leftOut !== undefined || failed.length > 0)) continue;
    const failure = await failureOf(check);
    if (failure === undefined) passed.push(check.name);
    else failed.push({ check: check.name, ...failure });
  }
  return { kind: plugin.kind, name: plugin.name, passed, failed, ...(leftOut !== undefined && { leftOut }) };
}

/** Why an instance can't be made here without knowing more of it. */
async function whyNot(plugin: Plugin, options: unknown): Promise<string | undefined> {
  const wanting = Object.entries(plugin.hosts).filter(([, { required }]) => required === true);
  if (wanting.length > 0) return `it wants ${wanting.map(([, { kind }]) => `a ${kind}`).join(" and ")} to live in it`;
  if (plugin.options === undefined || options !== undefined) return undefined;
  const result = await plugin.options["~standard"].validate({});
  if (result.issues === undefined) return undefined;
  const keys = result.issues
    .map(({ path }) => path?.map((part) => String(typeof part === "object" ? part.key : part)).join(".") ?? "")
    .filter((key) => key !== "");
  return `it wants options${keys.length === 0 ? "" : `: ${[...new Set(keys)].join(", ")}`}`;
}

async function failureOf(check: ConformanceCheck): Promise<{ readonly message: string; readonly hint?: string } | undefined> {
  try {
    await check.run();
    return undefined;
  } catch (cause) {
    const message = messageOf(cause);
    const hint = cause instanceof Error && "hint" in cause && typeof cause.hint === "string" ? cause.hint : undefined;
    return { message, ...(hint !== undefined && { hint }) };
  }
}
