// What recovery makes of a log that isn't as it was left: an unfinished last write is cut, everything else is said and
// stops. Over the store of -dev, which keeps exactly what it is given.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EntryType,
  type LogIndex,
  logIndex,
  ORIGIN,
  singlePayload,
  term,
} from '../../../src/workers/raft/core/entry.js';
import { NoMarker } from '../../../src/workers/raft/store/durable-marker.js';
import {
  BEGIN_KEY,
  HARD_STATE_KEY,
  RECORDS_BEFORE,
  RECORDS_FROM,
  recordKey,
} from '../../../src/workers/raft/store/log-keys.js';
import { recoverLog } from '../../../src/workers/raft/store/log-recovery.js';
import { LogStore } from '../../../src/workers/raft/store/log-store.js';
import { MemoryStore } from '../../../src/workers/raft/store/memory-store.js';

const HARD_STATE = { term: term(3), vote: 'a' };
const COVERED = { index: logIndex(4), term: term(3) };

/** Entries 1 to `count` in a record each, with term and vote. */
async function written(count: number): Promise<MemoryStore> {
  const store = new MemoryStore();
  const log = new LogStore(store, new NoMarker(), await recoverLog(store, ORIGIN, logIndex(0)));
  for (let index = 1; index <= count; index += 1) {
    const payload = singlePayload(Buffer.from(`entry ${index}`));
    const run = { firstIndex: logIndex(index), count: 1, term: term(3), type: EntryType.command, appendedAtMs: 0 };
    await log.persist({ hardState: HARD_STATE, truncateAfter: null, restart: null, runs: [{ ...run, payload }] });
  }
  return store;
}

async function flip(store: MemoryStore, key: Uint8Array, at: number): Promise<void> {
  const value = Buffer.from((await store.get(key)) ?? assert.fail('no such key'));
  value[at] = (value[at] ?? 0) ^ 1;
  await store.write([{ key, value }], []);
}

async function content(store: MemoryStore): Promise<string[]> {
  const rows: string[] = [];
  for await (const { key, value } of store.scan(Uint8Array.of(0), Uint8Array.of(255))) {
    rows.push(`${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('hex')}`);
  }
  return rows;
}

/** Recovery says `message` and has touched nothing. */
async function assertStops(store: MemoryStore, marker: LogIndex | null, message: string): Promise<void> {
  const before = await content(store);
  await assert.rejects(recoverLog(store, ORIGIN, marker), { name: 'StorageFailure', code: 'damaged', message });
  assert.deepEqual(await content(store), before);
}

test('term and vote come back, and a changed bit anywhere in them stops', async () => {
  const store = await written(2);
  assert.deepEqual((await recoverLog(store, ORIGIN, logIndex(2))).hardState, HARD_STATE);
  const { length } = (await store.get(HARD_STATE_KEY)) ?? assert.fail('no term and vote');
  for (let at = 0; at < length; at += 1) {
    await flip(store, HARD_STATE_KEY, at);
    await assertStops(store, logIndex(2), 'raft log is damaged: term and vote: checksum mismatch');
    await flip(store, HARD_STATE_KEY, at);
  }
});

test('term and vote cut short, to nothing even, are damage', async () => {
  const store = await written(2);
  const value = (await store.get(HARD_STATE_KEY)) ?? assert.fail('no term and vote');
  for (const length of [0, 3, 4, value.length - 1]) {
    await store.write([{ key: HARD_STATE_KEY, value: value.slice(0, length) }], []);
    await assertStops(store, logIndex(2), 'raft log is damaged: term and vote: checksum mismatch');
  }
});

test('missing term and vote are damage as soon as anything was ever written', async () => {
  const message = 'raft log is damaged: term and vote are missing';
  const store = await written(4);
  await store.write([], [HARD_STATE_KEY]);
  await assertStops(store, logIndex(4), message);
  await assertStops(store, logIndex(0), message);
  // Compaction may have left no record.
  const compacted = await written(4);
  const log = new LogStore(compacted, new NoMarker(), await recoverLog(compacted, ORIGIN, logIndex(4)));
  assert.equal(await log.dropThrough(logIndex(4)), 4);
  await compacted.write([], [HARD_STATE_KEY]);
  assert.equal((await content(compacted)).length, 1, 'where the log begins');
  await assert.rejects(recoverLog(compacted, COVERED, logIndex(4)), { message });
});

test('a directory with only snapshots goes on from the newest', async () => {
  for (const marker of [null, logIndex(0)]) {
    const { hardState, log } = await recoverLog(new MemoryStore(), COVERED, marker);
    assert.deepEqual(hardState, { term: 3, vote: null });
    assert.deepEqual(log.last, COVERED);
  }
});

test('a log without its marker is damage', async () => {
  const message = 'raft log is damaged: its durable marker log.durable is missing or empty';
  const store = await written(2);
  await assertStops(store, null, message);
  await store.removeRange(RECORDS_FROM, RECORDS_BEFORE);
  await assertStops(store, null, message);
});

test('a broken last record that was durable stops before anything is cut; one that was not is cut', async () => {
  const store = await written(3);
  await flip(store, recordKey(logIndex(3)), 50);
  await assertStops(store, logIndex(3), 'raft log is damaged at index 3: checksum mismatch');
  const { repaired, log } = await recoverLog(store, ORIGIN, logIndex(2));
  assert.equal(repaired, 'cut an incomplete last write at index 3: checksum mismatch');
  assert.equal(log.last.index, 2);
  assert.equal(await store.get(recordKey(logIndex(3))), null);
});

test('a broken last record is left alone where something else stops', async () => {
  const store = await written(3);
  await flip(store, recordKey(logIndex(3)), 50);
  await flip(store, HARD_STATE_KEY, 6);
  await assertStops(store, logIndex(2), 'raft log is damaged: term and vote: checksum mismatch');
});

test('a log that ends before what was durable is damage, also when nothing of it is left', async () => {
  const store = await written(3);
  await store.write([], [recordKey(logIndex(3))]);
  await assertStops(store, logIndex(3), 'raft log is damaged at index 3: the log ends at 2, but was durable through 3');
  await assertStops(
    new MemoryStore(),
    logIndex(3),
    'raft log is damaged at index 1: the log ends at 0, but was durable through 3',
  );
});

test('a changed bit in where the log begins is damage', async () => {
  const store = await written(3);
  const log = new LogStore(store, new NoMarker(), await recoverLog(store, ORIGIN, logIndex(3)));
  await log.dropThrough(logIndex(1));
  await flip(store, BEGIN_KEY, 5);
  await assertStops(store, logIndex(3), 'raft log is damaged: begin of the log: checksum mismatch');
});
