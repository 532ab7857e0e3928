import type { ListenOptions, Server } from "node:net";
import { MillraceError } from "@millrace/api";
import { formatHostPort, type HostPort } from "@millrace/flow";

/** Connections that may wait for being accepted: a flood of them is not turned away. The system may allow less. */
const BACKLOG = 4096;

/** Listens on an address, and gives the port that it got. `place` names the address as the user wrote it, for the error. */
export async function listenTcp(server: Server, address: HostPort, receiver: string, place: string): Promise<{ readonly at: string; readonly port: number }> {
  const { host, port } = address;
  await listen(server, { port, backlog: BACKLOG, ...(host !== undefined && { host }) }, receiver, place);
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw bindError(receiver, place, new Error("the socket has no address"));
  return { at: formatHostPort(bound.address, bound.port), port: bound.port };
}

/** Listens, or rejects with `MILLRACE_FLOW_BIND`. */
export function listen(server: Server, options: ListenOptions, receiver: string, place: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => reject(bindError(receiver, place, cause));
    server.once("error", failed);
    server.listen(options, () => {
      server.off("error", failed);
      resolve();
    });
  });
}

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EADDRINUSE: ["the address is already in use", "stop what listens there, or choose another port"],
  EADDRNOTAVAIL: ["the address is none of this machine's", "bind to an address of this machine, or to all with an empty host"],
  EACCES: ["permission denied", "ports below 1024 and some paths take a privileged user"],
  ENOTFOUND: ["the host is not known", "check the name, or write an address"],
  EINVAL: ["the address is not valid here", "a unix socket's path has at most 107 bytes"],
};

/** The error of a receiver that can't listen. */
export function bindError(receiver: string, place: string, cause: unknown): MillraceError {
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const [reason, hint] = REASONS[code] ?? [cause instanceof Error ? cause.message : String(cause), undefined];
  const named = code === "" || reason.includes(code) ? reason : `${reason} (${code})`;
  return new MillraceError("MILLRACE_FLOW_BIND", `receiver "${receiver}" can't listen on ${place}: ${named}`, { cause, ...(hint !== undefined && { hint }) });
}
