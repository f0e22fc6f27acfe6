// Commands that stock leaders write in parts (spec/raft.md, section 11): put together, forgotten with the term, carried by
// snapshots, and bounded. A leader's sums over its log change nothing.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { encodeCommand } from '../../../../../../src/wasm/commands.js';
import { readChunks, writeChunks } from '../../../../../../src/workers/state/replica/chunks/chunk-record.js';
import { isCheckpoint, readPlace } from '../../../../../../src/workers/state/replica/chunks/extended-entry.js';
import { KeptChunks } from '../../../../../../src/workers/state/replica/chunks/kept-chunks.js';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import { readJson } from '../../../../../data.js';
import { kvSet } from './commands.js';
import { ExtendedLog } from './extended-log.js';
import { readAll, recordsOf, writeAll } from './stream.js';

interface Recorded {
  readonly index: number;
  readonly term: number;
  readonly extensionsHex?: string;
  readonly extensionsKind?: string;
  readonly data: { readonly hex?: string; readonly headHex?: string; readonly tailHex?: string; len?: number };
}

const { items } = readJson('raft/log-server.json') as { items: readonly Recorded[] };
const extended = items.filter(({ extensionsHex }) => extensionsHex !== undefined);
const chunks = extended.filter(({ extensionsKind }) => extensionsKind === 'chunk');

function extensionsOf({ extensionsHex = '' }: Recorded): Buffer {
  return Buffer.from(extensionsHex, 'hex');
}

/** The vectors keep both ends of a long body, which is one letter over and over, and its sum. */
function dataOf({ data }: Recorded): Buffer {
  if (data.hex !== undefined) return Buffer.from(data.hex, 'hex');
  const { headHex = '', tailHex = '', len = 0, sha256 } = data as typeof data & { readonly sha256: string };
  const whole = Buffer.alloc(len, 0x5a);
  whole.set(Buffer.from(headHex, 'hex'));
  whole.set(Buffer.from(tailHex, 'hex'), len - tailHex.length / 2);
  assert.equal(createHash('sha256').update(whole).digest('hex'), sha256);
  return whole;
}

const HALVES = { operation: 2n ** 64n - 2n, count: 2 };

/** The extensions of a part of the operation 1. */
function part(sequence: number, count: number): Buffer {
  return Buffer.from([8, 1, ...(sequence === 0 ? [] : [16, sequence]), 24, count]);
}

test('a recorded command in three parts is the key that it set, under the index of its last part', async () => {
  assert.deepEqual(
    chunks.map(({ index }) => index),
    [65, 66, 67],
  );
  const log = new ExtendedLog();
  for (const chunk of chunks) await log.commit(chunk.index, chunk.term, dataOf(chunk), extensionsOf(chunk));
  const entry = log.store.kv.get('big').value;
  assert.equal(entry?.ModifyIndex, 67);
  assert.equal(entry?.CreateIndex, 67);
  assert.equal(entry?.Value?.length, 1_300_000);
  assert.ok(entry?.Value?.every((byte) => byte === 0x5a));
  assert.deepEqual(log.store.tables.chunks.freeze(), []);
  log.close();
});

test('parts may come in any order; until the last one is there nothing shows', async () => {
  const command = Buffer.from(encodeCommand(kvSet('in parts', 'value')));
  const log = new ExtendedLog();
  await log.commit(5, 2, command.subarray(10), part(1, 2));
  assert.equal(log.store.kv.get('in parts').value, null);
  assert.equal(log.store.appliedIndex, 5);
  await log.commit(6, 2, command.subarray(0, 10), part(0, 2));
  assert.equal(log.store.kv.get('in parts').value?.ModifyIndex, 6);
  log.close();
});

test('a new term forgets the parts of the old one', async () => {
  const command = Buffer.from(encodeCommand(kvSet('in parts', 'value')));
  const log = new ExtendedLog();
  await log.commit(5, 2, command.subarray(0, 10), part(0, 2));
  await log.commit(6, 3, command.subarray(10), part(1, 2));
  assert.equal(log.store.kv.get('in parts').value, null);
  assert.deepEqual(
    log.store.tables.chunks.freeze().map(({ parts }) => [...parts.keys()]),
    [[1]],
  );
  log.close();
});

