// All that CI checks beside the tests: the one list that `pnpm check`, `pnpm fix` and `pnpm verify` read. Each entry:
//   name      what `--only` calls it
//   command   ends with 0 where all is well
//   about     what it makes sure of, in a few words
//   fix       mends what can be mended; `pnpm fix` runs all of these, in this order
//   concerns  paths, as a regular expression, without a change of which `pnpm verify` leaves the check out; absent: any
//   narrow    for `pnpm verify`: the command for what has changed alone, or nothing where that leaves nothing to do
const turbo = ["--output-logs=errors-only", "--concurrency=2"];

export const checks = [
  {
    name: "form",
    command: ["node", "tooling/checks/house-form.mjs"],
    fix: ["node", "tooling/checks/house-form.mjs", "--fix"],
    about: "every package has the form of the house",
    concerns: /(package|tsconfig(\.build)?)\.json$|vitest\.config\.ts$|README\.md$|\/test\/|^tooling\/checks\/house-form/,
  },
  {
    name: "format",
    command: ["biome", "check", "."],
    fix: ["biome", "check", "--write", "."],
    about: "layout and simple lint",
    narrow: ({ files }) => files.length > 0 && ["biome", "check", "--no-errors-on-unmatched", ...files],
  },
  {
    name: "imports",
    command: ["node", "tooling/checks/imports.mjs"],
    about: "arrows between packages point one way",
    concerns: /^(packages|apps|examples)\//,
  },
  {
    name: "types",
    command: ["turbo", "run", "typecheck", ...turbo],
    about: "sources and tests type-check",
    narrow: ({ filters }) => filters.length > 0 && ["turbo", "run", "typecheck", ...turbo, ...filters],
  },
  {
    name: "lint",
    command: ["eslint", "--max-warnings=0", "."],
    about: "promises are awaited, switches are complete",
    narrow: ({ files }) => {
      const sources = files.filter((file) => file.endsWith(".ts"));
      return sources.length > 0 && ["eslint", "--max-warnings=0", "--no-warn-ignored", ...sources];
    },
  },
  {
    name: "errors",
    command: ["node", "tooling/checks/error-table.mjs"],
    fix: ["node", "tooling/checks/error-table.mjs", "--fix"],
    about: "docs/errors.md lists every code",
    concerns: /^((packages|apps)\/.*\/src\/|docs\/errors\.md|tooling\/checks\/error-table)/,
  },
  {
    name: "docs",
    command: ["node", "--conditions=@millrace/source", "tooling/docs/generate.mjs", "--check"],
    fix: ["node", "--conditions=@millrace/source", "tooling/docs/generate.mjs"],
    about: "pages and tables made from the sources are as those have it",
    concerns: /^(packages|apps|docs)\/|^tooling\/(docs|checks)\/|^CONTRIBUTING\.md$/,
  },
  { name: "unused", command: ["knip"], about: "no unused file, export or dependency", concerns: /\.(ts|mjs|json)$/ },
  {
    name: "monorepo",
    command: ["sherif", "--ignore-rule", "packages-without-package-json"],
    about: "package.json files agree",
    concerns: /package\.json$|^pnpm-/,
  },
  {
    name: "goldens",
    command: ["node", "tooling/checks/goldens.mjs"],
    about: "exports equal the recorded ones byte for byte, where those are",
    // They take minutes, and the tests of the packages have some of each: they are left to CI.
    narrow: () => false,
  },
  {
    name: "api",
    command: ["node", "tooling/checks/api-reports.mjs"],
    fix: ["node", "tooling/checks/api-reports.mjs", "--fix"],
    about: "the reports of what the API and the testkit offer are as it is",
    concerns: /^packages\/(api|testkit)\/|^tooling\/checks\/(api-reports|declarations)/,
  },
  {
    name: "release",
    command: ["node", "tooling/release/release-file.mjs"],
    fix: ["node", "tooling/release/release-file.mjs", "--fix"],
    about: "packages/release/release.json has the versions that there are",
    concerns: /package\.json$|^pnpm-|^packages\/(release|sysflow)\//,
  },
  {
    name: "changes",
    command: ["node", "tooling/checks/changes.mjs"],
    about: "what users see has a change file, written for them",
    concerns: /^(packages|apps)\/|^\.changeset\//,
  },
  {
    name: "archives",
    command: ["node", "tooling/checks/archives.mjs"],
    fix: ["node", "tooling/checks/archives.mjs", "--fix"],
    about: "packages pack well (publint, attw), with the files that are listed",
    concerns: /package\.json$|^tooling\/(checks\/(archives|pack-contents)|tsconfig)/,
  },
];
