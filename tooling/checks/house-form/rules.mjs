// The sorts of rules that the form is made of. A rule is an object with
//   about           what it looks at, for the list
//   check(package)  what is wrong, a sentence each
//   mend(package)   mends what can be mended, in the package's `manifest` or by its `write`; what it can't, check says again
import { isDeepStrictEqual } from "node:util";

/** A key of package.json, such as `scripts.test`, has this value, or what a function of the package gives. */
export function setting(key, value) {
  const wanted = (each) => (typeof value === "function" ? value(each) : value);
  const path = pathOf(key);
  return {
    about: `package.json: ${key}`,
    check: (each) => {
      const found = at(each.manifest, path);
      return isDeepStrictEqual(found, wanted(each))
        ? []
        : [`package.json: ${key} ${found === undefined ? "is missing" : `is ${shown(found)}`}, and ${shown(wanted(each))} is wanted`];
    },
    mend: (each) => put(each.manifest, path, wanted(each)),
  };
}

/** A key of package.json is a text of one line. */
export function text(key) {
  return {
    about: `package.json: ${key}`,
    check: ({ manifest }) => (/^\S.*\S$/.test(manifest[key] ?? "") ? [] : [`package.json: ${key} is missing, or is no text of one line`]),
  };
}

/** A list in package.json has these texts, and maybe others. */
export function texts(key, ...wanted) {
  const missing = ({ manifest }) => wanted.filter((word) => !(manifest[key] ?? []).includes(word));
  return {
    about: `package.json: ${key}`,
    check: (each) => missing(each).map((word) => `package.json: ${key} lacks ${shown(word)}`),
    mend: (each) => {
      each.manifest[key] = [...(each.manifest[key] ?? []), ...missing(each)];
    },
  };
}

export const keywords = (...words) => texts("keywords", ...words);

/** Names that are in devDependencies, or where they are needed to run, in dependencies, with this version. */
export function dependency(version, ...names) {
  const wrong = ({ manifest }) => names.filter((name) => (manifest.dependencies?.[name] ?? manifest.devDependencies?.[name]) !== version);
  return {
    about: `package.json: devDependencies`,
    check: (each) => wrong(each).map((name) => `package.json: it is developed with ${name}, and ${shown(version)} is wanted for it`),
    mend: (each) => {
      for (const name of wrong(each)) {
        const table = each.manifest.dependencies?.[name] === undefined ? "devDependencies" : "dependencies";
        each.manifest[table] = sorted({ ...each.manifest[table], [name]: version });
      }
    },
  };
}

/** The name is that of the folder. */
export const named = {
  about: "package.json: name",
  check: ({ path, manifest }) => {
    const folder = path.split("/").at(-1);
    const wanted = `@millrace/${path.startsWith("packages/plugins/") ? "plugin-" : ""}${folder}`;
    return manifest.name === wanted ? [] : [`package.json: the name is ${shown(manifest.name)}, and after its folder it is ${shown(wanted)}`];
  },
};

const SOURCE = "@millrace/source";

/** Each export that has a source in src has types and code in dist, and the conditions stand so that the first that fits is the right one. */
export const exportsFromSources = {
  about: "package.json: exports",
  check: ({ manifest }) => {
    const found = manifest.exports?.["."]?.[SOURCE] === "./src/index.ts" ? [] : [`package.json: exports has no "." with the source ./src/index.ts`];
    const wrong = Object.entries(manifest.exports ?? {}).filter(([, target]) => JSON.stringify(target) !== JSON.stringify(fromSource(target)));
    if (manifest.exports?.["./package.json"] !== "./package.json") found.push('package.json: exports lacks "./package.json"');
    return [...found, ...wrong.map(([key, target]) => `package.json: exports ${shown(key)} is ${shown(target)}, and ${shown(fromSource(target))} is wanted`)];
  },
  mend: ({ manifest }) => {
    const { "./package.json": _, ...others } = { ".": { [SOURCE]: "./src/index.ts" }, ...manifest.exports };
    others["."] = { [SOURCE]: "./src/index.ts" };
    const mended = Object.entries(others).map(([key, target]) => [key, fromSource(target)]);
    manifest.exports = { ...Object.fromEntries(mended), "./package.json": "./package.json" };
  },
};

