import type { AttributeValue } from "@millrace/api/sysflow";
import { bigintOf } from "../int64.ts";
import { type Attribute, ofChain } from "./attribute-kinds.ts";
import { FALCO_ALIASES, falcoAttributes } from "./falco-attributes.ts";
import { commandLine, sysflowAttributes } from "./sysflow-attributes.ts";

export type { Attribute, AttributeOf, AttributeScope } from "./attribute-kinds.ts";

/** All attributes by their names: SysFlow's (`sf.`), and those under which Falco's rules know them. */
export const ATTRIBUTES: ReadonlyMap<string, Attribute> = /* @__PURE__ */ table();

/** `proc.aname[2]`: an attribute that lists the ancestors, and an index: 0 is the process, 1 its parent. */
const INDEXED = /^(?:sf\.)?proc\.(aname|aexe|acmdline|apid)\[(\d{1,4})\]$/;

/** The attribute of a name, `undefined` for an unknown one. Names with an index (`proc.aname[2]`) are known too. */
export function findAttribute(name: string): Attribute | undefined {
  const found = ATTRIBUTES.get(name);
  if (found) return found;
  const match = name.endsWith("]") ? INDEXED.exec(name) : null;
  return match ? ancestorAttribute(name, match[1] as string, Number(match[2])) : undefined;
}

/** A value as text: numbers in decimal, lists joined by commas. */
export function valueText(value: AttributeValue): string {
  if (typeof value === "string") return value;
  return typeof value === "object" ? value.join(",") : String(value);
}

function table(): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const attribute of [...sysflowAttributes(), ...falcoAttributes()]) attributes.set(attribute.name, attribute);
  for (const [name, aliasOf] of FALCO_ALIASES) {
    const meant = attributes.get(aliasOf);
    if (meant) attributes.set(name, { ...meant, name, aliasOf, description: meant.description });
  }
  return attributes;
}

function ancestorAttribute(name: string, list: string, index: number): Attribute {
  if (list === "apid") {
    return {
      ...ofChain(name, "I", `The process id of ancestor ${index}.`, ({ ancestors }) => {
        const ancestor = ancestors[index];
        return ancestor ? bigintOf(ancestor.hpidLo, ancestor.hpidHi) : 0n;
      }),
      wide: true,
      low: (batch, record) => batch.around[record]?.ancestors[index]?.hpidLo ?? 0,
      high: (batch, record) => batch.around[record]?.ancestors[index]?.hpidHi ?? 0,
    };
  }
  const what = list === "aname" ? "base name" : list === "aexe" ? "executable" : "command line";
  return ofChain(name, "S", `The ${what} of ancestor ${index}.`, ({ ancestors }) => {
    const ancestor = ancestors[index];
    if (!ancestor) return "";
    return list === "aname" ? ancestor.name : list === "aexe" ? ancestor.exe : commandLine(ancestor);
  });
}
