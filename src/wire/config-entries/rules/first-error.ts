// The first thing that is wrong in a list.

export function firstError<T>(
  items: readonly T[] | null | undefined,
  errorOf: (item: T, at: number) => string | null,
): string | null {
  let at = 0;
  for (const item of items ?? []) {
    const error = errorOf(item, at);
    if (error !== null) return error;
    at += 1;
  }
  return null;
}
