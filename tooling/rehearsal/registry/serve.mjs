// Serves a registry for the packages of @millrace, and for nothing else, from an empty store. Prints the port that the
// system has chosen. `node serve.mjs MODULES STORE`: the folder where verdaccio is installed, the folder for what it keeps.
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, store] = process.argv.slice(2);
const { runServer } = createRequire(join(modules, "package.json"))("verdaccio");
const everybody = { access: "$all", publish: "$all", unpublish: "$all" };
const server = await runServer({
  self_path: store,
  storage: join(store, "storage"),
  auth: { htpasswd: { file: join(store, "htpasswd"), max_users: -1 } },
  packages: { "@millrace/*": everybody },
  uplinks: {},
  web: { enable: false },
  max_body_size: "50mb",
  log: { type: "stdout", format: "json", level: "error" },
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`port ${server.address().port}\n`));