function fromSource(target) {
  const source = target?.[SOURCE];
  if (typeof source !== "string") return target;
  const built = source.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, "");
  return { [SOURCE]: source, types: `${built}.d.ts`, default: `${built}.js` };
}

/** What is published has no sources. */
export const publishedExports = {
  about: "package.json: publishConfig.exports",
  check: ({ manifest }) =>
    JSON.stringify(manifest.publishConfig?.exports) === JSON.stringify(withoutSources(manifest))
      ? []
      : ["package.json: publishConfig.exports is not exports without the sources"],
  mend: ({ manifest }) => {
    manifest.publishConfig = { ...manifest.publishConfig, exports: withoutSources(manifest) };
  },
};

function withoutSources({ exports = {} }) {
  return Object.fromEntries(
    Object.entries(exports).map(([key, target]) => {
      if (target === null || typeof target !== "object") return [key, target];
      const { [SOURCE]: _, ...rest } = target;
      return [key, rest];
    }),
  );
}

/** Each command is a file in bin that Node runs. */
export const bins = {
  about: "package.json: bin",
  check: (each) => {
    const files = Object.entries(each.manifest.bin ?? {});
    if (files.length === 0) return ["package.json: bin names no command"];
    return files.flatMap(([command, path]) => {
      const content = each.read(path);
      if (!/^\.\/bin\/[\w-]+\.mjs$/.test(path)) return [`package.json: the command ${command} is ${path}, and a file of bin is wanted`];
      if (content === undefined) return [`${path.slice(2)}: it is not there, and the command ${command} starts with it`];
      return /^#!\/usr\/bin\/env (?:node\n|-S node )/.test(content) || /^#!\/bin\/sh\n/.test(content)
        ? []
        : [`${path.slice(2)}: its first line does not say what runs it`];
    });
  },
};

/** The keys of package.json are known, and stand in this order. */
export function keyOrder(keys) {
  return {
    about: "package.json: the order of its keys",
    check: ({ manifest }) => {
      const unknown = Object.keys(manifest).filter((key) => !keys.includes(key));
      const known = Object.keys(manifest).filter((key) => keys.includes(key));
      const moved = known.find((key, index) => index > 0 && keys.indexOf(key) < keys.indexOf(known[index - 1]));
      return [
        ...unknown.map(
          (key) => `package.json: no other package has the key ${key}; if this one needs it, tooling/checks/house-form/form.mjs says where it stands`,
        ),
        ...(moved === undefined
          ? []
          : [`package.json: ${moved} stands too late; the order is ${known.sort((a, b) => keys.indexOf(a) - keys.indexOf(b)).join(", ")}`]),
      ];
    },
    mend: (each) => {
      const place = (key) => (keys.includes(key) ? keys.indexOf(key) : keys.length);
      each.manifest = Object.fromEntries(Object.entries(each.manifest).sort(([a], [b]) => place(a) - place(b)));
    },
  };
}

/** A file of JSON has these settings, and maybe others. */
export function settings(name, wanted) {
  return {
    about: name,
    check: (each) => {
      const found = parsed(each.read(name));
      if (found === undefined) return [`${name}: it is not there, or is no JSON`];
      return differences(found, wanted(each)).map((difference) => `${name}: ${difference}`);
    },
    mend: (each) => {
      const found = parsed(each.read(name)) ?? {};
      if (differences(found, wanted(each)).length > 0) each.write(name, `${JSON.stringify(merged(found, wanted(each)), undefined, 2)}\n`);
    },
  };
}

/** What is missing from a value that has all of another one, and maybe more. */
function differences(found, wanted, path = []) {
  if (Array.isArray(wanted))
    return wanted.filter((one) => !(Array.isArray(found) && found.includes(one))).map((one) => `${path.join(".")} lacks ${shown(one)}`);
  if (wanted !== null && typeof wanted === "object") return Object.entries(wanted).flatMap(([key, inner]) => differences(found?.[key], inner, [...path, key]));
  return found === wanted ? [] : [`${path.join(".")} ${found === undefined ? "is missing" : `is ${shown(found)}`}, and ${shown(wanted)} is wanted`];
}

