// A log that was given up for an older snapshot, on the disk: whenever the server dies, the next start finds it as it was or as it is to
// be, and knows until the log is as far again what it owes the others.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isGivenUp } from '../../../../src/workers/raft/core/descent.js';
import {
  type EntryRun,
  EntryType,
  logIndex,
  ORIGIN,
  type Position,
  singlePayload,
  term,
} from '../../../../src/workers/raft/core/entry.js';
import { RaftLog } from '../../../../src/workers/raft/core/log.js';
import { SnapshotDirectory } from '../../../../src/workers/raft/snapshot/snapshot-directory.js';
import { MemorySnapshots, type SnapshotStore } from '../../../../src/workers/raft/snapshot/snapshot-store.js';
import { recoverStorage } from '../../../../src/workers/raft/storage.js';
import { NoMarker } from '../../../../src/workers/raft/store/durable-marker.js';
import type { Put } from '../../../../src/workers/raft/store/key-value-store.js';
import { FLOOR_KEY } from '../../../../src/workers/raft/store/log-keys.js';
import { recoverLog } from '../../../../src/workers/raft/store/log-recovery.js';
import { LogStore } from '../../../../src/workers/raft/store/log-store.js';
import { MemoryStore } from '../../../../src/workers/raft/store/memory-store.js';
import { VirtualSnapshots } from '../../../simulation/raft/virtual-snapshots.js';

const HARD_STATE = { term: term(3), vote: 'a' };
const COVERED = { index: logIndex(4), term: term(3) };
const RESTORED = { index: logIndex(10), term: term(3) };
const payload = singlePayload(Buffer.from('entry'));

function entry(index: number, of: number): EntryRun {
  return { firstIndex: logIndex(index), count: 1, term: term(of), type: EntryType.noop, appendedAtMs: 0, payload };
}

/** A log that goes on after a snapshot of 10 in term 3, which isn't proven, with an entry behind it. */
async function restored<Store extends MemoryStore>(store: Store) {
  const log = new LogStore(store, new NoMarker(), await recoverLog(store, ORIGIN, new NoMarker()));
  const first = { hardState: HARD_STATE, truncateAfter: null, restart: null, isProven: false, runs: [entry(1, 3)] };
  await log.persist(first);
  await log.persist({ ...first, hardState: null, restart: RESTORED, runs: [entry(11, 3)] });
  return { store, log };
}

/** A disk that may lose power: what was removed without a sync is back then, unless a write came after it. */
class UnsyncedRemovals extends MemoryStore {
  #removed: Put[] = [];

  override async removeRange(from: Uint8Array, before: Uint8Array): Promise<void> {
    for await (const row of this.scan(from, before)) this.#removed.push(row);
    await super.removeRange(from, before);
  }

  override async write(puts: readonly Put[], removals: readonly Uint8Array[]): Promise<void> {
    this.#removed = [];
    await super.write(puts, removals);
  }

