import { ATTRIBUTES } from "@millrace/sysflow";
import fc from "fast-check";
import { WORDS } from "./records.ts";

const attribute = fc.constantFrom(...ATTRIBUTES.keys(), "proc.aname[1]", "proc.apid[2]", "sf.pod.services[0.clusterip.0]", "sf.ke.message[items.0.namespace]");
/** Words of the records, and others that attributes have. */
const literal = fc.constantFrom(
  ...WORDS.filter((word) => !word.includes('"')),
  "PE",
  "FF",
  "EXEC",
  "open",
  "DOCKER",
  "host",
  "true",
  "0",
  "1",
  "-1",
  "443",
  "20",
  "10.0.0.1",
  "K8S_PODS",
  "no,such",
  ".",
);
const quoted = literal.map((text) => (text.includes("'") ? `"${text}"` : `'${text}'`));
const leaf = fc.oneof(
  fc
    .tuple(
      attribute,
      fc.constantFrom("=", "!=", "contains", "icontains", "startswith", "endswith", "<", "<=", ">", ">="),
      fc.oneof({ weight: 4, arbitrary: quoted }, { weight: 1, arbitrary: attribute }),
    )
    .map((parts) => parts.join(" ")),
  fc
    .tuple(attribute, fc.constantFrom("in", "pmatch"), fc.array(quoted, { minLength: 1, maxLength: 4 }))
    .map(([name, operator, items]) => `${name} ${operator} (${items.join(", ")})`),
  attribute.map((name) => `${name} exists`),
  fc.tuple(quoted, fc.constantFrom("=", "contains", "<", ">="), attribute).map((parts) => parts.join(" ")),
);

/** A random condition of the Falco language, as text. */
export const conditionText: fc.Arbitrary<string> = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    leaf,
    tie("tree").map((inner) => `not (${inner})`),
    fc.tuple(fc.constantFrom("and", "or"), fc.array(tie("tree"), { minLength: 2, maxLength: 3 })).map(([word, terms]) => `(${terms.join(` ${word} `)})`),
  ),
})).tree;
