// Room for work in the module's memory: it grows as needed, and what one large input made of it is given back at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEPT_MEMORY_BYTES } from '../../../src/wasm/module.js';
import { Workspace } from '../../../src/wasm/workspace.js';

const TABLE_BYTES = 1024;

test('the input lies behind the table, with room behind it; a large one leaves nothing', () => {
  const tables: number[] = [];
  const space = new Workspace((_, address) => {
    tables.push(address);
    return TABLE_BYTES;
  });
  const rooms = [10, 200_000, 20, KEPT_MEMORY_BYTES, 30];
  const held = rooms.map((room) => {
    space.run(Uint8Array.of(1, 2, 3), room, (_, memory, input, output) => {
      assert.deepEqual([...memory.subarray(input, output)], [1, 2, 3]);
      assert.ok(input >= (tables.at(-1) ?? 0) + TABLE_BYTES && memory.length >= output + room);
    });
    return space.heldBytes;
  });
  const [first = 0, second = 0, third = 0, large, after = 0] = held;
  assert.ok(first > 0 && second > first && third === second, held.join());
  assert.deepEqual([large, after, tables.length], [0, first, 2]);
});
