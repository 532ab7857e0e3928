import type { Trial } from "../try-plugin.ts";
import type { Built } from "./build.ts";

/** What was built, in a few lines for people. */
export function buildReport({ manifest, release, trials, files, fixed }: Built): string {
  const width = Math.max(...files.map(({ path }) => path.length), ...manifest.plugins.map(({ kind, name }) => kind.length + 1 + name.length));
  const row = (what: string, text: string): string => `  ${what.padEnd(width)}  ${text}`.trimEnd();
  const pins = Object.entries(manifest.pins).map(([name, version]) => `${name} ${version}`);
  return [
    ...(fixed.length === 0 ? [] : [`package.json: ${fixed.join(", ")}`]),
    `${manifest.name} ${manifest.version} is built for driver ${manifest.release.driver} (${release.from})`,
    ...manifest.plugins.map(({ kind, name }) => row(`${kind} ${name}`, trialText(trials.find((trial) => trial.kind === kind && trial.name === name)))),
    ...files.map(({ path, bytes }) => row(path, sizeText(bytes))),
    `  pins ${pins.join(", ")}`,
    `  bundles ${bundledText(manifest.bundled)}`,
    `  sha256 ${manifest.sha256}`,
    "",
  ].join("\n");
}

function trialText(trial: Trial | undefined): string {
  if (trial === undefined) return "loaded, not tried";
  if (trial.leftOut !== undefined) return `loaded, not run: ${trial.leftOut}`;
  return `loaded and run: ${trial.passed.length} checks passed`;
}

function bundledText(bundled: Built["manifest"]["bundled"]): string {
  if (bundled.length === 0) return "nothing of others";
  return bundled.map(({ name, version, license }) => `${name} ${version} (${license})`).join(", ");
}

function sizeText(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
