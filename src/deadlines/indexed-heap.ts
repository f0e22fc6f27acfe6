// A binary heap of what is due when: blocking queries, checks, gossip's timers. Each item knows its place, so that taking one
// of 50,000 back costs a few swaps and leaves nothing behind. Those of equal time leave in the order in which they came.

export interface HeapItem {
  /** Milliseconds of its owner's clock. Must not change while it is in the heap. */
  readonly dueMs: number;
  /** Its place; -1 while it is in no heap. Kept by the heap. */
  slot: number;
  /** Its number among all that ever came. Kept by the heap. */
  order: number;
}

function isBefore(a: HeapItem, b: HeapItem): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

export class IndexedHeap<T extends HeapItem> {
  readonly #items: T[] = [];
  #added = 0;

  get size(): number {
    return this.#items.length;
  }

  /** The number of the one that came last. */
  get latest(): number {
    return this.#added;
  }

  /** The one due first. */
  get first(): T | undefined {
    return this.#items[0];
  }

  /** It must be in no heap. */
  add(item: T): void {
    this.#added += 1;
    item.order = this.#added;
    this.#items.push(item);
    this.#rise(this.#items.length - 1, item);
  }

  /** Does nothing when it isn't in this heap. */
  remove(item: T): void {
    const slot = item.slot;
    if (slot < 0 || this.#items[slot] !== item) return;
    item.slot = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#rise(slot, last);
    this.#sink(last.slot, last);
  }

  /** All that are in it now, in no particular order. */
  items(): T[] {
    return [...this.#items];
  }

  #rise(from: number, item: T): void {
    const items = this.#items;
    let slot = from;
    while (slot > 0) {
      const above = (slot - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !isBefore(item, parent)) break;
      items[slot] = parent;
      parent.slot = slot;
      slot = above;
    }
    items[slot] = item;
    item.slot = slot;
  }

  #sink(from: number, item: T): void {
    const items = this.#items;
    let slot = from;
    for (;;) {
      let below = 2 * slot + 1;
      let child = items[below];
      if (child === undefined) break;
      const sibling = items[below + 1];
      if (sibling !== undefined && isBefore(sibling, child)) {
        child = sibling;
        below += 1;
      }
      if (!isBefore(child, item)) break;
      items[slot] = child;
      child.slot = slot;
      slot = below;
    }
    items[slot] = item;
    item.slot = slot;
  }
}
