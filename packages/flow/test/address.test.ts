import { isMillraceError } from "@millrace/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatHostPort, parseBind, parseHostPort } from "../src/index.ts";

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (isMillraceError(error)) return `${error.code}: ${error.message}${error.hint === undefined ? "" : ` (${error.hint})`}`;
    throw error;
  }
  return "no error";
}

describe("a bind address", () => {
  it.each([
    ["tcp://127.0.0.1:3101", { scheme: "tcp", host: "127.0.0.1", port: 3101 }],
    ["tcp://:3101", { scheme: "tcp", host: undefined, port: 3101 }],
    ["udp://localhost:0", { scheme: "udp", host: "localhost", port: 0 }],
    ["http://[::1]:8080", { scheme: "http", host: "::1", port: 8080 }],
    ["http://[fe80::1%eth0]:65535", { scheme: "http", host: "fe80::1%eth0", port: 65_535 }],
    ["unix:///run/flow.sock", { scheme: "unix", path: "/run/flow.sock" }],
    ["unix://flow.sock", { scheme: "unix", path: "flow.sock" }],
    ["file://STDOUT", { scheme: "file", path: "STDOUT" }],
    ["file:///dev/null", { scheme: "file", path: "/dev/null" }],
  ])("%s", (text, address) => expect(parseBind(text)).toEqual(address));

  it("is refused with what would be right", () => {
    const texts = [
      "ftp://127.0.0.1:1",
      "127.0.0.1:3101",
      "",
      "tcp://host",
      "tcp://::1:3101",
      "tcp://host:http",
      "tcp://host:65536",
      "http://host:80/path",
      "http://host/path:80",
      "file://",
    ];
    expect(texts.map((text) => messageOf(() => parseBind(text)))).toMatchInlineSnapshot(`
      [
        "MILLRACE_FLOW_ADDRESS: unrecognised \`bind\` protocol: "ftp://127.0.0.1:1" (write tcp://HOST:PORT, udp://HOST:PORT, http://HOST:PORT, unix://PATH or file://PATH)",
        "MILLRACE_FLOW_ADDRESS: unrecognised \`bind\` protocol: "127.0.0.1:3101" (write tcp://HOST:PORT, udp://HOST:PORT, http://HOST:PORT, unix://PATH or file://PATH)",
        "MILLRACE_FLOW_ADDRESS: unrecognised \`bind\` protocol: "" (write tcp://HOST:PORT, udp://HOST:PORT, http://HOST:PORT, unix://PATH or file://PATH)",
        "MILLRACE_FLOW_ADDRESS: the address "tcp://host" has no port (write HOST:PORT; an empty HOST means all interfaces)",
        "MILLRACE_FLOW_ADDRESS: too many colons in the address "tcp://::1:3101" (put an IPv6 address in brackets: [::1]:3101)",
        "MILLRACE_FLOW_ADDRESS: the port of "tcp://host:http" is not a number from 0 to 65535",
        "MILLRACE_FLOW_ADDRESS: the port of "tcp://host:65536" is not a number from 0 to 65535",
        "MILLRACE_FLOW_ADDRESS: the port of "http://host:80/path" is not a number from 0 to 65535",
        "MILLRACE_FLOW_ADDRESS: the address "http://host/path:80" has more than a host and a port (write HOST:PORT alone, without a path)",
        "MILLRACE_FLOW_ADDRESS: the address "file://" has no path (write file:///some/path)",
      ]
    `);
  });

  it("is read back as it was written", () => {
    const hosts = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    fc.assert(
      fc.property(hosts, fc.nat(65_535), (host, port) => {
        expect(parseHostPort(formatHostPort(host, port))).toEqual({ host, port });
      }),
    );
  });

  it("never throws anything but its own error", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `tcp://${text}`),
        ),
        (text) => void messageOf(() => parseBind(text)),
      ),
    );
  });
});
