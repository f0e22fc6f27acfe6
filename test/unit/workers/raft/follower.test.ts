// AppendEntries as a follower takes it: what it believes, what it deletes, what it answers and when.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logIndex, type Position, term } from '../../../../src/workers/raft/core/entry.js';
import type { AppendAnswer } from '../../../../src/workers/raft/core/message.js';
import type { RaftCore } from '../../../../src/workers/raft/core/raft.js';
import {
  append,
  asking,
  at,
  configurationOf,
  configurationRun,
  drain,
  lastTo,
  run,
  server,
  THREE,
} from './one-server.js';

/** Server a with entries of the terms 1, 2, 2 that agree with those of leader b in term 5. */
function follower(terms: readonly number[] = [1, 2, 2]): RaftCore {
  return server({ terms, term: 5 });
}

function answer(raft: RaftCore, nowMs = 10): AppendAnswer {
  const found = lastTo(drain(raft, nowMs), 'b');
  assert.ok(found.kind === 'append-answer');
  return found;
}

test('a request of an older term is refused: no entries, no leader, no contact', () => {
  const raft = follower();
  raft.tick(0);
  raft.step(append(4, at(3, 2), [run(4, ['x'], 4)], 3), 90);
  const { success, term } = answer(raft);
  assert.deepEqual([success, term], [false, 5]);
  assert.deepEqual([raft.log.last.index, raft.log.committed, raft.leader], [3, 0, null]);
  raft.tick(110);
  assert.equal(raft.role, 'candidate');
});

test('a request puts off the own campaign, also a refused one of the current term', () => {
  for (const previous of [at(3, 2), at(8, 4)]) {
    const raft = follower();
    raft.tick(0);
    raft.step(append(5, previous, []), 90);
    drain(raft);
    raft.tick(110);
    raft.tick(195);
    assert.equal(raft.role, 'follower', 'a timeout that found a leader begins anew');
    raft.tick(400);
    assert.equal(raft.role, 'candidate', 'but not for ever');
  }
});

test('a candidate follows the leader of its own term', () => {
  const raft = asking();
  drain(raft);
  raft.step(append(2, at(2, 2), []), 210);
  assert.deepEqual([raft.role, raft.leader, raft.term], ['follower', 'b', 2]);
  assert.deepEqual(raft.ready()?.roles, [{ role: 'follower', term: 2, tally: 0 }]);
});

test('a new term is durable before it is answered in', () => {
  const raft = follower();
  raft.step(append(6, at(3, 2), []), 10);
  const ready = raft.ready();
  assert.deepEqual(ready?.persist?.hardState, { term: 6, vote: null });
  assert.deepEqual(ready?.messages, []);
  raft.advance(10);
  assert.deepEqual(
    raft.ready()?.messages.map(({ term }) => term),
    [6],
  );
});

test('without the entry before, nothing is taken', () => {
  const refusals: readonly [Position, number][] = [
    [at(4, 2), 3],
    [at(3, 3), 1],
    [at(2, 1), 1],
  ];
  for (const [previous, mayAgree] of refusals) {
    const raft = follower();
    raft.step(append(5, previous, [run(previous.index + 1, ['x'], 5)], 3), 10);
    const { success, last } = answer(raft);
    assert.deepEqual([success, last], [false, mayAgree]);
    assert.deepEqual([raft.log.last, raft.log.committed], [at(3, 2), 0]);
  }
});

test('the answer tells the last index of before, and what is held in common now', () => {
  const raft = follower();
  raft.step(append(5, at(3, 2), [run(4, ['x', 'y'], 5)]), 10);
  const { success, last, through, previous } = answer(raft);
  assert.deepEqual([success, last, through, previous], [true, 3, 5, 3]);
  raft.step(append(5, at(3, 2), []), 10);
  assert.deepEqual([answer(raft).through, raft.log.last.index], [3, 5], 'only what this request showed');
});

