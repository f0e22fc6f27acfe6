// Rules of several voters that chance rarely brings up: committing entries of earlier terms, deleting a suffix, falling back
// to an earlier configuration.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Configuration } from '../../../../src/workers/raft/core/configuration.js';
import { type LogIndex, logIndex, ORIGIN, term } from '../../../../src/workers/raft/core/entry.js';
import { Membership } from '../../../../src/workers/raft/core/membership.js';
import { Progress } from '../../../../src/workers/raft/core/progress.js';
import { recoverLog } from '../../../../src/workers/raft/store/log-recovery.js';
import { LogStore } from '../../../../src/workers/raft/store/log-store.js';
import { Random } from '../../../random.js';
import { VirtualDisk } from '../../../simulation/raft/virtual-disk.js';
import { asking, drain, run, THREE } from './one-server.js';

test('an entry of an earlier term is committed only with one of the own term (Raft, figure 8)', () => {
  const raft = asking();
  assert.deepEqual(
    drain(raft).map(({ kind, to }) => [kind, to]),
    [
      ['pre-vote', 'b'],
      ['pre-vote', 'c'],
    ],
  );
  const vote = { from: 'b', to: 'a', term: term(3), round: term(3), granted: true } as const;
  raft.step({ ...vote, kind: 'pre-vote-answer' }, 200);
  assert.deepEqual(
    drain(raft).map(({ kind }) => kind),
    ['vote', 'vote'],
  );
  raft.step({ ...vote, kind: 'vote-answer' }, 200);
  assert.equal(raft.role, 'leader');
  drain(raft);
  const answer = {
    kind: 'append-answer',
    from: 'b',
    to: 'a',
    term: term(3),
    success: true,
    last: logIndex(2),
    sentMs: 200,
  } as const;
  raft.step({ ...answer, through: logIndex(2), previous: logIndex(2) }, 200);
  assert.equal(raft.log.committed, 0, 'a majority has index 2, but it is of term 2');
  drain(raft);
  raft.step({ ...answer, through: logIndex(3), previous: logIndex(2) }, 200);
  assert.equal(raft.log.committed, 3);
});

test('a vote leaves only when it is durable, and only one in a term', () => {
  const raft = asking();
  drain(raft);
  const last = { index: logIndex(9), term: term(2) };
  raft.step({ kind: 'vote', from: 'b', to: 'a', term: term(5), last, isTransfer: false }, 200);
  const ready = raft.ready();
  assert.deepEqual(ready?.persist?.hardState, { term: 5, vote: 'b' });
  assert.deepEqual(ready?.messages, []);
  raft.advance(200);
  assert.deepEqual(
    raft.ready()?.messages.map((message) => [message.kind, message.to, 'granted' in message && message.granted]),
    [['vote-answer', 'b', true]],
  );
  raft.step({ kind: 'vote', from: 'c', to: 'a', term: term(5), last, isTransfer: false }, 200);
  assert.deepEqual(
    raft.ready()?.messages.map((message) => [message.to, 'granted' in message && message.granted]),
    [['c', false]],
  );
});

test('a configuration whose entry is deleted gives way to the one before', () => {
  const other: Configuration = { servers: THREE.servers.slice(0, 2) };
  const membership = new Membership([{ index: logIndex(1), configuration: THREE }]);
  membership.append(logIndex(7), other);
  assert.equal(membership.latest, other);
  assert.equal(membership.committed(logIndex(6)), null);
  membership.truncateAfter(logIndex(7));
  assert.equal(membership.latest, other, 'its own entry is kept');
  membership.truncateAfter(logIndex(6));
  assert.equal(membership.latest, THREE);
  membership.append(logIndex(8), other);
  membership.commit(logIndex(8));
  assert.deepEqual(membership.committed(logIndex(8)), { index: 8, configuration: other });
});

test('a peer is probed one request at a time, then two are under way; a stale refusal changes nothing', () => {
  const progress = new Progress(logIndex(10), 0);
  assert.ok(progress.maySend);
  progress.sent(logIndex(10), 0);
  assert.ok(!progress.maySend);
  progress.rejected(logIndex(10), logIndex(4), 0);
  assert.equal(progress.next, 5);
  progress.sent(logIndex(4), 1);
  progress.rejected(logIndex(10), logIndex(2), 0);
  assert.equal(progress.next, 5, 'it answers an earlier request');
  progress.accepted(logIndex(4), 1);
  assert.deepEqual([progress.match, progress.next], [4, 5]);
  progress.accepted(logIndex(2), 0);
  assert.deepEqual([progress.match, progress.next], [4, 5], 'a late answer takes nothing back');
  progress.sent(logIndex(7), 2);
  progress.sent(logIndex(9), 2);
  assert.ok(!progress.maySend);
  assert.equal(progress.next, 10);
  progress.unansweredSince(2);
  assert.ok(progress.isProbing && progress.maySend);
  assert.equal(progress.next, 5);
});

async function written(disk: VirtualDisk, work: Promise<void>): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  disk.complete();
  await work;
}

test('a suffix is deleted within a record, and a crash right after it is no damage', async () => {
  const disk = new VirtualDisk(new Random(1));
  const store = new LogStore(disk, disk, await recoverLog(disk, ORIGIN, disk));
  const hardState = { term: term(1), vote: null };
  await written(
    disk,
    store.persist({
      hardState,
      truncateAfter: null,
      restart: null,
      isProven: false,
      runs: [run(1, ['a', 'b', 'c'], 1)],
    }),
  );
  await written(
    disk,
    store.persist({ hardState: null, truncateAfter: null, restart: null, isProven: false, runs: [run(4, ['d'], 1)] }),
  );
  assert.equal(disk.index, 4);
  const work = store.persist({
    hardState: null,
    truncateAfter: logIndex(2),
    restart: null,
    isProven: false,
    runs: [run(3, ['x'], 2)],
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(disk.index, 2, 'the marker goes back before anything is deleted');
  disk.complete();
  const recovered = await recoverLog(disk, ORIGIN, disk);
  assert.deepEqual(recovered.log.last, { index: 3, term: 2 });
  assert.deepEqual(recovered.records, [1, 3]);
  await work;
  const runs = await store.read(logIndex(1), logIndex(3), 1e6);
  assert.deepEqual(
    runs.map(({ firstIndex, count, term: of }) => [firstIndex, count, of] as [LogIndex, number, number]),
    [
      [1, 2, 1],
      [3, 1, 2],
    ],
  );
});