  losePower(): Promise<void> {
    return super.write(this.#removed, []);
  }
}

async function copyOf(store: MemoryStore): Promise<MemoryStore> {
  const copy = new MemoryStore();
  const rows = [];
  for await (const row of store.scan(Uint8Array.of(0), Uint8Array.of(255))) rows.push(row);
  await copy.write(rows, []);
  return copy;
}

const FLOOR = { index: logIndex(11), term: term(3) };

/** Which snapshot a start finds with these on the disk, and the log that it goes on with. */
async function found(store: MemoryStore, positions: readonly Position[], marker = new NoMarker()) {
  const snapshots = new VirtualSnapshots();
  const configuration = { index: logIndex(1), configuration: { servers: [] } };
  for (const position of positions) await (await snapshots.create(position, configuration)).finish();
  const { recovered, snapshot } = await recoverStorage(store, marker, snapshots, () => {});
  const newest = await snapshots.newestReadable(() => {});
  const { last, pledge, hasFloor, isUnproven } = new RaftLog(recovered.log);
  return {
    last,
    pledge,
    hasFloor,
    isUnproven,
    snapshot: snapshot?.position ?? ORIGIN,
    newest: newest?.position ?? ORIGIN,
  };
}

test('a log that is given up for an older snapshot: whenever it ends, a start finds the one or the other, and the floor', async () => {
  for (const to of [COVERED, ORIGIN]) {
    const visible = to === ORIGIN ? [RESTORED] : [RESTORED, to];
    const { store, log } = await restored(new MemoryStore());
    await log.descend({ floor: FLOOR, to });
    const unproven = to !== ORIGIN;
    const fallen = { last: to, pledge: FLOOR, hasFloor: true, isUnproven: unproven, snapshot: to, newest: to };
    if (to !== ORIGIN) {
      const before = await found(await copyOf(store), [RESTORED]);
      assert.deepEqual([before.last, before.hasFloor, before.snapshot], [FLOOR, false, RESTORED], 'it has not begun');
    }
    assert.deepEqual(await found(await copyOf(store), visible), fallen, 'the snapshot is visible');
    assert.deepEqual(await found(await copyOf(store), to === ORIGIN ? [] : [to]), fallen, 'the newer one is gone');
    await log.persist({ hardState: null, truncateAfter: null, restart: to, isProven: false, runs: [] });
    for (const left of [visible, to === ORIGIN ? [] : [to]]) {
      const again = await copyOf(store);
      assert.deepEqual(await found(again, left), fallen, 'the log goes on after it');
      assert.deepEqual(await found(again, left), fallen, 'and does so at each start');
    }
    const more = { hardState: null, truncateAfter: null, restart: null, isProven: false };
    await log.persist({ ...more, runs: [entry(to.index + 1, 3)] });
    assert.equal(
      (
        await found(
          await copyOf(store),
          [to].filter(({ index }) => index > 0),
        )
      ).hasFloor,
      true,
      'not as far yet',
    );
    await log.persist({ ...more, runs: [entry(to.index + 2, 5)] });
    assert.equal(await store.get(FLOOR_KEY), null);
    const over = await found(
      store,
      [to].filter(({ index }) => index > 0),
    );
    assert.deepEqual([over.last.term, over.pledge.term, over.hasFloor], [5, 5, false]);
  }
});

test('no entry of a log that was given up comes back when power is lost right after a start', async () => {
  for (const to of [COVERED, { index: logIndex(10), term: term(4) }]) {
    const { store, log } = await restored(new UnsyncedRemovals());
    const isOlder = to.index < RESTORED.index;
    if (isOlder) await log.descend({ floor: FLOOR, to });
    const marker = new NoMarker();
    marker.advance(logIndex(11));
    const first = await found(store, isOlder ? [RESTORED, to] : [to], marker);
    assert.deepEqual(first.last, to);
    await store.losePower();
    assert.deepEqual(await found(store, [to], marker), first);
  }
});

test('when what a log goes on after is gone, nothing that was given up for it comes back', async () => {
  const { store, log } = await restored(new MemoryStore());
  await log.descend({ floor: FLOOR, to: COVERED });
  await log.persist({ hardState: null, truncateAfter: null, restart: COVERED, isProven: false, runs: [] });
  await assert.rejects(found(store, [RESTORED]), { code: 'damaged' });
});

test('snapshots that are given up are gone at once and for good; an older one that came last is not', async (context) => {
  const path = mkdtempSync(join(tmpdir(), 'lictor-snapshots-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  let now = 1;
  const directory = await SnapshotDirectory.open(path, () => now++);
  const stores: readonly SnapshotStore[] = [directory, new MemorySnapshots()];
  const configuration = { index: logIndex(1), configuration: { servers: [] } };
  for (const snapshots of stores) {
    const add = async (position: Position): Promise<void> => {
      const sink = await snapshots.create(position, configuration);
      await sink.write(Buffer.from(`at ${position.index}`));
      await sink.finish();
    };
    await add(RESTORED);
    await add({ index: logIndex(12), term: term(3) });
    await add(COVERED);
    assert.equal((await snapshots.newestReadable(assert.fail))?.position.index, 12);
    const descent = { floor: { index: logIndex(13), term: term(3) }, to: COVERED };
    await snapshots.giveUp((position) => isGivenUp(position, descent));
    const left = await snapshots.newestReadable(assert.fail);
    assert.deepEqual(left?.position, COVERED);
    const chunks: Uint8Array[] = [];
    for await (const chunk of snapshots.read(left)) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString(), 'at 4');
  }
  assert.deepEqual(readdirSync(path), ['3-4-3']);
});
