import type { Device, Written } from "./output.ts";

export type StandardStream = "STDOUT" | "STDERR";

/**
 * A standard stream of the process. It goes through the process's own stream, so that it stands in line with the log and
 * whatever else the process prints; a reader that is slow or gone delays or fails a write, and never stops the process.
 */
export function standardDevice(name: StandardStream): Device {
  const stream = name === "STDOUT" ? process.stdout : process.stderr;
  // A closed pipe is told to each write. Without a listener, the event of the same error would end the process.
  if (!stream.listeners("error").includes(toldToTheWriter)) stream.on("error", toldToTheWriter);
  return {
    write: (bytes) =>
      new Promise<Written>((resolve) => {
        stream.write(bytes, (error) => resolve(error ? { bytes: 0, error } : { bytes: bytes.byteLength }));
      }),
    close: () => Promise.resolve(),
  };
}

function toldToTheWriter(): void {
  // Each write hears of it by its callback.
}
