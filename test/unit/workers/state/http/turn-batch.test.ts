import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownBytes } from '../../../../../src/workers/state/http/hand-over/turn-batch.js';

test('bytes that go to another thread take along nothing of the memory they lie in', () => {
  const all = Buffer.from('0123456789'.repeat(10));
  for (const view of [all.subarray(10, 13), new Uint8Array(all.buffer, all.byteOffset, 3)]) {
    const own = ownBytes(view);
    assert.deepEqual([Buffer.from(own).toString(), own.buffer.byteLength], ['012', 3]);
  }
  const alone = new Uint8Array(3);
  assert.equal(ownBytes(alone), alone);
});