test('entries are acknowledged when they are durable, those of a second request with the second write', () => {
  const raft = follower();
  raft.step(append(5, at(3, 2), [run(4, ['x'], 5)]), 10);
  const first = raft.ready();
  assert.equal(first?.persist?.runs.length, 1);
  assert.deepEqual(first?.messages, []);
  raft.step(append(5, at(4, 5), [run(5, ['y'], 5)]), 10);
  raft.step(append(5, at(4, 5), []), 10);
  assert.equal(raft.ready(), null);
  raft.advance(20);
  const second = raft.ready();
  const through = (messages: readonly unknown[]): number[] => (messages as AppendAnswer[]).map((one) => one.through);
  assert.deepEqual(through(second?.messages ?? []), [4]);
  raft.step(append(5, at(4, 5), []), 10);
  assert.equal(raft.ready(), null, 'what it builds on is being written');
  raft.advance(30);
  assert.deepEqual(through(raft.ready()?.messages ?? []), [5, 4, 4]);
});

test('what is committed is only what the request showed to be the same', () => {
  const raft = follower([1, 2, 2, 3, 3]);
  raft.step(append(5, at(2, 2), [], 5), 10);
  assert.equal(raft.log.committed, 2, 'the rest may be other entries than the leader has');
  raft.step(append(5, at(2, 2), [run(3, ['c'], 2)], 5), 10);
  assert.equal(raft.log.committed, 3);
  raft.step(append(5, at(1, 1), [], 1), 10);
  assert.equal(raft.log.committed, 3, 'it never goes back');
});

test('what is committed but not durable is not handed out yet', () => {
  const raft = follower();
  raft.step(append(5, at(3, 2), [run(4, ['x'], 5)], 4), 10);
  assert.equal(raft.log.committed, 4);
  assert.deepEqual(raft.ready()?.committed, { from: 1, through: 3 });
  assert.equal(raft.ready(), null);
  raft.advance(10);
  assert.deepEqual(raft.ready()?.committed, { from: 4, through: 4 });
});

test('entries that are there are not written again, whatever part of a run they are', () => {
  const raft = follower();
  raft.step(append(5, at(1, 1), [run(2, ['b', 'c'], 2)]), 10);
  assert.equal(raft.ready()?.persist, null);
  raft.step(append(5, at(1, 1), [run(2, ['b', 'c', 'd', 'e'], 2)]), 10);
  const persist = raft.ready()?.persist;
  assert.equal(persist?.truncateAfter, null);
  assert.deepEqual(
    persist?.runs,
    [run(4, ['d', 'e'], 2)].map((one) => ({ ...one, payload: persist.runs[0]?.payload })),
  );
  assert.deepEqual(Buffer.from(persist?.runs[0]?.payload ?? []), run(4, ['d', 'e'], 2).payload);
});

test('the first entry that differs and all after it are deleted, on the disk too', () => {
  const raft = follower([1, 2, 2, 3, 3]);
  raft.step(append(5, at(2, 2), [run(3, ['c'], 2), run(4, ['x'], 4)]), 10);
  const persist = raft.ready()?.persist;
  assert.equal(persist?.truncateAfter, 3);
  assert.deepEqual(
    persist?.runs.map(({ firstIndex, term }) => [firstIndex, term]),
    [[4, 4]],
  );
  assert.deepEqual(raft.log.last, at(4, 4));
  assert.equal(raft.log.durable, 3);
  assert.deepEqual(
    [3, 4, 5].map((index) => raft.log.termAt(logIndex(index))),
    [2, 4, null],
  );
});

test('a longer log whose entries agree loses nothing', () => {
  const raft = follower([1, 2, 2, 3, 3]);
  raft.step(append(5, at(1, 1), [run(2, ['b'], 2)]), 10);
  assert.equal(raft.ready()?.persist, null);
  assert.equal(raft.log.last.index, 5);
});

test('what waits for the disk can be deleted too; what is being written is cut with the next write', () => {
  const raft = follower();
  raft.step(append(5, at(3, 2), [run(4, ['x', 'y'], 4)]), 10);
  raft.ready();
  raft.step(append(5, at(5, 4), [run(6, ['z'], 4)]), 10);
  raft.step({ ...append(6, at(4, 4), [run(5, ['w'], 6)]), from: 'c' }, 10);
  assert.equal(raft.log.durable, 3);
  raft.advance(10);
  assert.equal(raft.log.durable, 4, 'what was written beyond it is to be deleted');
  const persist = raft.ready()?.persist;
  assert.equal(persist?.truncateAfter, 4);
  assert.deepEqual(
    persist?.runs.map(({ firstIndex, count, term }) => [firstIndex, count, term]),
    [[5, 1, 6]],
  );
});

