// How a change log is written: what users are told, without the hashes of commits. Changesets loads it.
module.exports = {
  getReleaseLine: async ({ summary }) => {
    const [first, ...rest] = summary.split("\n").map((line) => line.trimEnd());
    return [`- ${first}`, ...rest.map((line) => (line === "" ? "" : `  ${line}`))].join("\n");
  },
  getDependencyReleaseLine: async (_changes, dependencies) =>
    dependencies.length === 0 ? "" : `- Made with ${dependencies.map(({ name, newVersion }) => `${name} ${newVersion}`).join(", ")}.`,
};