function merged(found, wanted) {
  if (Array.isArray(wanted)) return [...new Set([...(Array.isArray(found) ? found : []), ...wanted])];
  if (wanted === null || typeof wanted !== "object") return wanted;
  const base = found !== null && typeof found === "object" && !Array.isArray(found) ? found : {};
  return { ...base, ...Object.fromEntries(Object.entries(wanted).map(([key, inner]) => [key, merged(base[key], inner)])) };
}

/** A file has a text in it, and where it is missing, it is written as a whole. */
export function file(name, wanted) {
  return {
    about: name,
    check: (each) => {
      const [part] = wanted(each);
      const found = each.read(name);
      return found === undefined ? [`${name}: it is not there`] : found.includes(part) ? [] : [`${name}: it has no ${part}`];
    },
    mend: (each) => {
      if (each.read(name) === undefined) each.write(name, wanted(each)[1]);
    },
  };
}

/** There are tests, or one with this text in it. */
export function suite(part) {
  return {
    about: "test/*.test.ts",
    check: (each) => {
      const tests = each.files("test").filter((path) => path.endsWith(".test.ts"));
      if (part === undefined) return tests.length > 0 ? [] : ["test: there is no test"];
      return tests.some((path) => each.read(path).includes(part)) ? [] : [`test: no test has ${part}…)`];
    },
  };
}

const LICENCE = /^## License\n+(\S[^\n]*)\n*$/m;

/** What a README has. */
export const readme = {
  title: {
    about: "README.md: its beginning",
    check: (each) => {
      const found = each.read("README.md");
      if (found === undefined) return ["README.md: it is not there"];
      const [title, blank, paragraph] = found.split("\n");
      if (title !== `# ${each.manifest.name}`) return [`README.md: its first line is ${shown(title)}, and ${shown(`# ${each.manifest.name}`)} is wanted`];
      return blank === "" && /^[^#\s|`<]/.test(paragraph ?? "") ? [] : ["README.md: no paragraph below its title says what it is"];
    },
    mend: (each) => {
      const found = each.read("README.md");
      const title = `# ${each.manifest.name}`;
      if (found === undefined) each.write("README.md", `${title}\n\n${each.manifest.description}.\n`);
      else if (!found.startsWith(`${title}\n`))
        each.write("README.md", `${title}\n${found.startsWith("# ") ? found.slice(found.indexOf("\n") + 1) : `\n${found}`}`);
    },
  },
  code: {
    about: "README.md: an example",
    check: (each) => (/^```\w/m.test(each.read("README.md") ?? "") ? [] : ["README.md: it shows no code"]),
  },
  section: (heading) => ({
    about: `README.md: ## ${heading}`,
    check: (each) =>
      new RegExp(`^## ${heading}\\n+(?!## )\\S`, "m").test(each.read("README.md") ?? "")
        ? []
        : [`README.md: it has no section ${shown(heading)}, or an empty one`],
  }),
  licence: (licence) => ({
    about: "README.md: ## License",
    check: (each) => (LICENCE.exec(each.read("README.md") ?? "")?.[1] === licence ? [] : [`README.md: it does not end with "## License" and ${licence}`]),
    mend: (each) => {
      const found = each.read("README.md") ?? "";
      if (LICENCE.exec(found)?.[1] !== licence) each.write("README.md", `${found.replace(/^## License\n[^#]*/m, "").trimEnd()}\n\n## License\n\n${licence}\n`);
    },
  }),
};

/** `scripts.test` as a path. A name of a package, which may have dots, is its last part. */
function pathOf(key) {
  const [first, ...rest] = key.split(".");
  return rest.length === 0 ? [first] : [first, rest.join(".")];
}

function at(value, [first, second]) {
  return second === undefined ? value[first] : value[first]?.[second];
}

function put(value, [first, second], wanted) {
  value[first] = second === undefined ? wanted : { ...value[first], [second]: wanted };
}

function sorted(table) {
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function shown(value) {
  return JSON.stringify(value) ?? "nothing";
}

function parsed(content) {
  try {
    return JSON.parse(content ?? "");
  } catch {
    // What can't be read has none of the settings.
    return undefined;
  }
}
