// What a server does when it knows that its leader is gone, and a leader when it knows that a request was lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logIndex, term } from '../../../../src/workers/raft/core/entry.js';
import type { VoteRequest } from '../../../../src/workers/raft/core/message.js';
import { readLeaseMs } from '../../../../src/workers/raft/core/parts.js';
import type { RaftCore } from '../../../../src/workers/raft/core/raft.js';
import { append, at, configurationOf, drain, kinds, LEASE_MS, lastTo, leading, server } from './one-server.js';

const HEARD_MS = 90;
const FREE_MS = HEARD_MS + LEASE_MS;

/** Server a, which follows b in term 5 and heard it at 90 ms. */
function following(): RaftCore {
  const raft = server({ terms: [1, 2, 2], term: 5 });
  raft.tick(0);
  raft.step(append(5, at(3, 2), []), HEARD_MS);
  drain(raft, HEARD_MS);
  return raft;
}

function preVote(from: string, of: number): VoteRequest {
  return { kind: 'pre-vote', from, to: 'a', term: term(of), last: at(9, 9), isTransfer: false };
}

function isGranted(raft: RaftCore, asked: VoteRequest, nowMs: number): boolean {
  raft.step(asked, nowMs);
  const answer = lastTo(drain(raft, nowMs), asked.from);
  assert.ok(answer.kind === 'pre-vote-answer');
  return answer.granted;
}

test('a lease for reads is never longer than a second', () => {
  const timing = { heartbeatTimeoutMs: 5_000, electionTimeoutMs: 5_000 };
  assert.equal(readLeaseMs({ ...timing, leaderLeaseMs: 2_500 }), 1_000);
  assert.equal(readLeaseMs({ ...timing, leaderLeaseMs: 500 }), 500);
});

test('who knows its leader gone believes nobody, and stands as soon as votes are free', () => {
  const raft = following();
  raft.leaderGone('b', 95);
  assert.equal(raft.leader, null);
  raft.tick(FREE_MS - 1);
  assert.equal(raft.role, 'follower');
  raft.tick(FREE_MS);
  assert.equal(raft.role, 'candidate');
  assert.deepEqual(kinds(drain(raft)), ['pre-vote b', 'pre-vote c']);
  assert.equal(raft.term, 5, 'it asks first');
});

test('a word about a server that it does not follow changes nothing', () => {
  const raft = following();
  raft.leaderGone('c', 95);
  raft.leaderGone(null, 95);
  assert.equal(raft.leader, 'b');
  raft.tick(FREE_MS);
  assert.equal(raft.role, 'follower');
});

test('a leader that is heard again is followed on', () => {
  const raft = following();
  raft.leaderGone('b', 95);
  raft.step(append(5, at(3, 2), []), FREE_MS - 1);
  raft.tick(FREE_MS);
  raft.tick(FREE_MS + LEASE_MS);
  assert.deepEqual([raft.role, raft.leader], ['follower', 'b']);
});

test('no word about the leader cuts short what was promised to it', () => {
  const raft = following();
  raft.leaderGone('b', 95);
  assert.equal(isGranted(raft, preVote('c', 6), FREE_MS - 1), false);
  assert.equal(isGranted(raft, preVote('c', 6), FREE_MS), true);
});

test('who gave a vote waits with its own try', () => {
  const raft = following();
  raft.leaderGone('b', 95);
  assert.equal(isGranted(raft, preVote('c', 6), FREE_MS), true);
  raft.tick(FREE_MS + 1);
  assert.equal(raft.role, 'follower');
});

test('a leader that asks for votes leads no more', () => {
  const raft = following();
  assert.equal(isGranted(raft, { ...preVote('b', 6), last: at(1, 1) }, 95), false, 'its log is too short');
  assert.equal(raft.leader, null);
  raft.tick(FREE_MS);
  assert.equal(raft.role, 'candidate');
});

test('an old question of the leader means nothing', () => {
  const raft = following();
  isGranted(raft, preVote('b', 5), 95);
  assert.equal(raft.leader, 'b');
});

test('a new cluster elects at once: nobody has ever led it', () => {
  const raft = server({ terms: [], term: 0 });
  raft.tick(0);
  assert.equal(raft.bootstrap(configurationOf('a b c')), null);
  drain(raft, 1);
  raft.tick(1);
  assert.equal(raft.role, 'candidate');
});

