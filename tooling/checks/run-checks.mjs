import { bold, line, red, run } from "../bootstrap/steps.mjs";

/**
 * Runs checks one after the other. Each is a line; of those that fail, what they printed follows. Gives how many passed
 * and how many failed.
 */
export async function runChecks(list) {
  let failed = 0;
  for (const { name, command, about } of list) {
    const finish = line(name);
    const [program, ...args] = command;
    const result = await run(program, args);
    finish(result.code === 0, about);
    if (result.code === 0) continue;
    failed += 1;
    process.stdout.write(`\n${result.output.trimEnd()}\n\n${red("✗")} ${bold(command.join(" "))} ended with ${result.code}\n\n`);
  }
  return { passed: list.length - failed, failed };
}
