// Runs the built sfprocessor over every recorded case of the conformance data, and compares what it exports byte for byte.
// Without that data there is nothing to compare, and it says so.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../bootstrap/steps.mjs";
import { bin, root } from "../bootstrap/workspace.mjs";

const data = process.env.MILLRACE_CONFORMANCE ?? join(root, "..", "shared");
const tool = join(data, "tools", "run-goldens.mjs");
if (!existsSync(tool)) {
  process.stdout.write("goldens: left out, the conformance data is not here (MILLRACE_CONFORMANCE names its folder)\n");
  process.exit(0);
}
const result = await run("node", [tool, join(bin, "sfprocessor"), "--bytes", ...process.argv.slice(2)]);
process.stdout.write(result.output);
process.exit(result.code);
