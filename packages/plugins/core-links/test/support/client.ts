import { connect, type Socket } from "node:net";

/** How long a client waits for anything, in milliseconds. */
const DEADLINE_MS = 5000;

/** A client that keeps what it was told. */
export class Client {
  readonly socket: Socket;
  received = "";
  ended = false;
  closed = false;
  private wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.received += bytes.toString("latin1");
      this.wake();
    });
    socket.on("end", () => {
      this.ended = true;
      this.wake();
    });
    socket.on("close", () => {
      this.closed = true;
      this.wake();
    });
    // A broken connection shows as closed.
    socket.on("error", () => this.wake());
  }

  static async connect(to: { readonly port: number; readonly host?: string } | { readonly path: string }): Promise<Client> {
    const socket = connect({ ...("port" in to ? { host: "127.0.0.1", ...to } : to), allowHalfOpen: true } as unknown as { path: string });
    const client = new Client(socket);
    await client.until("a connection", () => !socket.connecting);
    return client;
  }

  send(text: string | Uint8Array): void {
    this.socket.write(typeof text === "string" ? Buffer.from(text, "latin1") : text);
  }

  /** Waits for exactly this, as all that came since the last call. */
  async gets(text: string): Promise<void> {
    await this.until(JSON.stringify(text), () => this.received.length >= text.length);
    const got = this.received;
    this.received = "";
    if (got !== text) throw new Error(`expected ${JSON.stringify(text)}, got ${JSON.stringify(got)}`);
  }

  /** Sends, and waits for exactly this. */
  async ask(text: string | Uint8Array, reply: string): Promise<void> {
    this.send(text);
    await this.gets(reply);
  }

  async untilEnd(): Promise<string> {
    await this.until("the end of the connection", () => this.ended || this.closed);
    return this.received;
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    this.socket.on("connect", () => this.wake());
    const deadline = performance.now() + DEADLINE_MS;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}, got ${JSON.stringify(this.received.slice(0, 200))}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, 50);
      });
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
