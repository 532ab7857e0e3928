// What a registry has, asked through npm, so that its settings (registry, proxy, tokens) count.
import { run } from "../bootstrap/steps.mjs";

/**
 * What is published of a package: its versions, and the hash of each one's archive (`sha512-…`). Empty where the registry
 * does not know it; throws where the registry can't be asked.
 */
export async function published(name) {
  const { code, answer, problem } = await view(name, "versions");
  if (code === 0) return [answer].flat();
  if (answer?.error?.code === "E404") return [];
  throw new Error(`npm can't ask the registry for ${name}: ${problem}`);
}

/** The hash of the archive of a published version, as the registry gives it. */
export async function publishedIntegrity(name, version) {
  const { code, answer, problem } = await view(`${name}@${version}`, "dist.integrity");
  if (code !== 0) throw new Error(`npm can't ask the registry for ${name} ${version}: ${problem}`);
  return answer;
}

/** Asks. Gives npm's exit code, its answer, and what it says is wrong, in one line. */
async function view(spec, field) {
  const { code, stdout, output } = await run("npm", ["view", spec, field, "--json"]);
  const answer = parsed(stdout);
  return { code, answer, problem: (answer?.error?.summary ?? output).trim().split("\n")[0] };
}

function parsed(stdout) {
  try {
    return JSON.parse(stdout);
  } catch {
    // npm did not come as far as an answer: what it printed says why.
    return undefined;
  }
}
