import { harness, message, messages } from "@millrace/testkit";
import { plugin } from "../../src/index.ts";

// What a process of its own does with the plugin. Answers go to standard error, so that standard output is the plugin's alone.
const h = await harness(plugin, { clock: "system" });
const fed = h.feed(messages(message("hello plugin", { sync: "1", b: "2", a: "1" }), new Uint8Array([0xff, 0])));
const { statuses } = await fed.settled();
h.end();
await h.finished();
process.stderr.write(`${statuses.join(" ")}\n`);
for (const line of h.log("error")) process.stderr.write(`${line}\n`);
