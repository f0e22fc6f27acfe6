// A record is whole or it is nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EntryType, logIndex, singlePayload, term } from '../../../../src/workers/raft/core/entry.js';
import { decodeRecord, RECORD_HEADER_BYTES, sealRecord, tailBytes } from '../../../../src/workers/raft/store/record.js';

const run = fc.record({
  firstIndex: fc.maxSafeNat().map(logIndex),
  term: fc.maxSafeNat().map(term),
  count: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  type: fc.constantFrom(...Object.values(EntryType)),
  appendedAtMs: fc.maxSafeNat(),
});
const payload = fc.uint8Array({ maxLength: 300, size: 'max' });
const rest = fc.record(
  { nanoseconds: fc.integer({ min: 1, max: 999_999 }), zoneMinutes: fc.integer({ min: -0x8000, max: 0x7fff }) },
  { noNullPrototype: true },
);
const extensions = fc.uint8Array({ minLength: 1, maxLength: 60 });

function sealed(about: Parameters<typeof sealRecord>[1], bytes: Uint8Array): Buffer {
  const record = Buffer.alloc(RECORD_HEADER_BYTES + bytes.length + tailBytes(about), 0xaa);
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

test('one entry with extensions, and a time to the nanosecond in any zone, decode to what was sealed', () => {
  fc.assert(
    fc.property(run, payload, rest, extensions, (about, data, appendedAtRest, beside) => {
      const timed = { ...about, appendedAtRest };
      const decodedTime = decodeRecord(sealed(timed, data));
      assert.deepEqual(decodedTime.ok && decodedTime.run.appendedAtRest, appendedAtRest);
      const bytes = singlePayload(data);
      const extended = { ...timed, count: 1, extensions: beside };
      const decoded = decodeRecord(sealed(extended, bytes));
      assert.ok(decoded.ok);
      const { payload: read, extensions: readBeside = [], ...others } = decoded.run;
      const all = { ...others, payload: [...read], extensions: [...readBeside] };
      assert.deepEqual(all, { ...extended, payload: [...bytes], extensions: [...beside] });
    }),
  );
});

test('a record of before extensions and nanoseconds were kept is read as it was, and written as the same bytes', () => {
  const hex =
    '4c4c52316741bc320300000000000000020000000000000000b0ef72edac794203000000170000000000000000000000' +
    '050000006669727374060000007365636f6e6400000000';
  const decoded = decodeRecord(Buffer.from(hex, 'hex'));
  assert.ok(decoded.ok);
  const { payload: bytes, ...about } = decoded.run;
  assert.deepEqual(about, {
    firstIndex: logIndex(3),
    term: term(2),
    count: 3,
    type: EntryType.command,
    appendedAtMs: 1_764_406_800_123,
  });
  assert.equal(sealed(about, bytes).toString('hex'), hex);
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
