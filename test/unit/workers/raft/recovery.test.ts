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
} from '../../../../src/workers/raft/core/entry.js';
import { NoMarker } from '../../../../src/workers/raft/store/durable-marker.js';
import {
  BEGIN_KEY,
  HARD_STATE_KEY,
  RECORDS_BEFORE,
  RECORDS_FROM,
  recordKey,
  UNPROVEN_KEY,
} from '../../../../src/workers/raft/store/log-keys.js';
import { recoverLog } from '../../../../src/workers/raft/store/log-recovery.js';
import { LogStore } from '../../../../src/workers/raft/store/log-store.js';
import { MemoryStore } from '../../../../src/workers/raft/store/memory-store.js';

const HARD_STATE = { term: term(3), vote: 'a' };
const COVERED = { index: logIndex(4), term: term(3) };

/** Entries 1 to `count` in a record each, with term and vote. */
async function written(count: number): Promise<MemoryStore> {
  const store = new MemoryStore();
  const log = new LogStore(store, new NoMarker(), await recoverLog(store, ORIGIN, markedAt(0)));
  for (let index = 1; index <= count; index += 1) {
    const payload = singlePayload(Buffer.from(`entry ${index}`));
    const run = { firstIndex: logIndex(index), count: 1, term: term(3), type: EntryType.command, appendedAtMs: 0 };
    await log.persist({
      hardState: HARD_STATE,
      truncateAfter: null,
      restart: null,
      isProven: false,
      runs: [{ ...run, payload }],
    });
  }
  return store;
}

/** `null`: there is none. */
function markedAt(index: number | null) {
  return { index: index === null ? null : logIndex(index), retreat: () => {} };
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
  await assert.rejects(recoverLog(store, ORIGIN, markedAt(marker)), {
    name: 'StorageFailure',
    code: 'damaged',
    message,
  });
  assert.deepEqual(await content(store), before);
}

test('term and vote come back, and a changed bit anywhere in them stops', async () => {
  const store = await written(2);
  assert.deepEqual((await recoverLog(store, ORIGIN, markedAt(2))).hardState, HARD_STATE);
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
  const log = new LogStore(compacted, new NoMarker(), await recoverLog(compacted, ORIGIN, markedAt(4)));
  assert.equal(await log.dropThrough(logIndex(4)), 4);
  await compacted.write([], [HARD_STATE_KEY]);
  assert.equal((await content(compacted)).length, 1, 'where the log begins');
  await assert.rejects(recoverLog(compacted, COVERED, markedAt(4)), { message });
});

test('a directory with only snapshots goes on from the newest', async () => {
  for (const marker of [null, logIndex(0)]) {
    const { hardState, log } = await recoverLog(new MemoryStore(), COVERED, markedAt(marker));
    assert.deepEqual(hardState, { term: 3, vote: null });
    assert.deepEqual(log.last, COVERED);
  }
});

/** A log that goes on after a snapshot of 10 in term 3, which isn't proven. */
async function restored(): Promise<{ readonly store: MemoryStore; readonly log: LogStore }> {
  const store = await written(2);
  const log = new LogStore(store, new NoMarker(), await recoverLog(store, ORIGIN, markedAt(2)));
  const payload = singlePayload(Buffer.from('entry 11'));
  const run = { firstIndex: logIndex(11), count: 1, term: term(3), type: EntryType.noop, appendedAtMs: 0, payload };
  await log.persist({ hardState: null, truncateAfter: null, restart: RESTORED, isProven: false, runs: [run] });
  return { store, log };
}
const RESTORED = { index: logIndex(10), term: term(3) };

test('what took the place of the log is unproven, over restarts, until a write says otherwise', async () => {
  const { store, log } = await restored();
  const found = await recoverLog(store, RESTORED, markedAt(11));
  assert.deepEqual([found.log.isUnproven, found.log.last.index], [true, 11]);
  await log.persist({ hardState: HARD_STATE, truncateAfter: null, restart: null, isProven: true, runs: [] });
  assert.equal((await recoverLog(store, RESTORED, markedAt(11))).log.isUnproven, false);
});

test('a snapshot that only came to be visible is unproven, too; what was carried over is not', async () => {
  const store = await written(2);
  for (let start = 0; start < 2; start += 1) {
    const { log, records } = await recoverLog(store, RESTORED, markedAt(2));
    assert.deepEqual([log.isUnproven, log.last, records], [true, RESTORED, []]);
  }
  assert.equal((await recoverLog(new MemoryStore(), RESTORED, markedAt(null))).log.isUnproven, false);
});

test('a snapshot of a later term took the place of an unproven one, be its index lower', async () => {
  for (const index of [4, 10]) {
    const { store } = await restored();
    const newer = { index: logIndex(index), term: term(5) };
    const { log, records } = await recoverLog(store, newer, markedAt(index));
    assert.deepEqual([log.last, log.begin, log.isUnproven, records], [newer, index, true, []]);
    assert.equal((await recoverLog(store, newer, markedAt(index))).log.isUnproven, true);
  }
});

test('without the snapshot that it goes on after, a log is damaged, proven or not', async () => {
  const { store, log } = await restored();
  const message = /^raft log is damaged at index 5: the log begins after it/;
  await assert.rejects(recoverLog(store, COVERED, markedAt(11)), { message });
  await log.persist({ hardState: null, truncateAfter: null, restart: null, isProven: true, runs: [] });
  assert.equal(await store.get(UNPROVEN_KEY), null);
  await assert.rejects(recoverLog(store, { index: logIndex(4), term: term(5) }, markedAt(11)), { message });
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
  const { repaired, log } = await recoverLog(store, ORIGIN, markedAt(2));
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
  const log = new LogStore(store, new NoMarker(), await recoverLog(store, ORIGIN, markedAt(3)));
  await log.dropThrough(logIndex(1));
  await flip(store, BEGIN_KEY, 5);
  await assertStops(store, logIndex(3), 'raft log is damaged: begin of the log: checksum mismatch');
});

