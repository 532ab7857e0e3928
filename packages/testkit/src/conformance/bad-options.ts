import type { Diagnostic } from "@millrace/api";
import { diagnose } from "../harness/diagnose.ts";
import { type Check, must } from "./check.ts";
import { propertiesOf, typesOf } from "./json-schema.ts";
import type { Subject } from "./subject.ts";

/** How a plugin takes options that are wrong. They are found by planning, before an instance is made. */
export const optionChecks: readonly Check[] = [
  {
    name: "takes the options that it is checked with",
    async run(subject) {
      const errors = errorsOf(await diagnosed(subject, await subject.options()));
      must(errors.length === 0, () => `they are refused: ${errors.map(({ message }) => message).join("; ")}`, "give working ones by the option options");
    },
  },
  {
    name: "refuses an unknown option, and names the nearest",
    unfit: ({ plugin }) => (plugin.freeOptions ? "it takes any" : undefined),
    async run(subject) {
      const keys = new Set(propertiesOf(subject.plugin).keys());
      const known = [...keys].find((key) => misspelled(key, keys) !== undefined);
      const wrong = known === undefined ? "nonsense" : (misspelled(known, keys) as string);
      const found = (await diagnosed(subject, { ...(await subject.options()), [wrong]: "x" })).filter(({ message }) => message.includes(`"${wrong}"`));
      must(found.length > 0, `nobody minds the option "${wrong}"`, "describe options by a strict schema");
      if (known !== undefined)
        must(
          found.some(({ message, hint }) => `${message} ${hint ?? ""}`.includes(known)),
          `"${known}" is not named as the nearest to "${wrong}"`,
        );
    },
  },
  {
    name: "refuses values of the wrong type, all at once",
    unfit: ({ plugin }) => (typedKeys(plugin).length === 0 ? "no option has a type that an object is not" : undefined),
    async run(subject) {
      const keys = typedKeys(subject.plugin);
      const wrong = Object.fromEntries(keys.map((key) => [key, { no: "such value" }]));
      const errors = errorsOf(await diagnosed(subject, { ...(await subject.options()), ...wrong }));
      const missed = keys.filter((key) => !errors.some(({ message }) => message.includes(key)));
      must(missed.length === 0, () => `an object passes as ${missed.join(", ")}`);
    },
  },
];

function errorsOf(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === "error");
}

async function diagnosed(subject: Subject, options: Readonly<Record<string, unknown>>): Promise<readonly Diagnostic[]> {
  return diagnose(subject.plugin, { ...(await subject.harnessOptions()), options });
}

/** A key with a letter missing that is no key itself. */
function misspelled(key: string, keys: ReadonlySet<string>): string | undefined {
  const wrong = key.slice(0, -2) + key.slice(-1);
  const folded = new Set([...keys].map((known) => known.toLowerCase()));
  return key.length >= 4 && !folded.has(wrong.toLowerCase()) ? wrong : undefined;
}

/** The options for which an object is certainly wrong. */
function typedKeys(plugin: Subject["plugin"]): string[] {
  return [...propertiesOf(plugin)]
    .filter(([, schema]) => {
      const types = typesOf(schema);
      return types !== undefined && types.size > 0 && !types.has("object");
    })
    .map(([key]) => key);
}