test('a part of a run that waits for the disk can be deleted', () => {
  const raft = follower();
  raft.step(append(5, at(3, 2), [run(4, ['x', 'y', 'z'], 4)]), 10);
  raft.step(append(5, at(4, 4), [run(5, ['w'], 5)]), 10);
  const persist = raft.ready()?.persist;
  assert.equal(persist?.truncateAfter, null, 'nothing of it was handed to the disk');
  assert.deepEqual(
    persist?.runs.map(({ firstIndex, payload }) => [firstIndex, Buffer.from(payload)]),
    [run(4, ['x'], 4), run(5, ['w'], 5)].map(({ firstIndex, payload }) => [firstIndex, payload]),
  );
});

test('committed entries are never deleted', () => {
  const raft = follower();
  raft.step(append(5, at(3, 2), [], 3), 10);
  assert.throws(() => raft.log.truncateAfter(logIndex(2)), /committed through 3/);
  assert.throws(() => raft.log.truncateAfter(logIndex(4)), /not in the log/);
  assert.throws(() => raft.log.commitThrough(logIndex(4)), /beyond the last index 3/);
  assert.equal(raft.log.last.index, 3);
});

test('a configuration takes effect with its entry, gives way when that is deleted, and is told once committed', () => {
  const raft = follower();
  const wider = configurationOf('a b c d');
  const narrower = configurationOf('a b');
  raft.step(append(5, at(3, 2), [run(4, ['x'], 5), configurationRun(5, wider, 5)], 4), 10);
  assert.deepEqual(raft.configuration, wider);
  assert.equal(raft.committedConfiguration, null, 'the latest is not committed');
  raft.step({ ...append(6, at(4, 5), [run(5, ['y'], 6)], 4), from: 'c' }, 10);
  assert.deepEqual(raft.configuration, THREE, 'the entry is gone');
  assert.deepEqual(raft.committedConfiguration, { index: 1, configuration: THREE });
  raft.step({ ...append(6, at(5, 6), [configurationRun(6, narrower, 6)], 6), from: 'c' }, 10);
  assert.deepEqual(raft.committedConfiguration, { index: 6, configuration: narrower });
});

test('an append that begins where the own log was compacted away is taken up after what is committed', () => {
  const raft = server({ terms: [1, 2, 2, 2] });
  raft.step(append(2, at(4, 2), [], 4), 10);
  drain(raft);
  // The snapshot has moved on: nobody here knows the term of index 2 any more.
  raft.compact(at(4, 2), logIndex(2));
  raft.step(append(2, at(2, 2), [run(3, ['c', 'd', 'e'], 2)], 4), 20);
  const answer = lastTo(drain(raft), 'b');
  assert.ok(answer.kind === 'append-answer' && answer.success);
  assert.equal(answer.through, 5);
});

test('a snapshot of what the log holds deletes nothing; one of what it lacks takes its place', () => {
  const raft = server({ terms: [1, 2, 2, 2] });
  const placed = { index: logIndex(1), configuration: configurationOf('a b') };
  const offer = { kind: 'install', from: 'b', to: 'a', term: term(2), configuration: placed, sentMs: 5 } as const;
  assert.equal(raft.offer({ ...offer, position: at(3, 2) }, 10), 'held');
  assert.deepEqual([raft.log.last.index, raft.log.committed], [4, 0], 'the next append says what is committed');
  const older = { ...offer, term: term(1), position: at(9, 2) };
  assert.equal(raft.offer(older, 10), 'refused');
  const newer = { ...offer, position: at(9, 2) };
  assert.equal(raft.offer(newer, 10), 'wanted');
  drain(raft);
  assert.ok(raft.install(newer));
  assert.deepEqual([raft.log.last, raft.log.committed, raft.configuration], [at(9, 2), 0, placed.configuration]);
  const ready = raft.ready();
  assert.deepEqual(ready?.persist?.restart, at(9, 2));
  assert.deepEqual(ready?.messages, [], 'nothing is acknowledged before the log is restarted');
  raft.advance(20);
  const answer = lastTo(drain(raft), 'b');
  assert.ok(answer.kind === 'install-answer' && answer.success && answer.through === 9);
  assert.ok(!raft.install(newer), 'a second time changes nothing');
  raft.step(append(2, at(9, 2), [], 9), 30);
  assert.deepEqual(raft.ready()?.committed, { from: 1, through: 9 }, 'it is committed like an entry');
});

