import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { MillraceError, type PluginContext } from "@millrace/api";

/** Removes a socket file that nobody listens on any more. A file of another kind, and a socket at work, stay: then it rejects with `MILLRACE_FLOW_BIND`. */
export async function removeStaleSocket(path: string, ctx: PluginContext): Promise<void> {
  const found = await lstat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new MillraceError("MILLRACE_FLOW_BIND", `receiver "${ctx.name}" can't listen on unix://${path}: ${cause.message}`, { cause });
  });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new MillraceError("MILLRACE_FLOW_BIND", `file ${path} already exists and it's not a unix socket: can not rebind`, {
      hint: `receiver "${ctx.name}" needs a path of its own`,
    });
  }
  if (await isServed(path)) {
    throw new MillraceError("MILLRACE_FLOW_BIND", `receiver "${ctx.name}" can't listen on unix://${path}: the address is already in use (EADDRINUSE)`, {
      hint: "stop what listens there, or choose another path",
    });
  }
  ctx.log.warn(`unix socket ${path} already exists and nobody listens on it: removing it`);
  await unlink(path);
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
