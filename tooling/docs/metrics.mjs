// The metrics that a package makes, as its sources say them, and whether its README tells of each.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { section } from "./markdown.mjs";

const CALL = /\.(counter|gauge|newCounter|newGauge)\(\s*(?:"([\w]+)"|`([^`]*)`)/g;
/** What the SDK of Fluent Bit puts before the names of metrics. */
const SDK_PREFIX = "fluentbit_plugin_";
/** What those make for all plugins: the define helpers, and what several plugins share. */
const SHARED = ["packages/api/src", "packages/flow/src"];

/** What README and sources say differently of the metrics of a package. */
export function metricProblems(folder, readme) {
  const text = section(readme, "Metrics") ?? "";
  const told = [...text.matchAll(/^\|([^|]+)\|/gm)].flatMap((row) => [...row[1].matchAll(/`([a-z0-9_]+)(?:\{\w+\})?`/g)].map((match) => match[1]));
  const made = metricsIn(join(folder, "src"));
  const shared = SHARED.flatMap((path) => metricsIn(join(folder, "../../..", path)));
  return [
    ...made.filter((metric) => !told.some((name) => metric.test.test(name))).map(({ shown }) => `its section Metrics does not tell of ${shown}`),
    ...told
      .filter((name) => ![...made, ...shared].some((metric) => metric.test.test(name)))
      .map((name) => `it tells of a metric ${name}, and nothing makes it`),
  ];
}

/** The metrics that the files of a folder make; in the name of one, what is put in is shown as `…`. */
function metricsIn(folder) {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile() && entry.name.endsWith(".ts"));
  return files.flatMap((entry) =>
    [...readFileSync(join(entry.parentPath, entry.name), "utf8").matchAll(CALL)].map(([, call, plain, template]) => {
      const shown = `${call.startsWith("new") ? SDK_PREFIX : ""}${plain ?? template.replace(/\$\{[^}]*\}/g, "…")}`;
      return { shown, test: new RegExp(`^${shown.replaceAll("…", "\\w+")}$`) };
    }),
  );
}
