// The tables of options in the READMEs of the plugins. A README has a place for each plugin of its package:
// `<!-- options KIND/NAME: begin -->` … `<!-- options KIND/NAME: end -->`.
import { partsOf, withPart } from "./markdown.mjs";
import { metricProblems } from "./metrics.mjs";
import { optionTable } from "./options.mjs";
import { pluginPackages, titleOf } from "./plugins.mjs";

const PART = /^options (.+)$/;

export async function pluginReadmes() {
  const written = new Map();
  for (const { path, folder, readme, plugins } of await pluginPackages()) {
    const page = `${path}/README.md`;
    const problems = metricProblems(folder, readme);
    const dead = partsOf(readme).filter((part) => PART.test(part) && !plugins.some((plugin) => titleOf(plugin) === PART.exec(part)[1]));
    problems.push(...dead.map((part) => `it has a place for ${part}, and its package no such plugin`));
    if (problems.length > 0) throw new Error(problems.map((problem) => `${page}: ${problem}`).join("\n"));
    written.set(
      page,
      plugins.reduce((text, plugin) => withPart(text, `options ${titleOf(plugin)}`, optionTable(plugin), page), readme),
    );
  }
  return written;
}
