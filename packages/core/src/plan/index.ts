export { type Plan, plan, type PlanOptions } from "./plan.ts";
