/** What a signal can stop. */
export interface Stoppable {
  /** Takes nothing new, and ends when what is in hand has been answered. */
  drain(reason: string): void;
  /** Leaves at once. */
  abort(reason: string): void;
}

export type StopSignal = "SIGINT" | "SIGTERM";

/** The exit code of a process that a signal ends, as a shell tells it. */
export const SIGNAL_EXIT: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

export interface SignalWatch {
  /** Lets signals do what they do by themselves. */
  end(): void;
}

/**
 * Drains on the first SIGINT or SIGTERM, and leaves at once on the second.
 *
 * @param caught is told of each signal; `first` says whether it drains.
 * @param leave ends the process with an exit code.
 */
export function stopOnSignals(target: Stoppable, caught: (signal: StopSignal, first: boolean) => void, leave: (exitCode: number) => void): SignalWatch {
  let signals = 0;
  const handle = (signal: StopSignal): void => {
    signals += 1;
    caught(signal, signals === 1);
    if (signals === 1) {
      target.drain(signal);
      return;
    }
    target.abort(signal);
    leave(SIGNAL_EXIT[signal]);
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    end() {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}
