import { Buffer } from "node:buffer";
import type { FlatType } from "@millrace/api/sysflow";
import { type Attribute, FlatRows, findAttribute, Surroundings } from "@millrace/sysflow";
import * as layout from "@millrace/sysflow/layout";
import * as names from "@millrace/sysflow/names";
import { attributeOf } from "../attribute-view.ts";
import { type Leaf, leafHolds } from "../interpret.ts";
import type { Condition, ConditionBuilder, Side, Subject } from "../tree.ts";

/** Attributes that are the same on all records of a type. */
const CONSTANTS: readonly string[] = ["sf.type", "evt.dir"];

/** Attributes that are another one on records of some type: the path of a file is decided once for the file. */
const PLAINER: Readonly<Partial<Record<FlatType, Readonly<Record<string, string>>>>> = { FF: { "fd.name": "sf.file.path" }, FE: { "fd.name": "sf.file.path" } };

/**
 * What a condition comes to on records of one type: an attribute that such records don't have is zero, and their type is
 * known, so that many parts are decided beforehand.
 */
export class Specialiser {
  readonly #type: FlatType;
  readonly #builder: ConditionBuilder;
  readonly #done: Map<Condition, Condition> = new Map();
  /** A record of the type about which nothing else is known. */
  readonly #blank: FlatRows;

  constructor(type: FlatType, builder: ConditionBuilder) {
    this.#type = type;
    this.#builder = builder;
    this.#blank = blankRecord(type);
  }

  specialise(condition: Condition): Condition {
    const known = this.#done.get(condition);
    if (known !== undefined) return known;
    const special = this.#specialiseNew(condition);
    this.#done.set(condition, special);
    return special;
  }

  #specialiseNew(condition: Condition): Condition {
    switch (condition.node) {
      case "constant":
        return condition;
      case "and":
      case "or":
        return this.#builder[condition.node](condition.terms.map((term) => this.specialise(term)));
      case "not":
        return this.#builder.not(this.specialise(condition.term));
      default:
        return this.#leaf(condition);
    }
  }

  #leaf(general: Leaf): Condition {
    const leaf = this.#withPlainerSubjects(general);
    const subjects = subjectsOf(leaf);
    if (!subjects.every((subject) => this.#isKnown(attributeOf(subject)))) return leaf;
    return this.#builder.constant(leafHolds(leaf, (attribute) => attribute.get(this.#blank, 0)));
  }

  /** A leaf that reads the same from attributes that depend on less, where there are such on records of the type. */
  #withPlainerSubjects(leaf: Leaf): Leaf {
    const plainer = (side: Side): Side => {
      const name = "literal" in side ? undefined : PLAINER[this.#type]?.[side.attribute];
      return name === undefined ? side : { ...side, attribute: name };
    };
    const { id: _id, ...draft } = leaf;
    if (draft.node === "texts" || draft.node === "numbers") {
      const [left, right] = [plainer(draft.left), plainer(draft.right)];
      return left === draft.left && right === draft.right ? leaf : (this.#builder.leaf({ ...draft, left, right }) as Leaf);
    }
    const subject = plainer(draft.subject) as Subject;
    return subject === draft.subject ? leaf : (this.#builder.leaf({ ...draft, subject }) as Leaf);
  }

  /** What a process, a container or a header is asked, it answers on every type of record: for those that lack one, it is zero. */
  #isKnown({ name, scope, types }: Attribute): boolean {
    return CONSTANTS.includes(name) || ((scope === "record" || scope === "file" || scope === "newfile") && !types.includes(this.#type));
  }
}

/** The subjects that a leaf reads. */
export function subjectsOf(leaf: Leaf): Subject[] {
  const sides: readonly Side[] = leaf.node === "texts" || leaf.node === "numbers" ? [leaf.left, leaf.right] : [leaf.subject];
  return sides.filter((side): side is Subject => !("literal" in side) && findAttribute(side.attribute) !== undefined);
}

function blankRecord(type: FlatType): FlatRows {
  const words = new Int32Array(layout.STRIDE);
  words[layout.TYPE] = names.RECORD_TYPES.indexOf(type);
  return new FlatRows(
    words,
    Buffer.alloc(0),
    Int32Array.of(0),
    [new Surroundings(undefined, undefined, [], undefined, undefined, 0)],
    [undefined],
    undefined,
    0,
  );
}
