// Long work is written as generators that yield every few milliseconds. Whoever has time, or knows that it is short, runs
// it in one go.

/** What is known already, for those who expect steps. */
export function* atOnce<T>(value: T): Generator<void, T> {
  yield* [];
  return value;
}

export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
