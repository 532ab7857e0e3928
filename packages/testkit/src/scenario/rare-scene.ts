import type { Process } from "@millrace/api/sysflow";
import { operationBits } from "./flags.ts";
import type { PodOptions } from "./options.ts";
import { type Scenario, scenario } from "./scenario.ts";

/** Far more than a double holds exactly. */
const HUGE = 9_007_199_254_740_993n;

/**
 * Two hosts, one after the other, with all that is rare in a trace: texts that JSON has to escape, paths of odd shapes, numbers
 * of 64 bits, events of processes that nobody has told of, entities that are told of again, and each kind of Kubernetes event.
 */
export function rareScene(): Scenario {
  return cluster(files(network(texts(scenario().host("rare-1", { version: 4, ip: "10.255.255.254", filename: "rare.sf" })))));
}

/** A process whose parent nobody tells of. */
const stray: Process = {
  state: "REUP",
  oid: { createTs: 8n, hpid: 8n },
  poid: { createTs: 9_007_199_254_740_993n, hpid: 4_294_967_297n },
  ts: 1_600_000_001_000_000_000n,
  exe: "/bin/stray",
  exeArgs: "",
  uid: 1000,
  userName: "",
  gid: 1000,
  groupName: "",
  tty: false,
  containerId: "nobody tells of it",
  entry: false,
  cwd: "",
  env: [],
};

/** What a program may be called, and with what. */
function texts(story: Scenario): Scenario {
  const odd = { exe: '/opt/odd "name"/run\\me', args: "-a 'b' \"c\" \t\n <tag> & é 日本 \u{1F40E} \u2028 \u0001", user: "jürgen", group: "a,b" };
  return story
    .container("box", { image: "registry.example:5000/a/b@sha256:0a1b", type: "CT_CRIO", privileged: true })
    .process("init", { exe: "/sbin/init", pid: 1, created: 1n })
    .process("odd", {
      ...odd,
      pid: 4_194_304,
      parent: "init",
      container: "box",
      uid: -1,
      gid: 2_147_483_647,
      cwd: "/work dir/",
      env: ["A=1", "B=x=y", "EMPTY="],
    })
    .exec({ ret: -13 })
    .exec({ exe: '"quoted"', args: '"quoted too"' })
    .exec({ exe: "relative", args: "-c ls,cat" })
    .exec({ exe: "", args: "" })
    .setuid(0, "root")
    .clone("thread", { pid: 4_194_305 })
    .exit(-1, { tid: 77 })
    .by("odd")
    .exec({ exe: "/bin/trailing/", args: "," });
}

function network(story: Scenario): Scenario {
  return story
    .process("talker", { exe: "/usr/bin/talker", parent: "odd", tty: true })
    .connect("0.0.0.0:0", "255.255.255.255:65535", { protocol: "udp", writeBytes: 0, writeOps: 0, lasts: 0 })
    .networkFlow("127.0.0.1:1", "127.0.0.1:1", { operations: ["SHUTDOWN", "TRUNCATE", "CLOSE"], fd: -1, lasts: -5 })
    .networkFlow("10.0.0.1:0", "10.0.0.2:8", { protocol: "icmp", operations: [] })
    .record({
      type: "NF",
      value: {
        procOid: { createTs: 5n, hpid: 5n },
        ts: HUGE,
        tid: HUGE,
        opFlags: operationBits(["SEND", "RECV"]),
        endTs: HUGE + 1n,
        fd: 2_147_483_647,
        numRRecvOps: HUGE,
        numWSendOps: 1n,
        numRRecvBytes: 9_223_372_036_854_775_807n,
        numWSendBytes: -9_223_372_036_854_775_808n,
        sip: "192.0.2.1",
        sport: 443,
        dip: "198.51.100.7",
        dport: 51_000,
        proto: 132,
      },
    });
}

function files(story: Scenario): Scenario {
  return story
    .by("odd")
    .write("/tmp/.hidden", { open: ["RDWR", "CREAT", "EXCL", "TRUNC", "CLOEXEC", "NONBLOCK"], writeBytes: 4096, writeOps: 1, readBytes: 1 })
    .fileFlow("/", { operations: ["OPEN", "MMAP"], open: ["DIRECTORY"] })
    .fileFlow("no/slash/first", { operations: ["OPEN", "READ", "WRITE", "CLOSE"], open: [], readBytes: 3, writeBytes: 5, lasts: 3_600_000 })
    .fileFlow("", { operations: ["READ"], fd: 255 })
    .fileFlow(`/long/${"x".repeat(300)}`, { operations: ["SETNS"] })
    .read("/var/run/docker.sock 0x1 0x2", { readBytes: 9 })
    .rename("/etc/passwd", "/etc/passwd,v", { ret: -1 })
    .link("/etc/shadow", "/tmp/s h a d o w")
    .symlink("/etc", "/tmp/etc")
    .mkdir("/var/log/new")
    .rmdir("/var/log/old/")
    .unlink("/var/log/auth.log", { tid: 1 });
}

/** The second host, whose names mean other things than those of the first. */
function cluster(story: Scenario): Scenario {
  const pod: PodOptions = { namespace: "kube-system", labels: { "k8s-app": "dns", tier: "node" }, hostIp: ["10.9.0.1", "10.9.0.2"] };
  const kinds = ["K8S_NODES", "K8S_NAMESPACES", "K8S_PODS", "K8S_REPLICATIONCONTROLLERS", "K8S_SERVICES", "K8S_EVENTS"];
  const actions = ["K8S_COMPONENT_ADDED", "K8S_COMPONENT_MODIFIED", "K8S_COMPONENT_DELETED", "K8S_COMPONENT_ERROR"];
  story
    .host("rare-2", { version: 4, ip: "NA", filename: "" })
    .pod("dns", { ...pod, internalIp: [], restartCount: 0 })
    .container("box", { image: "dns", type: "CT_CONTAINERD", pod: "dns" })
    .process("init", { exe: "/coredns", args: "-conf /etc/coredns/Corefile", pid: 1, created: 1n, container: "box", entry: true })
    .exec()
    .networkFlow("10.9.0.1:53", "10.9.0.77:50000", { protocol: "udp", operations: ["RECV", "SEND"], readBytes: 40, writeBytes: 90 })
    .pod("dns", { ...pod, restartCount: 3, services: [{ name: "dns", id: "s-1", namespace: "kube-system", portList: [], clusterIp: [] }] })
    .read("/etc/coredns/Corefile", { readBytes: 120 })
    .networkEvent("CONNECT", "10.9.0.1:53", "10.9.0.77:50000")
    .processFlow({ cloned: 2, exited: 2, errors: 1, lasts: 5 });
  for (const [index, kind] of kinds.entries()) {
    const item = { name: `thing-${index}`, namespace: "kube-system", note: '<"quoted"> & \u2029 é' };
    story.k8s({ kind, action: actions[index % actions.length] as string, message: { kind: kind.slice(4), type: "X", items: [item] } });
  }
  return story
    .k8s({ kind: "K8S_PODS", action: "K8S_COMPONENT_NONEXISTENT", message: "no object" })
    .process("orphan", { exe: "/bin/orphan", pid: 7 })
    .exit(255)
    .record({ type: "P", value: stray })
    .record({ type: "PE", value: { procOid: stray.oid, ts: stray.ts, tid: 8n, opFlags: operationBits(["EXEC"]), args: [], ret: 0 } });
}
