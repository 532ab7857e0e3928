import { type Command, InvalidArgumentError, Option } from "commander";

/** Adds `millrace policy`. What a command does is loaded when it is called. */
export function addPolicyCommands(program: Command, ends: (exitCode: number) => void): void {
  const policy = program.command("policy").description("check, list, explain and test rules");
  const language = new Option("-l, --language <language>", "what the rules are written in").choices(["falco", "sigma"]).default("falco");
  const mapping = new Option("-c, --config <mapping>", "the field mapping of Sigma rules");
  const logsource = new Option("--logsource <which>", "strict: a Sigma rule judges only the record types that its log source speaks of")
    .choices(["any", "strict"])
    .default("any");
  const skipInvalid = new Option("--skip-invalid", "leave out bad Sigma rules, with a warning");
  const strict = new Option("--strict", "make warnings errors");

  policy
    .command("check")
    .description("say all that is wrong with policies, and count what is in them")
    .argument("<path...>", "policy files, or folders of them")
    .addOption(language)
    .addOption(mapping)
    .addOption(logsource)
    .addOption(skipInvalid)
    .addOption(strict)
    .option("--json", "as JSON")
    .action(async (paths, options) => ends(await (await import("./check.ts")).checkPolicies({ ...options, paths })));

  policy
    .command("list")
    .description("list the rules, and which types of records each can match")
    .argument("<path...>", "policy files, or folders of them")
    .addOption(language)
    .addOption(mapping)
    .addOption(logsource)
    .addOption(skipInvalid)
    .addOption(strict)
    .option("--json", "as JSON, with descriptions, actions and places")
    .action(async (paths, options) => ends(await (await import("./list.ts")).listPolicies({ ...options, paths })));

  policy
    .command("explain")
    .description("say why a rule matches a record of a trace, or why not: by default the first record that it matches, or else the nearest one")
    .argument("<rule>", "the name of the rule")
    .argument("<trace>", "the trace")
    .addOption(new Option("-p, --policies <path>", 'a policy file, or a folder of them; may be given more than once (default: "policies")').argParser(andAlso))
    .addOption(new Option("-r, --record <number>", "the record of this number, as trace cat shows it").argParser(recordNumber))
    .addOption(new Option("-w, --where <condition>", "the first record for which this holds, in the policy language"))
    .addOption(new Option("--first", "the first record that matches, and no other").conflicts(["record", "where"]))
    .addOption(language)
    .addOption(mapping)
    .addOption(logsource)
    .addOption(skipInvalid)
    .addOption(strict)
    .addOption(new Option("--on-corrupt <what>", "what a damaged place does: end with an error, or go on behind it").choices(["stop", "skip"]).default("stop"))
    .addOption(new Option("-q, --quiet", "no progress"))
    .action(async (rule, trace, { policies = ["policies"], ...options }) =>
      ends(await (await import("./explain.ts")).explainPolicy({ ...options, rule, trace, paths: policies })),
    );

  policy
    .command("test")
    .description("run the tests that stand beside rules")
    .argument("<path...>", "test files (*.test.yaml), or folders in which they are")
    .addOption(strict)
    .addOption(new Option("-q, --quiet", "only what fails"))
    .action(async (paths, options) => ends(await (await import("./test.ts")).testPolicies(paths, options)));
}

/** One more value of an option that may be given more than once. Unlike a list of values, it takes no argument that comes after it. */
function andAlso(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function recordNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("Records are numbered from 1.");
  return Number(text);
}
