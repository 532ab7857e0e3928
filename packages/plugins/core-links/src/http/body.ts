import type { IncomingMessage } from "node:http";

/** What became of a request's body: its bytes, or why there are none. */
export type Body = Buffer | "too-large" | "cut-off";

/** How long the body says it is: -1 where it does not say (chunked), 0 where there is none. */
export function declaredLength(request: IncomingMessage): number {
  if (request.headers["transfer-encoding"] !== undefined) return -1;
  return Number(request.headers["content-length"] ?? 0);
}

/** Reads the body, up to `most` bytes. Never rejects. */
export function readBody(request: IncomingMessage, most: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (body: Body): void => {
      request.off("data", take);
      resolve(body);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.byteLength;
      if (length > most) end("too-large");
      else chunks.push(chunk);
    };
    request.on("data", take);
    request.once("end", () => end(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.once("error", () => end("cut-off"));
    request.once("close", () => end("cut-off"));
  });
}
