#!/usr/bin/env node
// Starts the built command. This file runs on any Node, so that an old one is told what it lacks.
import { existsSync } from "node:fs";

const OLDEST_NODE = [22, 12];
const [major, minor] = process.versions.node.split(".").map(Number);
const entry = new URL("../dist/plugin-builder.js", import.meta.url);

if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  fail(`needs Node ${OLDEST_NODE.join(".")} or newer; this is Node ${process.versions.node}`);
} else if (!existsSync(entry)) {
  fail("it has not been built yet; run `npm start` or `npm run build` in the workspace");
} else {
  const { run } = await import(entry.href);
  process.exitCode = await run(process.argv.slice(2));
}

function fail(message) {
  process.stderr.write(`plugin-builder: ${message}\n`);
  process.exitCode = 1;
}