test('a log of before extensions were kept is opened, and goes on with them', async () => {
  const store = new MemoryStore();
  const old = [
    '4c4c5231078d4de0010000000000000001000000000000000000000000000000010000002a00000005000000000000002600000081a7536572766572739183a741646472657373a3613a31a24944a161a8537566667261676500',
    '4c4c52311d82170c0200000000000000020000000000000000000000000000000100000004000000010000000000000000000000',
    '4c4c52316741bc320300000000000000020000000000000000b0ef72edac794203000000170000000000000000000000050000006669727374060000007365636f6e6400000000',
  ].map((hex, i) => ({ key: recordKey(logIndex(i + 1)), value: Buffer.from(hex, 'hex') }));
  const hardState = Buffer.from('e5a18bea7b227465726d223a322c22766f7465223a2261227d', 'hex');
  await store.write([...old, { key: HARD_STATE_KEY, value: hardState }], []);
  const recovered = await recoverLog(store, ORIGIN, markedAt(5));
  assert.deepEqual(recovered.log.last, { index: 5, term: 2 });
  assert.deepEqual(recovered.hardState, { term: 2, vote: 'a' });
  assert.equal(recovered.configurations.length, 1);
  const log = new LogStore(store, new NoMarker(), recovered);
  const about = { count: 1, term: term(2), type: EntryType.command, appendedAtMs: 1 } as const;
  const payload = singlePayload(Buffer.from('part'));
  const runs = [6, 7, 8].map((index) => ({ ...about, firstIndex: logIndex(index), payload }));
  const extensions = Buffer.from('08011802', 'hex');
  const written = runs.map((run, i) => (i === 1 ? { ...run, extensions } : run));
  await log.persist({ hardState: null, truncateAfter: null, restart: null, isProven: false, runs: written });
  const again = await recoverLog(store, ORIGIN, markedAt(8));
  assert.deepEqual(again.records, [1, 2, 3, 6, 7, 8]);
  const reopened = new LogStore(store, new NoMarker(), again);
  const read = await reopened.read(logIndex(6), logIndex(8), 1024);
  assert.deepEqual(
    read.map(({ extensions: beside }) => beside && Buffer.from(beside).toString('hex')),
    [undefined, '08011802', undefined],
  );
  const first = await reopened.read(logIndex(3), logIndex(5), 1024);
  assert.deepEqual(Buffer.from(first[0]?.payload ?? []), old[2]?.value.subarray(48));
});

test('entries of one time share a record, others do not', async () => {
  const store = new MemoryStore();
  const log = new LogStore(store, new NoMarker(), await recoverLog(store, ORIGIN, markedAt(0)));
  const payload = singlePayload(Buffer.from('x'));
  const runs = [5, 5, 6, 6].map((appendedAtMs, i) => {
    return { firstIndex: logIndex(i + 1), count: 1, term: term(1), type: EntryType.command, appendedAtMs, payload };
  });
  const exact = { ...runs[3], firstIndex: logIndex(5), appendedAtRest: { nanoseconds: 7, zoneMinutes: -1 } };
  const all = [...runs, exact as (typeof runs)[0]];
  await log.persist({ hardState: HARD_STATE, truncateAfter: null, restart: null, isProven: false, runs: all });
  const again = await recoverLog(store, ORIGIN, markedAt(5));
  assert.deepEqual(again.records, [1, 3, 5]);
  const read = await new LogStore(store, new NoMarker(), again).read(logIndex(1), logIndex(5), 4096);
  assert.deepEqual(
    read.map(({ appendedAtMs, appendedAtRest }) => [appendedAtMs, appendedAtRest?.nanoseconds]),
    [
      [5, undefined],
      [6, undefined],
      [6, 7],
    ],
  );
});

test('the end of the log is read from memory, and is there what it is on the disk', async () => {
  const store = new MemoryStore();
  const log = new LogStore(store, new NoMarker(), await recoverLog(store, ORIGIN, markedAt(0)));
  const work = { hardState: HARD_STATE, truncateAfter: null, restart: null, isProven: false };
  const write = (first: number, text: string, more: Partial<Parameters<LogStore['persist']>[0]> = {}) => {
    const runs = [0, 1, 2].map((i) => ({
      firstIndex: logIndex(first + i),
      count: 1,
      term: term(1),
      type: EntryType.command,
      appendedAtMs: first,
      payload: singlePayload(Buffer.from(`${text}${i}`)),
    }));
    return log.persist({ ...work, ...more, runs });
  };
  const read = async (from: number, through: number) =>
    (await log.read(logIndex(from), logIndex(through), 4096)).map(({ payload }) =>
      Buffer.from(payload.subarray(4)).toString(),
    );
  await write(1, 'a');
  assert.deepEqual(await read(2, 3), ['a1', 'a2']);
  await write(3, 'b', { truncateAfter: logIndex(2) });
  assert.deepEqual(await read(2, 5), ['a1', 'b0', 'b1', 'b2']);
  await log.dropThrough(logIndex(4));
  await assert.rejects(read(1, 1), /entry is missing/);
  await write(10, 'c', { restart: { index: logIndex(9), term: term(1) } });
  assert.deepEqual(await read(10, 12), ['c0', 'c1', 'c2']);
  await assert.rejects(read(5, 5), /entry is missing/);
});
