// What a registry has, asked through npm, so that its settings (registry, proxy, tokens) count.
import { run } from "../bootstrap/steps.mjs";

/**
 * What is published of a package: its versions, and the hash of each one's archive (`sha512-…`). Empty where the registry
 * does not know it; throws where the registry can't be asked.
 */
export async function published(name) {
  const { code, stdout, output } = await run("npm", ["view", name, "versions", "--json"]);
  if (code !== 0) {
    if (errorCode(stdout) === "E404") return [];
    throw new Error(`npm can't ask the registry for ${name}: ${firstLine(output)}`);
  }
  return [JSON.parse(stdout)].flat();
}

/** The hash of the archive of a published version, as the registry gives it. */
export async function publishedIntegrity(name, version) {
  const { code, stdout, output } = await run("npm", ["view", `${name}@${version}`, "dist.integrity", "--json"]);
  if (code !== 0) throw new Error(`npm can't ask the registry for ${name} ${version}: ${firstLine(output)}`);
  return JSON.parse(stdout);
}

function errorCode(stdout) {
  try {
    return JSON.parse(stdout).error.code;
  } catch {
    // Without JSON npm did not come as far as an answer.
    return undefined;
  }
}

function firstLine(output) {
  return /npm error (?!code)(.*)/.exec(output)?.[1] ?? output.trim().split("\n")[0];
}