test('a snapshot carries the parts that are there, and the rest completes them', async () => {
  const command = Buffer.from(encodeCommand(kvSet('in parts', 'value')));
  const log = new ExtendedLog();
  await log.commit(5, 2, command.subarray(0, 10), part(0, 2));
  const stream = writeAll(log.store);
  log.close();
  assert.equal(recordsOf(stream).at(-1)?.type, 29);
  for (const pieceBytes of [1, stream.length]) {
    const restored = new StateStore();
    readAll(restored, stream, pieceBytes);
    assert.deepEqual(writeAll(restored), stream);
    const whole = restored.tables.chunks.take(2, { operation: 1n, sequence: 1, count: 2 }, command.subarray(10));
    assert.deepEqual(Buffer.from(whole ?? []), command);
    readAll(restored, stream);
    assert.equal(restored.tables.chunks.take(3, { operation: 1n, sequence: 1, count: 2 }, command), null);
  }
});

test('the record has the stock form: all places of a command, nil where nothing came', () => {
  const kept = new KeptChunks();
  kept.take(7, { ...HALVES, sequence: 1 }, Buffer.from('zz'));
  const written = Buffer.from(writeChunks(kept.freeze(), kept.term)).toString('hex');
  const chunk =
    '85a444617461a27a7aa94e756d4368756e6b7302a54f704e756dcffffffffffffffffeab53657175656e63654e756d01a45465726d07';
  assert.equal(written, `81a84368756e6b4d617081cffffffffffffffffe92c0${chunk}`);
  const again = new KeptChunks();
  assert.equal(readChunks(Buffer.from(written, 'hex'), 0, again), written.length / 2);
  assert.deepEqual([again.term, again.freeze().length], [7, 1]);
  assert.throws(() => readChunks(Buffer.from(written, 'hex').subarray(0, 40), 0, again), { code: 'truncated' });
});

test("extensions are read as the vectors' decoder read them; what says nothing is told apart", () => {
  const { items: encodings } = readJson('raft/encodings.json') as {
    items: readonly {
      readonly name: string;
      readonly hex: string;
      readonly decoded: { readonly [name: string]: unknown };
    }[];
  };
  const places = encodings.filter(({ name }) => name.startsWith('chunk info'));
  assert.equal(places.length, 2);
  for (const { hex, decoded } of places) {
    const place = readPlace(Buffer.from(hex, 'hex'));
    assert.deepEqual(
      [String(place?.operation), place?.sequence, place?.count],
      [decoded['op_num'], decoded['sequence_num'], decoded['num_chunks']],
    );
  }
  for (const hex of ['08', '0b00', '0880808080808080808080', '22ff', '0d01']) {
    assert.equal(readPlace(Buffer.from(hex, 'hex')), null, hex);
  }
});

test('a sum over the log is no part of a command, and changes nothing', async () => {
  const sums = extended.filter(({ extensionsKind }) => extensionsKind !== 'chunk');
  assert.equal(sums.length, 2);
  const log = new ExtendedLog();
  for (const sum of sums) {
    const entry = { index: sum.index, term: sum.term, data: dataOf(sum), extensions: extensionsOf(sum) };
    assert.equal(isCheckpoint(entry), true);
    assert.equal(isCheckpoint({ ...entry, data: Buffer.from('a9c1c0', 'hex') }), false);
    await log.commit(sum.index, sum.term, entry.data, entry.extensions);
  }
  assert.equal(log.store.appliedIndex, 152);
  assert.deepEqual(log.store.tables.chunks.freeze(), []);
  assert.deepEqual(log.errors, []);
  log.close();
});

test('parts that make no sense are passed over, and what is kept has a bound', async () => {
  const log = new ExtendedLog();
  await log.commit(1, 1, Buffer.from('x'), Buffer.from('ff'));
  await log.commit(2, 1, Buffer.from('x'), part(3, 2));
  await log.commit(3, 1, Buffer.from('x'), Buffer.from('080118ffffffff0f', 'hex'));
  assert.deepEqual(log.store.tables.chunks.freeze(), []);
  assert.equal(log.errors.length, 1);
  assert.equal(log.store.appliedIndex, 3);
  log.close();
  const kept = new KeptChunks();
  const data = new Uint8Array(512 * 1024);
  for (let operation = 1n; operation <= 200n; operation += 1n) {
    assert.equal(kept.take(1, { operation, sequence: 0, count: 2 }, data), null);
  }
  const operations = kept.freeze().map(({ operation }) => operation);
  assert.equal(operations.length, 112);
  assert.deepEqual([operations[0], operations.at(-1)], [89n, 200n]);
  assert.equal(kept.take(1, { operation: 200n, sequence: 1, count: 2 }, data)?.length, 2 * data.length);
});
