import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileOfArchive } from "../../src/npm/archive.ts";

/** A package as it is published: an archive for each version. */
export type Published = Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;

/** A registry of npm packages on this machine, with as much of the protocol as npm needs to look at and to fetch packages. */
export class Registry {
  readonly #server: Server;
  readonly #packages: Published;

  private constructor(packages: Published) {
    this.#packages = packages;
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname).slice(1);
      const [name, file] = path.split("/-/") as [string, string | undefined];
      const versions = this.#packages[name];
      if (versions === undefined) {
        response.writeHead(404, { "content-type": "application/json" }).end("{}");
      } else if (file === undefined) {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(this.#packument(name, versions)));
      } else {
        response.writeHead(200, { "content-type": "application/octet-stream" }).end(versions[file.replace(/\.tgz$/, "")]);
      }
    });
  }

  static async start(packages: Published): Promise<Registry> {
    // `pnpm run` tells what it starts of a registry, and that counts more than a folder's settings.
    delete process.env["npm_config_registry"];
    const registry = new Registry(packages);
    await new Promise<void>((resolve) => registry.#server.listen(0, "127.0.0.1", resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The settings of npm that name this registry and nothing else. */
  settings(cache: string): string {
    return `registry=${this.url}\ncache=${cache}\nfetch-retries=0\naudit=false\nfund=false\n`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #packument(name: string, versions: Readonly<Record<string, Uint8Array>>): unknown {
    const all = Object.entries(versions).map(([version, archive]) => {
      const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
      const manifest: unknown = JSON.parse(fileOfArchive(archive, "package.json") ?? "{}");
      return [version, { ...(manifest as object), name, version, dist: { tarball: `${this.url}${name}/-/${version}.tgz`, integrity } }];
    });
    return { name, "dist-tags": { latest: Object.keys(versions).at(-1) }, versions: Object.fromEntries(all) };
  }
}
