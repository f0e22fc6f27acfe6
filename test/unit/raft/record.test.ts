// A record is whole or it is nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EntryType, logIndex, term } from '../../../src/workers/raft/core/entry.js';
import { decodeRecord, RECORD_HEADER_BYTES, sealRecord } from '../../../src/workers/raft/store/record.js';

const run = fc.record({
  firstIndex: fc.maxSafeNat().map(logIndex),
  term: fc.maxSafeNat().map(term),
  count: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  type: fc.constantFrom(...Object.values(EntryType)),
  appendedAtMs: fc.maxSafeNat(),
});
const payload = fc.uint8Array({ maxLength: 300, size: 'max' });

function sealed(about: Parameters<typeof sealRecord>[1], bytes: Uint8Array): Buffer {
  const record = Buffer.alloc(RECORD_HEADER_BYTES + bytes.length, 0xaa);
  record.set(bytes, RECORD_HEADER_BYTES);
  sealRecord(record, about, bytes.length);
  return record;
}

test('a record decodes to what was sealed', () => {
  fc.assert(
    fc.property(run, payload, (about, bytes) => {
      const decoded = decodeRecord(sealed(about, bytes));
      assert.ok(decoded.ok);
      assert.deepEqual({ ...decoded.run, payload: [...decoded.run.payload] }, { ...about, payload: [...bytes] });
    }),
  );
});

test('every truncation and every flipped bit is found', () => {
  fc.assert(
    fc.property(run, payload, fc.nat(), (about, bytes, at) => {
      const record = sealed(about, bytes);
      assert.equal(decodeRecord(record.subarray(0, at % record.length)).ok, false);
      const flipped = Buffer.from(record);
      flipped[at % record.length] = (flipped[at % record.length] ?? 0) ^ (1 << (at % 8));
      assert.equal(decodeRecord(flipped).ok, false);
    }),
  );
});
