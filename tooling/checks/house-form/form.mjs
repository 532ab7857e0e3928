// The form of the house: what every package of the workspace has, as one table. Each row:
//   of     the sorts of packages it speaks of: library (packages/*), plugin (packages/plugins/*), app (apps/*),
//          tool (what is private: its tests and tools are packages, but are not published)
//   says   the rule, for people
//   rule   makes sure of it, and mends it where that can be done without a thought: rules.mjs has them
// `node tooling/checks/house-form.mjs --list` prints it.
import {
  bins,
  dependency,
  exportsFromSources,
  file,
  keyOrder,
  keywords,
  named,
  publishedExports,
  readme,
  setting,
  settings,
  suite,
  text,
  texts,
} from "./rules.mjs";

const published = ["library", "plugin", "app"];
const compiled = ["library", "plugin"];
const all = [...published, "tool"];

/** The keys of package.json, in their order. */
export const KEYS = [
  ...["name", "version", "private", "description", "keywords", "license", "author", "homepage", "repository", "bugs", "type", "sideEffects"],
  ...["bin", "imports", "exports", "files", "engines", "publishConfig", "scripts"],
  ...["dependencies", "peerDependencies", "peerDependenciesMeta", "optionalDependencies", "devDependencies", "millrace"],
];

const home = "https://github.com/millrace/millrace";
/** From a version of the API to the next major one. Which version that is, its author says: the one whose features it uses. */
const apiRange = ({ manifest }) => {
  const { major, least } = /^workspace:>=(?<least>(?<major>\d+)\.\d+\.\d+)/.exec(manifest.peerDependencies?.["@millrace/api"])?.groups ?? {
    major: 0,
    least: "0.1.0",
  };
  return `workspace:>=${least} <${Number(major) + 1}`;
};
const repository = ({ path }) => ({ type: "git", url: `git+${home}.git`, directory: path });

export const form = [
  // ------------------------------------------------------------------------------------------------- package.json
  { of: published, says: "it is called as its folder: @millrace/FOLDER, and a plugin @millrace/plugin-FOLDER", rule: named },
  { of: all, says: "it says in one line what it is", rule: text("description") },
  { of: ["plugin"], says: "npm finds it as a plugin", rule: keywords("millrace-plugin") },
  { of: all, says: "the licence is the project's", rule: setting("license", "Apache-2.0") },
  { of: published, says: "it says whose it is", rule: setting("author", "The Millrace authors") },
  { of: published, says: "it says where it is at home", rule: setting("homepage", `${home}#readme`) },
  { of: published, says: "it names its folder in the repository, so that npm can say where an archive came from", rule: setting("repository", repository) },
  { of: published, says: "it says where to report a fault", rule: setting("bugs", `${home}/issues`) },
  { of: all, says: "it is made of ES modules", rule: setting("type", "module") },
  { of: published, says: "importing it does nothing", rule: setting("sideEffects", false) },
  { of: published, says: "it says which Node it runs on", rule: setting("engines.node", ">=22.12") },
  { of: compiled, says: "each export leads to its source, to its types and to what is built, in this order", rule: exportsFromSources },
  { of: ["app"], says: "it exports its package.json alone", rule: setting("exports", { "./package.json": "./package.json" }) },
  { of: published, says: "everybody may install it", rule: setting("publishConfig.access", "public") },
  { of: compiled, says: "what is published exports the same without the sources", rule: publishedExports },
  { of: published, says: "what is built is in the archive", rule: texts("files", "dist") },
  { of: ["app"], says: "what starts the commands is in the archive", rule: texts("files", "bin") },
  { of: ["app"], says: "each command starts with a file in bin, that a shell can run", rule: bins },
  { of: compiled, says: "the compiler builds it", rule: setting("scripts.build", "tsc -p tsconfig.build.json") },
  { of: ["app"], says: "its own build.mjs builds it", rule: setting("scripts.build", "node build.mjs") },
  { of: all, says: "its types are checked, with those of its tests", rule: setting("scripts.typecheck", "tsc -p tsconfig.json") },
  { of: all, says: "its tests run by vitest", rule: setting("scripts.test", "vitest run") },
  {
    of: ["plugin"],
    says: "it works with each version of the API up to the next major one",
    rule: setting("peerDependencies.@millrace/api", apiRange),
  },
  {
    of: ["plugin"],
    says: "it is developed with the API and the testkit of the workspace",
    rule: dependency("workspace:^", "@millrace/api", "@millrace/testkit"),
  },
  { of: all, says: "it is developed with the tools of the catalog", rule: dependency("catalog:", "@types/node", "typescript", "vitest") },
  { of: all, says: "what stands in package.json stands in the order that all have", rule: keyOrder(KEYS) },
  // -------------------------------------------------------------------------------------------------------- files
  {
    of: all,
    says: "tsconfig.json checks sources and tests by the rules of the house",
    rule: settings("tsconfig.json", ({ wayTo, sort }) => ({
      extends: wayTo("tooling/tsconfig/check.json"),
      include: sort === "tool" ? ["test"] : ["src", "test"],
    })),
  },
  {
    of: compiled,
    says: "tsconfig.build.json compiles src to dist",
    rule: settings("tsconfig.build.json", ({ wayTo }) => ({
      extends: wayTo("tooling/tsconfig/base.json"),
      compilerOptions: { rootDir: "src", outDir: "dist" },
      include: ["src"],
    })),
  },
  {
    of: all,
    says: "vitest.config.ts takes the settings of the house",
    rule: file("vitest.config.ts", ({ wayTo }) => [
      `"${wayTo("tooling/vitest/config.ts")}"`,
      `export { default } from "${wayTo("tooling/vitest/config.ts")}";\n`,
    ]),
  },
  { of: compiled, says: "its tests are in test", rule: suite() },
  { of: ["plugin"], says: "it passes the conformance suite of the testkit", rule: suite("describeConformance(") },
  // ------------------------------------------------------------------------------------------------------- README
  { of: published, says: "the README begins with the name of the package, and a paragraph that says what it is", rule: readme.title },
  { of: ["library", "app"], says: "the README shows how it is used", rule: readme.code },
  { of: ["plugin"], says: "the README shows a pipeline with it", rule: readme.section("Example") },
  { of: ["plugin"], says: "the README has its options", rule: readme.section("Options") },
  { of: published, says: "the README ends with the licence", rule: readme.licence("Apache-2.0") },
];
