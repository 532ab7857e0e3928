import type { Clock } from "@millrace/api";

/** What came of waiting for something. */
export type Waited<T> = { readonly state: "done"; readonly value: T } | { readonly state: "failed"; readonly cause: unknown } | { readonly state: "late" };

/**
 * Waits for a piece of work, but no longer than `ms` (a negative number: as long as it takes), or until `gone` comes. Work
 * that is left behind may still fail: nobody is told, and nothing is left unhandled.
 */
export function within<T>(clock: Clock, ms: number, work: () => T | Promise<T>, gone?: Promise<unknown>): Promise<Waited<T>> {
  return new Promise((resolve) => {
    const timer = ms >= 0 ? clock.after(ms, () => end({ state: "late" })) : undefined;
    const end = (waited: Waited<T>): void => {
      timer?.cancel();
      resolve(waited);
    };
    void gone?.then(() => end({ state: "late" }));
    // The executor of a promise turns what `work` throws at once into a rejection, like what it throws later.
    new Promise<T>((given) => {
      given(work());
    }).then(
      (value) => end({ state: "done", value }),
      (cause: unknown) => end({ state: "failed", cause }),
    );
  });
}
