// Lists in replies: how long they may be, and when they are nil.

/** As many elements as the reader's limits let through: what a reply lists may be the whole catalog. */
export const UNLIMITED = Number.POSITIVE_INFINITY;

/** Most lists that found nothing are Go's nil slice. */
export function emptyAsNil<T>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items;
}
