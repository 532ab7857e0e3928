import { DiagnosticBag, Source } from "@millrace/text";
import { outlineFalcoRules } from "../falco/outline.ts";
import type { PolicyOutline } from "../outline.ts";
import { outlineSigmaRules } from "../sigma/outline.ts";
import { sysflowCatalog } from "../sysflow-catalog.ts";
import type { ConditionBuilder } from "../tree.ts";
import { fieldMappingOf, type PolicySources } from "./load-policies.ts";

/**
 * Reads policies once more, for how they were written. The rules and filters come in the order in which `loadPolicies` gives
 * them; the conditions of `builder` are shared. Nothing is reported.
 */
export function outlinePolicies(sources: PolicySources, builder: ConditionBuilder): PolicyOutline {
  const texts = sources.files.map(({ path, text }) => new Source(path, text));
  if (sources.language === "falco") return outlineFalcoRules(texts, sysflowCatalog, builder);
  const { strictLogsource = false, skipInvalid = false } = sources;
  return outlineSigmaRules(texts, sysflowCatalog, fieldMappingOf(sources, new DiagnosticBag()), builder, { strictLogsource, skipInvalid });
}