test('a restarted server keeps the promise that it may have made, however much haste there is', () => {
  const raft = server();
  raft.leaderGone(null, 10);
  raft.tick(10 + LEASE_MS - 1);
  assert.equal(raft.role, 'follower');
  assert.equal(isGranted(raft, preVote('c', 6), 10 + LEASE_MS - 1), false);
  raft.tick(10 + LEASE_MS);
  assert.equal(raft.role, 'candidate');
});

test('an append that is known to be lost is repeated with the next tick', () => {
  const raft = leading({ configuration: configurationOf('a b c') });
  drain(raft);
  raft.tick(212);
  assert.deepEqual(kinds(drain(raft)), [], 'one question at a time');
  raft.lost('b', 'append', 213);
  raft.tick(225);
  assert.deepEqual(kinds(drain(raft)), ['append b']);
});

test('a snapshot that was cut off is sent again soon', () => {
  const raft = leading({ terms: [1, 2, 2, 2] });
  drain(raft);
  raft.compact(at(4, 2), logIndex(4));
  const nothing = { last: logIndex(0), through: logIndex(4), previous: logIndex(4), sentMs: 200 };
  raft.step({ kind: 'append-answer', from: 'b', to: 'a', term: raft.term, success: false, ...nothing }, 205);
  const installs = (nowMs: number): number => {
    raft.tick(nowMs);
    return kinds(drain(raft)).filter((kind) => kind === 'install b').length;
  };
  assert.equal(installs(220), 1);
  // Others keep it in office meanwhile.
  const alive = { kind: 'heartbeat-answer', from: 'c', to: 'a', success: true, readRound: 0 } as const;
  raft.step({ ...alive, term: raft.term, sentMs: 240 }, 245);
  assert.equal(installs(280), 0, 'it is on its way');
  raft.lost('b', 'install', 281);
  raft.step({ ...alive, term: raft.term, sentMs: 290 }, 290);
  assert.equal(installs(335), 1);
});

test('who has no beginning in common with the leader gets a snapshot, and another when it refused one', () => {
  const raft = leading({ terms: [1, 2, 2] });
  drain(raft);
  const about = { from: 'b', to: 'a', term: raft.term } as const;
  for (const previous of [3, 2, 1, 0]) {
    const answer = { last: logIndex(11), through: logIndex(previous), previous: logIndex(previous), sentMs: 200 };
    raft.step({ ...about, kind: 'append-answer', success: false, ...answer }, 205);
    if (previous > 0) assert.ok(kinds(drain(raft)).includes('append b'), `${previous - 1} is asked next`);
  }
  const alive = { kind: 'heartbeat-answer', from: 'c', to: 'a', term: raft.term, success: true, readRound: 0 } as const;
  const orders = (nowMs: number): readonly boolean[] => {
    raft.step({ ...alive, sentMs: nowMs }, nowMs);
    raft.tick(nowMs);
    return drain(raft).flatMap((message) => (message.kind === 'install' ? [message.isRefused] : []));
  };
  assert.deepEqual(orders(220), [false]);
  raft.step({ ...about, kind: 'install-answer', success: false, through: logIndex(2), sentMs: 220 }, 225);
  assert.deepEqual([240, 260, 280].flatMap(orders), [true]);
  raft.step({ ...about, kind: 'install-answer', success: true, through: logIndex(2), sentMs: 280 }, 285);
  assert.deepEqual([300, 320, 340].flatMap(orders), []);
});

test('an answer to what was asked in an earlier term says nothing in this one', () => {
  const raft = leading({ terms: [1, 2, 2] });
  drain(raft);
  const about = { from: 'b', to: 'a', term: raft.term } as const;
  const { leaseEndMs } = raft;
  raft.step({ ...about, kind: 'heartbeat-answer', success: false, readRound: 0, sentMs: 199 }, 201);
  assert.equal(raft.leaseEndMs, leaseEndMs);
  raft.step({ ...about, kind: 'install-answer', success: false, through: logIndex(2), sentMs: 199 }, 202);
  for (const previous of [3, 2, 1, 0]) {
    const answer = { last: logIndex(11), through: logIndex(previous), previous: logIndex(previous), sentMs: 200 };
    raft.step({ ...about, kind: 'append-answer', success: false, ...answer }, 205);
    drain(raft);
  }
  raft.tick(220);
  const installs = drain(raft).filter((message) => message.kind === 'install');
  assert.deepEqual(
    installs.map(({ isRefused }) => isRefused),
    [false],
  );
});
