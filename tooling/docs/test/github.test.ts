import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "./support/pages.ts";

interface Workflow {
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: { readonly label?: string; readonly options?: readonly unknown[] };
  }[];
}

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
}

function read<T>(path: string): T {
  return parse(readFileSync(join(root, path), "utf8")) as T;
}

describe("workflows", () => {
  it.each(filesIn(".github/workflows"))("%s says who may do what, ends in time, and pins actions by their major version", (path) => {
    const { on, permissions, jobs } = read<Workflow>(path);
    expect(on).toBeDefined();
    expect(permissions).toBeDefined();
    for (const job of Object.values(jobs)) {
      expect(job["runs-on"]).toMatch(/^\w+-latest$/);
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
      for (const { uses, run } of job.steps) {
        expect(uses === undefined || /^[\w-]+\/[\w-]+@v\d+$/.test(uses), uses).toBe(true);
        expect((uses === undefined) !== (run === undefined)).toBe(true);
      }
    }
  });

  it.each(filesIn(".github/workflows"))("%s runs what is there", (path) => {
    const lines = Object.values(read<Workflow>(path).jobs).flatMap(({ steps }) =>
      steps.flatMap((step) => [step.run, step.with?.version, step.with?.publish].filter((line) => typeof line === "string")),
    );
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const script = /^(?:npm|pnpm)(?: run)? ([\w-]+)$/.exec(line)?.[1];
      if (script !== undefined) expect(scripts).toHaveProperty(script);
      if (line.startsWith(".")) expect(existsSync(join(root, line)), line).toBe(true);
    }
  });
});

describe("issue forms", () => {
  const forms = filesIn(".github/ISSUE_TEMPLATE").filter((path) => !path.endsWith("config.yml"));
  it.each(forms)("%s asks under names of their own", (path) => {
    const { name, description, body } = read<Form>(path);
    expect(name && description).toBeTruthy();
    const ids = body.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, attributes } of body) {
      expect(["textarea", "input", "dropdown", "checkboxes", "markdown"]).toContain(type);
      expect(attributes.label).toBeTruthy();
      if (type === "dropdown" || type === "checkboxes") expect(attributes.options?.length).toBeGreaterThan(0);
    }
  });
});
