// Tells many who wait for the same: some in each turn of the loop, so that nothing else waits until all of them are told.

const TOLD_AT_ONCE = 128;

/** Whoever is told leaves the set; who leaves it before isn't told, who comes meanwhile is. */
export function tellInTurns<Waiter>(
  waiters: ReadonlySet<Waiter>,
  tell: (waiter: Waiter) => void,
  isMeant: (waiter: Waiter) => boolean = () => true,
): void {
  let told = 0;
  for (const waiter of waiters) {
    if (!isMeant(waiter)) continue;
    if (told === TOLD_AT_ONCE) {
      setImmediate(() => tellInTurns(waiters, tell, isMeant));
      return;
    }
    told += 1;
    tell(waiter);
  }
}
