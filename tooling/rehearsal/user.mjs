// A user: an empty folder, npm, and nothing of the workspace.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { command } from "./command.mjs";

/** Makes the folder. `run` runs a command line there and must end with the code that is expected; it gives what was printed. */
export function emptyFolder(folder, settings) {
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    run: async (line, { code = 0, seconds = 90, cwd = folder } = {}) => {
      const [name, ...args] = line.split(" ");
      const result = await command(name, args, { cwd, env: { NPM_CONFIG_USERCONFIG: settings }, seconds, clean: true });
      if (result.code !== code) throw new Error(`$ ${line}\n${result.output.trim()}\nended with ${result.code}, and ${code} was expected`);
      return result.output;
    },
    read: (path) => readFileSync(join(folder, path), "utf8"),
    has: (path) => existsSync(join(folder, path)),
    write: (path, text) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    installed: () => installedIn(join(folder, "node_modules")),
  };
}

/** Every package that is installed, with its version: `name@version`, in order. */
function installedIn(modules) {
  if (!existsSync(modules)) return [];
  const names = readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => (name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name]));
  return names
    .flatMap((name) => [
      `${name}@${JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version}`,
      ...installedIn(join(modules, name, "node_modules")).map((inner) => `${name} > ${inner}`),
    ])
    .sort();
}
