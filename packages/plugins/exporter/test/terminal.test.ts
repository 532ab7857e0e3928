import { harness, podScene } from "@millrace/testkit";
import { afterEach, expect, it, vi } from "vitest";
import { plugin } from "../src/index.ts";
import { encoder, eventsFrom, lines } from "./support/events.ts";

const batch = eventsFrom(podScene().records);

afterEach(() => {
  vi.restoreAllMocks();
});

type Write = (bytes: Uint8Array, done: (cause?: Error) => void) => boolean;

function standardOutput(write: Write): void {
  vi.spyOn(process.stdout, "write").mockImplementation(write as typeof process.stdout.write);
}

it("writes to the standard output, and waits for a slow reader", async () => {
  let text = "";
  let open: (() => void) | undefined;
  standardOutput((bytes, done) => {
    open = () => {
      text += new TextDecoder().decode(bytes);
      done();
    };
    return false;
  });
  const h = await harness(plugin, {});
  const fed = h.feed(batch);
  await h.until("something to be written", () => open !== undefined);
  await h.quiet();
  expect(h.position).toBe(0);
  open?.();
  expect((await fed.settled()).outcome.state).toBe("done");
  expect(text).toBe(
    lines(batch, encoder("json"))
      .map((line) => `${line}\n`)
      .join(""),
  );
  await h.close();
});

it("loses what nobody reads, with the reason, at once, and leaves no listener behind", async () => {
  const before = process.stdout.listenerCount("error");
  standardOutput((_bytes, done) => {
    const cause = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    done(cause);
    // A stream tells of it twice: without a listener, this would throw.
    process.stdout.emit("error", cause);
    return false;
  });
  const h = await harness(plugin, {});
  expect((await h.feed(batch).settled()).outcome).toMatchObject({
    state: "lost",
    cause: { cause: { code: "MILLRACE_EXPORTER_TERMINAL", message: "can't write to the standard output: write EPIPE" } },
  });
  await h.close();
  expect(process.stdout.listenerCount("error")).toBe(before);
});
