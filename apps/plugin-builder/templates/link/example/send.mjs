// Sends each line of messages.txt to the pipeline of flow.yaml, and prints what is replied: node example/send.mjs [PORT]
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const port = Number(process.argv[2] ?? 3101);
const lines = readFileSync(new URL("messages.txt", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

const socket = connect(port, "127.0.0.1").setEncoding("utf8");
let replies = "";
socket.on("data", (text) => {
  replies += text;
});
try {
  await once(socket, "connect");
  socket.end(lines.map((line) => `${line}\r\n`).join(""));
  await once(socket, "close");
} catch (cause) {
  process.stderr.write(`${cause.message}: does the pipeline run? npm start\n`);
  process.exitCode = 1;
}
for (const [index, reply] of replies.split("\r\n").slice(0, -1).entries()) process.stdout.write(`${lines[index]}: ${reply}\n`);
