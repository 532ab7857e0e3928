import { type Diagnostic, MillraceError } from "@millrace/api";
import type { Release } from "@millrace/core";
import { VERSION } from "../version.ts";
import { KINDS, type NewKind } from "./kinds.ts";
import type { PackageFiles } from "./templates.ts";

/** What all packages of plugins have that stand by themselves, beside what their templates give: exact pins of a release, and what npm and TypeScript want. */
export function standaloneFiles(kind: NewKind, name: string, packageName: string, description: string, release: Release): PackageFiles {
  return new Map([
    ["package.json", json(packageJson(kind, name, packageName, description, release))],
    ["tsconfig.json", json(TSCONFIG)],
    [".gitignore", "node_modules/\ndist/\nexample/out.jsonl\n"],
    ["CHANGELOG.md", `# ${packageName}\n\n## 0.1.0\n\n- The first version. ${description}.\n`],
  ]);
}

/** The README of a package that stands by itself also says how to work on it. */
export function standaloneReadme(kind: NewKind, template: string): string {
  const withoutMarks = template.replaceAll(/^<!-- .* -->\n/gm, "").replaceAll(/\n{3,}/g, "\n\n");
  return withoutMarks.replace(/^## License$/m, `${working(KINDS[kind].endless === true)}\n\n## License`);
}

const working = (endless: boolean): string => `## Working on it

\`\`\`sh
npm install
npm start            # builds it, and runs the pipeline in the folder example${endless ? ", until Ctrl-C ends it" : ""}
npm test             # what it does, and what every plugin has to do
npm run check        # types
npm run build        # dist/template-name.mjs: one file, with a manifest that says what it was built for
\`\`\`

A built plugin runs on the very release of the driver that it was built for. For another one:

\`\`\`sh
npx plugin-builder build --tag VERSION --fix --out dist
\`\`\``;

function packageJson(kind: NewKind, name: string, packageName: string, description: string, release: Release): unknown {
  const version = versionsOf(release);
  const { example, tryWith } = KINDS[kind];
  return {
    name: packageName,
    version: "0.1.0",
    description,
    keywords: ["millrace-plugin"],
    license: "Apache-2.0",
    type: "module",
    exports: { ".": `./dist/${name}.mjs`, "./package.json": "./package.json" },
    files: ["dist"],
    engines: { node: release.node },
    scripts: {
      build: "plugin-builder build --tag dev --out dist",
      check: "tsc",
      test: "vitest run",
      start: `npm run build --silent && millrace run ${example.join(" ")} -p dist`,
      prepack: "npm run build",
    },
    dependencies: { zod: version.of("zod") },
    peerDependencies: { "@millrace/api": rangeFrom(version.of("@millrace/api")) },
    devDependencies: {
      "@millrace/api": version.of("@millrace/api"),
      "@millrace/driver": release.driver,
      "@millrace/plugin-builder": VERSION,
      "@millrace/testkit": version.of("@millrace/testkit"),
      "@types/node": version.of("@types/node"),
      typescript: version.of("typescript"),
      vitest: version.of("vitest"),
    },
    ...(tryWith !== undefined && { millrace: { try: { [name]: tryWith } } }),
  };
}

const TSCONFIG = {
  compilerOptions: {
    target: "es2024",
    lib: ["es2024", "esnext.disposable", "esnext.iterator"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ["src", "test"],
};

/** The exact versions of a release. Throws `MILLRACE_NEW_RELEASE` for one that a plugin can't be begun with. */
function versionsOf({ driver, packages, dependencies }: Release): { of(name: string): string } {
  const all = { ...dependencies, ...packages };
  const missing = ["@millrace/api", "@millrace/testkit", "@types/node", "typescript", "vitest", "zod"].filter((name) => all[name] === undefined);
  if (missing.length > 0) {
    const diagnostics = missing.map(
      (name): Diagnostic => ({
        severity: "error",
        code: "MILLRACE_NEW_RELEASE",
        message: `release ${driver} says no version of ${name}, which a new plugin needs`,
      }),
    );
    throw new MillraceError("MILLRACE_NEW_RELEASE", `a plugin can't be begun with release ${driver}`, { diagnostics });
  }
  return { of: (name) => (all[name] as { readonly version: string }).version };
}

/**
 * The versions of the API that a plugin works with which was made for this one: all up to the next major version. While
 * that is 0, a caret would end at the next minor version, and those leave plugins alone.
 */
function rangeFrom(version: string): string {
  return version.startsWith("0.") ? `>=${version} <1` : `^${version}`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