/** A server whose snapshot of 9.2 is in its log's place, and in nobody else's as far as it knows. */
function restored(): RaftCore {
  const raft = server({ terms: [1, 2, 2] });
  const placed = { index: logIndex(1), configuration: THREE };
  const position = at(9, 2);
  const offer = {
    kind: 'install',
    from: 'b',
    to: 'a',
    term: term(2),
    configuration: placed,
    position,
    sentMs: 5,
  } as const;
  raft.step(append(2, at(3, 2), [], 2), 10);
  assert.equal(raft.offer(offer, 10), 'wanted');
  drain(raft);
  assert.ok(raft.install(offer));
  drain(raft);
  return raft;
}

test('behind a snapshot that nobody may have, only what can be compared is taken', () => {
  for (const previous of [at(0, 0), at(2, 2), at(8, 3), at(9, 3)]) {
    const raft = restored();
    raft.step({ ...append(3, previous, [run(previous.index + 1, ['x'], 3)], 12), from: 'c' }, 20);
    const answer = lastTo(drain(raft), 'c');
    assert.ok(answer.kind === 'append-answer' && !answer.success, `after ${previous.index}`);
    assert.equal(answer.last, 0, 'there is nothing to look for');
    assert.deepEqual([raft.log.last, raft.log.committed, raft.log.isUnproven], [at(9, 2), 2, true]);
  }
});

test('a commit index before such a snapshot says nothing; one at or beyond it proves it, and the next write notes that', () => {
  const raft = restored();
  raft.step(append(2, at(9, 2), [], 7), 20);
  assert.deepEqual([raft.log.committed, raft.log.isUnproven], [2, true]);
  raft.step(append(2, at(9, 2), [run(10, ['x'], 2)], 9), 30);
  assert.deepEqual([raft.log.committed, raft.log.isUnproven], [9, false]);
  assert.equal(raft.ready()?.persist?.isProven, true);
  raft.advance(40);
  raft.step(append(2, at(10, 2), [run(11, ['y'], 2)], 10), 50);
  assert.equal(raft.ready()?.persist?.isProven, false, 'once');
});

function offered(position: Position, of: number) {
  const about = { kind: 'install', from: 'c', to: 'a', sentMs: 5 } as const;
  return { ...about, term: term(of), configuration: { index: logIndex(1), configuration: THREE }, position };
}

test('in place of such a snapshot a leader of the same term brings only a newer one, be its index lower', () => {
  for (const older of [at(2, 2), at(8, 2), at(12, 1)]) {
    const raft = restored();
    assert.equal(raft.offer(offered(older, 2), 20), 'refused');
    const answer = lastTo(drain(raft), 'c');
    assert.ok(answer.kind === 'install-answer' && !answer.success);
    assert.deepEqual(raft.log.last, at(9, 2));
  }
  for (const newer of [at(4, 3), at(9, 3), at(12, 2)]) {
    const raft = restored();
    assert.equal(raft.offer(offered(newer, 3), 20), 'wanted');
    drain(raft);
    assert.ok(raft.install(offered(newer, 3)));
    assert.deepEqual(raft.ready()?.persist?.restart, newer);
    assert.deepEqual([raft.log.last, raft.log.committed, raft.log.isUnproven], [newer, 2, true]);
    assert.equal(raft.log.hasFloor, false);
  }
});

/** {@link restored}, and then a leader of a later term had it give all of it up for `position`. */
function fallen(position: Position): RaftCore {
  const raft = restored();
  assert.equal(raft.offer(offered(position, 3), 20), 'wanted');
  drain(raft);
  assert.ok(raft.install(offered(position, 3)));
  drain(raft);
  return raft;
}

