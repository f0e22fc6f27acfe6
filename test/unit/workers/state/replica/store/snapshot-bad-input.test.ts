import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SnapshotError } from '../../../../../../src/workers/state/replica/snapshot/snapshot-order.js';
import { SnapshotReader } from '../../../../../../src/workers/state/replica/snapshot/snapshot-read.js';
import { writeSnapshot } from '../../../../../../src/workers/state/replica/snapshot/snapshot-write.js';
import { check, createSession, kvSet, register, service, TestStore } from './commands.js';
import { readAll, recordsOf, writeAll } from './stream.js';

function filled(): TestStore {
  const store = new TestStore();
  store.runAll(
    register({ Service: service({ ID: 'web' }), Check: check({ ServiceID: 'web' }), NodeMeta: { a: 'b' } }),
    createSession({ ID: 's' }),
    kvSet('k', 'value'),
  );
  return store;
}

function isSnapshotError(code: SnapshotError['code']): (error: unknown) => boolean {
  return (error) => error instanceof SnapshotError && error.code === code;
}

test('a stream cut at any byte but between records is refused, and the store keeps its state', () => {
  const stream = writeAll(filled());
  const ends = new Set<number>();
  let at = 0;
  for (const { hex } of recordsOf(stream)) {
    at += hex.length / 2;
    ends.add(at);
  }
  const store = new TestStore();
  store.runAll(kvSet('mine'));
  for (let length = 0; length < stream.length; length += 1) {
    if (ends.has(length)) continue;
    assert.throws(() => readAll(store, stream.subarray(0, length)), isSnapshotError('truncated'), `${length} bytes`);
  }
  assert.ok(store.kv.get('mine').value);
  assert.equal(store.generation, 0);
});

test('record types that no snapshot holds are named', () => {
  const header = writeAll(new TestStore()).subarray(0, 12);
  const withType = (type: number): Buffer => Buffer.concat([header, Buffer.from([type, 0x80])]);
  assert.throws(() => readAll(new TestStore(), withType(1)), { message: 'Unrecognized msg type 1' });
  assert.throws(() => readAll(new TestStore(), withType(44)), { message: 'Unrecognized msg type 44' });
  assert.throws(() => readAll(new TestStore(), withType(64)), {
    message: 'msg type <64> is a Consul Enterprise log entry. Consul CE cannot restore it',
  });
});

test('random damage never does anything but throw a SnapshotError or restore something', () => {
  const stream = writeAll(filled());
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(stream.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 700 }),
      (damage, pieceBytes) => {
        const bytes = Buffer.from(stream);
        for (const [at, byte] of damage) bytes[at] = byte;
        try {
          readAll(new TestStore(), bytes, pieceBytes);
        } catch (error) {
          assert.ok(error instanceof SnapshotError, String(error));
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('writes go on while a snapshot is streamed, and are not in it', () => {
  const store = new TestStore();
  const value = 'x'.repeat(1000);
  for (let i = 0; i < 500; i += 1) store.runAll(kvSet(`k${String(i).padStart(3, '0')}`, value));
  const expected = writeAll(store).toString('hex');
  const snapshot = store.snapshot();
  assert.equal(snapshot.index, 500);
  const chunks: Uint8Array[] = [];
  for (const chunk of writeSnapshot(snapshot)) {
    chunks.push(chunk);
    store.runAll(kvSet('k499', `changed ${chunks.length}`), kvSet(`new ${chunks.length}`));
  }
  assert.ok(chunks.length > 4, `${chunks.length} chunks`);
  assert.ok(chunks.every((chunk) => chunk.length < 80 * 1024));
  assert.equal(Buffer.concat(chunks).toString('hex'), expected);
});

test('values larger than a chunk pass whole', () => {
  const store = new TestStore();
  const value = 'y'.repeat(500_000);
  store.runAll(kvSet('big', value), kvSet('small'));
  const restored = new TestStore();
  readAll(restored, writeAll(store), 65_536);
  assert.equal(Buffer.from(restored.kv.get('big').value?.Value ?? []).toString(), value);
});

test('a long record costs its length, however small the pieces', (context) => {
  const store = new TestStore();
  store.runAll(kvSet('big', 'y'.repeat(500_000)));
  const stream = writeAll(store);
  const concat = context.mock.method(Buffer, 'concat');
  readAll(new TestStore(), stream, 1024);
  const copied = concat.mock.calls.reduce((sum, { result }) => sum + (result?.length ?? 0), 0);
  assert.ok(copied < 4 * stream.length, `${copied} bytes were copied for ${stream.length}`);
});

test('a restored store goes on where the other one was', () => {
  const store = filled();
  const restored = new TestStore();
  const reader = new SnapshotReader(restored);
  reader.push(writeAll(store));
  assert.equal(reader.end(77), 3);
  assert.equal(restored.appliedIndex, 77);
  assert.equal(restored.kv.get('k').value?.CreateIndex, 3);
  restored.runAll(kvSet('k', 'next'));
  assert.equal(restored.kv.get('k').value?.ModifyIndex, 78);
  assert.equal(restored.kv.get('k').value?.CreateIndex, 3);
});
