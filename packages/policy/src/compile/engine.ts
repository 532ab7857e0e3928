import type { FlatType } from "@millrace/api/sysflow";
import type { FlatRows } from "@millrace/sysflow";
import * as names from "@millrace/sysflow/names";
import type { RuleSet } from "../rule-set.ts";
import type { Condition, ConditionBuilder } from "../tree.ts";
import { Dimension } from "./dimension.ts";
import { EngineMemos, EntityMemory } from "./entity-memory.ts";
import { leavesOf } from "./leaves.ts";
import { scopeOf } from "./scope.ts";
import { Specialiser } from "./specialise.ts";
import { TypeEngine } from "./type-engine.ts";
import { NOTHING, type Verdict } from "./verdict.ts";

const TYPES: readonly FlatType[] = ["PE", "NF", "FF", "FE", "KE"];
const TYPE_NUMBERS: readonly number[] = [names.PROCESS_EVENT, names.NETWORK_FLOW, names.FILE_FLOW, names.FILE_EVENT, names.K8S_EVENT];

/**
 * Judges records by a set of rules.
 *
 * What a rule asks of a record is decided in five dimensions: words of the record that recur, what is around it (process,
 * ancestors, container, pod, header), its file, the second file of a rename or link, and what is new in each record. In each
 * dimension the truth of all its leaves is found together, once for each version of an entity, and equal truths have one
 * number: the signature. The verdict depends on signatures alone, so it is worked out once for each combination that occurs.
 * Where those that are known already say what becomes of a record, the other dimensions are not asked.
 */
export class Engine {
  readonly #types: readonly (TypeEngine | undefined)[];
  readonly #memory: EntityMemory;

  /**
   * @param memos - where the engine's memos stand on versions. An engine that takes another's place takes its memos too, so
   *   that a version never carries those of engines that are gone.
   */
  constructor(ruleSet: RuleSet, builder: ConditionBuilder, memos: EngineMemos = new EngineMemos()) {
    const rules = ruleSet.rules.filter(({ enabled }) => enabled);
    const filters = ruleSet.filters.filter(({ enabled }) => enabled);
    const special = TYPES.map((type) => {
      const specialiser = new Specialiser(type, builder);
      return {
        rules: rules.flatMap((rule) => {
          if (rule.types.length > 0 && !rule.types.includes(type)) return [];
          return { rule, condition: specialiser.specialise(rule.condition) };
        }),
        filters: filters.map(({ condition }) => specialiser.specialise(condition)),
      };
    });
    const shared = leavesOf(special.flatMap(({ rules: list, filters: drops }) => [...list.map(({ condition }) => condition), ...drops]));
    this.#memory = new EntityMemory(
      new Dimension(shared.filter((leaf) => scopeOf(leaf) === "around")),
      new Dimension(shared.filter((leaf) => scopeOf(leaf) === "file")),
      new Dimension(shared.filter((leaf) => scopeOf(leaf) === "newfile")),
      memos,
    );
    const engines: (TypeEngine | undefined)[] = new Array<TypeEngine | undefined>(16).fill(undefined);
    special.forEach(({ rules: list, filters: drops }, index) => {
      const type = TYPE_NUMBERS[index] as number;
      engines[type] = new TypeEngine(
        type,
        list.filter(({ condition }) => !isNever(condition)),
        drops.filter((condition) => !isNever(condition)),
        this.#memory,
      );
    });
    this.#types = engines;
  }

  /** To be called before the records of a batch: makes room for what they may add to the engine's memory. */
  begin(): void {
    this.#memory.makeRoom();
    for (const type of this.#types) type?.makeRoom();
  }

  /** The verdict on a record of a batch. */
  judge(batch: FlatRows, index: number): Verdict {
    return this.#types[batch.type(index)]?.judge(batch, index) ?? NOTHING;
  }
}

function isNever(condition: Condition): boolean {
  return condition.node === "constant" && !condition.value;
}