test('a leader of a later term brings an older one, too: until its entries are here nobody gets a vote for less', () => {
  for (const older of [at(2, 2), at(1, 1), at(0, 0)]) {
    const raft = fallen(older);
    assert.deepEqual([raft.log.last, raft.log.pledge, raft.log.committed], [older, at(9, 2), 2]);
    const voteFor = (last: Position): boolean => {
      const request = { kind: 'pre-vote', from: 'b', to: 'a', term: term(4), last, isTransfer: false } as const;
      raft.leaderGone('c', 30);
      raft.step(request, 1_000);
      const answer = lastTo(drain(raft), 'b');
      return answer.kind === 'pre-vote-answer' && answer.granted;
    };
    assert.equal(voteFor(at(8, 2)), false);
    assert.equal(voteFor(at(9, 2)), true);
    assert.equal(voteFor(at(3, 3)), true);
    // Nor does it stand itself, be it for that long or because a leader tells it to.
    raft.tick(5_000);
    raft.tick(10_000);
    assert.equal(raft.role, 'follower');
    raft.step({ ...append(3, older, [], 0), from: 'c' }, 10_010);
    raft.step({ kind: 'timeout-now', from: 'c', to: 'a', term: term(3) }, 10_020);
    assert.equal(raft.role, 'follower');
  }
});

test("what was given up is not given up twice, and is over with the leader's own entries", () => {
  const raft = fallen(at(1, 1));
  assert.equal(raft.offer(offered(at(1, 1), 3), 25), 'held');
  assert.equal(raft.offer(offered(at(0, 0), 3), 25), raft.log.isUnproven ? 'refused' : 'held');
  raft.step({ ...append(3, at(1, 1), [run(2, ['x'], 2)], 2), from: 'c' }, 30);
  drain(raft);
  assert.deepEqual([raft.log.pledge, raft.log.hasFloor], [at(9, 2), true]);
  raft.step({ ...append(3, at(2, 2), [run(3, ['y'], 3)], 2), from: 'c' }, 40);
  drain(raft);
  assert.deepEqual([raft.log.pledge, raft.log.hasFloor], [at(3, 3), false]);
});

test('what was committed and given up counts as committed, but not as here', () => {
  const raft = fallen(at(1, 1));
  assert.deepEqual([raft.log.committed, raft.log.sure, raft.log.isUnproven], [2, 1, false]);
  assert.equal(raft.offer(offered(at(2, 2), 3), 25), 'wanted', 'it is not here');
  raft.step({ ...append(3, at(2, 2), [], 2), from: 'c' }, 30);
  const refused = lastTo(drain(raft), 'c');
  assert.ok(refused.kind === 'append-answer' && !refused.success && refused.last === 1);
  raft.step({ ...append(3, at(1, 1), [run(2, ['x'], 2)], 2), from: 'c' }, 40);
  const taken = lastTo(drain(raft), 'c');
  assert.ok(taken.kind === 'append-answer' && taken.success && taken.through === 2);
});

test('a snapshot of a leader that leads no more takes no place: entries of the next one may have been acknowledged', () => {
  const raft = server({ terms: [1, 2, 2] });
  const placed = { index: logIndex(1), configuration: THREE };
  const about = { kind: 'install', from: 'b', to: 'a', term: term(2), configuration: placed } as const;
  const offer = { ...about, position: at(9, 2), sentMs: 5 };
  assert.equal(raft.offer(offer, 10), 'wanted');
  raft.step({ ...append(3, at(3, 2), [run(4, ['x'], 3)], 4), from: 'c' }, 20);
  drain(raft);
  assert.throws(() => raft.install(offer), /a snapshot of term 2 in term 3/);
  assert.deepEqual(raft.log.last, at(4, 3));
});

test('a refusal says where the logs may agree: before its own term there, not before what is committed', () => {
  const raft = follower([1, 2, 2, 3, 3, 3]);
  const lastAfter = (previous: Position): number => {
    raft.step(append(5, previous, []), 10);
    return answer(raft).last;
  };
  assert.equal(lastAfter(at(9, 4)), 6, 'there is nothing to compare');
  assert.equal(lastAfter(at(6, 4)), 3);
  assert.equal(lastAfter(at(3, 1)), 1);
  raft.step(append(5, at(2, 2), [], 2), 10);
  drain(raft);
  assert.equal(lastAfter(at(3, 4)), 2);
});
