import { createHash } from "node:crypto";
import { MillraceError } from "@millrace/api";
import type { Container, File, Pod, Process } from "@millrace/api/sysflow";
import type { ContainerOptions, PodOptions, ProcessOptions } from "./options.ts";

const FIRST_PID = 1000;

/** What a host has told of by name since its header. */
export class Entities {
  private nextPid = FIRST_PID;
  private readonly pods = new Map<string, Pod>();
  private readonly containers = new Map<string, Container>();
  private readonly processes = new Map<string, Process>();
  private readonly files = new Set<string>();

  /** Forgets everything but the process ids that were given. */
  forget(): void {
    for (const table of [this.pods, this.containers, this.processes, this.files]) table.clear();
  }

  pod(name: string, options: PodOptions, ts: bigint): Pod {
    const pod: Pod = {
      ts,
      id: options.id ?? digest("pod", name).slice(0, 36),
      name,
      nodeName: options.node ?? "node-1",
      hostIp: options.hostIp ?? [],
      internalIp: options.internalIp ?? [],
      namespace: options.namespace ?? "default",
      restartCount: BigInt(options.restartCount ?? 0),
      labels: options.labels ?? {},
      selectors: options.selectors ?? {},
      services: options.services ?? [],
    };
    this.pods.set(name, pod);
    return pod;
  }

  container(name: string, options: ContainerOptions): Container {
    const container: Container = {
      id: options.id ?? digest("container", name).slice(0, 12),
      name,
      image: options.image ?? name,
      imageId: options.imageId ?? digest("image", options.image ?? name),
      type: options.type ?? "CT_DOCKER",
      privileged: options.privileged ?? false,
      podId: options.pod === undefined ? undefined : known(this.pods, "pod", options.pod).id,
    };
    this.containers.set(name, container);
    return container;
  }

  /** A process that is new; it has its name once it is {@link Entities.keep kept}. */
  newProcess(name: string, options: ProcessOptions, ts: bigint): Process {
    return {
      state: "CREATED",
      oid: { createTs: options.created ?? ts, hpid: BigInt(options.pid ?? this.nextPid++) },
      poid: options.parent === undefined ? undefined : known(this.processes, "process", options.parent).oid,
      ts,
      exe: options.exe ?? name,
      exeArgs: options.args ?? "",
      uid: options.uid ?? 0,
      userName: options.user ?? "root",
      gid: options.gid ?? 0,
      groupName: options.group ?? "root",
      tty: options.tty ?? false,
      containerId: options.container === undefined ? undefined : known(this.containers, "container", options.container).id,
      entry: options.entry ?? false,
      cwd: options.cwd ?? "/",
      env: options.env ?? [],
    };
  }

  process(name: string): Process {
    return known(this.processes, "process", name);
  }

  keep(name: string, process: Process): void {
    this.processes.set(name, process);
  }

  /** A file where it lies, and whether it is told of for the first time. */
  file(path: string, restype: string, containerId: string | undefined, ts: bigint): { readonly file: File; readonly isNew: boolean } {
    const oid = digest("file", `${containerId ?? ""}:${path}`);
    const isNew = !this.files.has(oid);
    this.files.add(oid);
    return { file: { state: "CREATED", oid, ts, restype, path, containerId }, isNew };
  }
}

function known<T>(table: ReadonlyMap<string, T>, what: string, name: string): T {
  const found = table.get(name);
  if (found !== undefined) return found;
  const names = [...table.keys()];
  throw new MillraceError("MILLRACE_TESTKIT_SCENARIO", `the scenario has no ${what} ${name}`, {
    hint: names.length === 0 ? `name one with .${what}()` : `it has ${names.join(", ")}`,
  });
}

/** 40 lower-case hexadecimal digits that depend on nothing but the name. */
function digest(kind: string, name: string): string {
  return createHash("sha1").update(`${kind}:${name}`).digest("hex");
}
