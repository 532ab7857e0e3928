/**
 * The processor `policyengine`: judges flat records by Falco or Sigma rules, and calls the actions of the rules that match.
 *
 * @packageDocumentation
 */
export { plugin } from "./policy-engine.ts";
