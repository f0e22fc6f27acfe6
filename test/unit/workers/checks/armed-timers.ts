// Which timers are running: those that were set, have not fired and were not cleared. A timer that nobody cleared shows at
// once, not only when its time is over.

export interface ArmedTimers {
  /** Their delays in milliseconds. */
  delays(): readonly number[];
  /** Ends the watch, and the timers that are left: nothing waits for what a failed test forgot. */
  end(): void;
}

/** Watches the timers that are set from now on; only one watch at a time. */
export function watchTimers(): ArmedTimers {
  const armed = new Map<NodeJS.Timeout, number>();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const watchedSet = <A extends unknown[]>(fire: (...given: A) => void, delayMs?: number, ...given: A) => {
    const timer: NodeJS.Timeout = set(() => {
      armed.delete(timer);
      fire(...given);
    }, delayMs);
    armed.set(timer, delayMs ?? 0);
    return timer;
  };
  const watchedClear = (timer: NodeJS.Timeout | string | number | undefined): void => {
    if (timer instanceof Object) armed.delete(timer);
    clear(timer);
  };
  globalThis.setTimeout = Object.assign(watchedSet, { __promisify__: set.__promisify__ });
  globalThis.clearTimeout = watchedClear;
  return {
    delays: () => [...armed.values()],
    end: () => {
      globalThis.setTimeout = set;
      globalThis.clearTimeout = clear;
      for (const timer of armed.keys()) clear(timer);
    },
  };
}
