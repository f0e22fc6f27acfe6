// The heap against a sorted array: whatever came and went, the earliest is first, and the first come among equals.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type HeapItem, IndexedHeap } from '../../../src/deadlines/indexed-heap.js';
import { runSeed } from '../../random.js';

interface Item extends HeapItem {
  readonly name: number;
}

function drained(heap: IndexedHeap<Item>): Item[] {
  const items: Item[] = [];
  for (let { first } = heap; first !== undefined; first = heap.first) {
    items.push(first);
    heap.remove(first);
  }
  return items;
}

function makeItem(dueMs: number, name: number): Item {
  return { dueMs, name, slot: -1, order: 0 };
}

/** Few times, so that many are equal; more comes than goes, so that the heap grows to several levels. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), number: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), number: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), number: fc.constant(0) }) },
);

test('the heap holds what a sorted array would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const heap = new IndexedHeap<Item>();
      let sorted: Item[] = [];
      for (const [name, { kind, number }] of steps.entries()) {
        if (kind === 'add') {
          const item = makeItem(number, name);
          // Stable: equal times stay in the order in which they came.
          sorted = [...sorted, item].sort((a, b) => a.dueMs - b.dueMs);
          heap.add(item);
        } else {
          const item = kind === 'take' ? heap.first : sorted[number % Math.max(1, sorted.length)];
          if (item === undefined) continue;
          heap.remove(item);
          heap.remove(item);
          assert.equal(item.slot, -1);
          sorted = sorted.filter((one) => one !== item);
        }
        assert.equal(heap.size, sorted.length);
        assert.equal(heap.first, sorted[0]);
      }
      assert.deepEqual(drained(heap), sorted);
    }),
    { seed: runSeed },
  );
});

test('what fills a gap may have to rise', () => {
  const heap = new IndexedHeap<Item>();
  const items = [1, 20, 2, 21, 22, 50, 4].map(makeItem);
  for (const item of items) heap.add(item);
  // The last one, 4, takes the place of 21, under 20.
  heap.remove(items[3] as Item);
  assert.deepEqual(
    drained(heap).map(({ dueMs }) => dueMs),
    [1, 2, 4, 20, 22, 50],
  );
});

test('what was never in it, or is in another, cannot be taken out', () => {
  const heap = new IndexedHeap<Item>();
  const other = new IndexedHeap<Item>();
  const item = makeItem(1, 0);
  heap.add(item);
  other.add(makeItem(1, 1));
  other.remove(item);
  heap.remove(makeItem(1, 2));
  assert.equal(heap.size + other.size, 2);
  heap.remove(item);
  assert.equal(heap.size, 0, 'what another heap was asked for is still at its place');
});

test('all of them can be looked at, and one by one be taken out and come back', () => {
  const heap = new IndexedHeap<Item>();
  const items = [3, 1, 2].map(makeItem);
  for (const item of items) heap.add(item);
  const all = heap.items();
  assert.deepEqual(new Set(all), new Set(items));
  assert.equal(heap.latest, Math.max(...items.map(({ order }) => order)));
  for (const item of all) heap.remove(item);
  assert.ok(all.every(({ slot }) => slot === -1));
  assert.equal(heap.size, 0);
  for (const item of all) heap.add(item);
  assert.deepEqual(
    drained(heap).map(({ dueMs }) => dueMs),
    [1, 2, 3],
  );
});
