import { MillraceError } from "@millrace/api";

/** A host and a port, as a socket takes them. */
export interface HostPort {
  /** A name or an address, without brackets; `undefined` means all interfaces. */
  readonly host: string | undefined;
  /** 0 to 65535; 0 lets the system choose. */
  readonly port: number;
}

/** Where a v1alpha1 actor binds. */
export type BindAddress = ({ readonly scheme: "tcp" | "udp" | "http" } & HostPort) | { readonly scheme: "unix" | "file"; readonly path: string };

const NETWORK: readonly string[] = ["tcp", "udp", "http"] satisfies BindAddress["scheme"][];
const PATHS: readonly string[] = ["unix", "file"] satisfies BindAddress["scheme"][];

/**
 * Reads `tcp://HOST:PORT`, `udp://…`, `http://…`, `unix://PATH` or `file://PATH`. An empty host means all interfaces. A path
 * is taken as it stands. Throws `MILLRACE_FLOW_ADDRESS`.
 */
export function parseBind(text: string): BindAddress {
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.*)$/s.exec(text) ?? [];
  if (NETWORK.includes(scheme)) return { scheme: scheme as "tcp", ...parseHostPort(rest, text) };
  if (!PATHS.includes(scheme)) {
    throw wrong(
      `unrecognised \`bind\` protocol: ${JSON.stringify(text)}`,
      "write tcp://HOST:PORT, udp://HOST:PORT, http://HOST:PORT, unix://PATH or file://PATH",
    );
  }
  if (rest === "") throw wrong(`the address ${JSON.stringify(text)} has no path`, `write ${scheme}:///some/path`);
  return { scheme: scheme as "unix", path: rest };
}

/**
 * Reads `HOST:PORT`, `:PORT` or `[IPV6]:PORT`. `whole` is what the user wrote, for messages. Throws `MILLRACE_FLOW_ADDRESS`.
 */
export function parseHostPort(text: string, whole: string = text): HostPort {
  const named = JSON.stringify(whole);
  const [, bracketed, bare = "", port = ""] = /^(?:\[([^\]]*)\]|([^[\]]*)):([^:]*)$/s.exec(text) ?? [];
  if (bracketed === undefined && bare === "" && port === "" && text !== ":") {
    throw wrong(`the address ${named} has no port`, "write HOST:PORT; an empty HOST means all interfaces");
  }
  if (bracketed === undefined && bare.includes(":")) throw wrong(`too many colons in the address ${named}`, "put an IPv6 address in brackets: [::1]:3101");
  if (/[\s/?#]/.test(bare)) throw wrong(`the address ${named} has more than a host and a port`, "write HOST:PORT alone, without a path");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw wrong(`the port of ${named} is not a number from 0 to 65535`);
  const host = bracketed ?? bare;
  return { host: host === "" ? undefined : host, port: Number(port) };
}

/** `HOST:PORT`, with brackets where the host is an IPv6 address. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function wrong(message: string, hint?: string): MillraceError {
  return new MillraceError("MILLRACE_FLOW_ADDRESS", message, hint === undefined ? {} : { hint });
}
