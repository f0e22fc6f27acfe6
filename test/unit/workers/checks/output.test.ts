import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OutputRing } from '../../../../src/workers/checks/probe/output.js';

test('the ring keeps exactly the last bytes, however they arrive', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 700 }),
      fc.array(fc.uint8Array({ maxLength: 900, size: 'max' })),
      (limit, chunks) => {
        const ring = new OutputRing(limit);
        for (const chunk of chunks) {
          // The caller's buffer is used again: the ring must have copied.
          const reused = Buffer.from(chunk);
          ring.write(reused);
          reused.fill(0x21);
        }
        const all = Buffer.concat(chunks);
        assert.equal(ring.total, all.length);
        assert.equal(ring.text(), all.subarray(Math.max(0, all.length - limit)).toString('utf8'));
      },
    ),
  );
});

test('a notice tells what is missing, and only then', () => {
  const ring = new OutputRing(8);
  ring.write(Buffer.from('12345678'));
  assert.equal(ring.textWithNotice(), '12345678');
  ring.write(Buffer.from('9'));
  assert.equal(ring.textWithNotice(), 'Captured 8 of 9 bytes\n...\n23456789');
});
