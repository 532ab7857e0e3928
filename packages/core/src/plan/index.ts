export { type Plan, type PlanOptions, plan } from "./plan.ts";
