// What a follower makes of its leader's silence, alone and together with a word of gossip. All timeouts are 100 ms; a leader stays
// in office for 50 ms without an answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RaftCore } from '../../../../src/workers/raft/core/raft.js';
import { append, at, drain, kinds, LEASE_MS, server } from './one-server.js';

const TICK_MS = 10;
const HEARD_MS = 100;

/** Server a, which follows b in term 5, heard it at 100 ms, and looks every 10 ms. */
function following(): RaftCore {
  const raft = server({ terms: [1, 2, 2], term: 5 });
  pass(raft, 0, HEARD_MS);
  hear(raft, HEARD_MS);
  return raft;
}

function hear(raft: RaftCore, nowMs: number): void {
  raft.step(append(5, at(3, 2), []), nowMs);
  drain(raft, nowMs);
}

function pass(raft: RaftCore, fromMs: number, throughMs: number): void {
  for (let nowMs = fromMs; nowMs <= throughMs; nowMs += TICK_MS) raft.tick(nowMs);
}

test('a leader that is silent for as long as it stays in office unanswered is believed gone; votes are asked for first', () => {
  const raft = following();
  pass(raft, HEARD_MS, HEARD_MS + LEASE_MS - TICK_MS);
  assert.equal(raft.leader, 'b');
  pass(raft, HEARD_MS + LEASE_MS, HEARD_MS + LEASE_MS);
  assert.deepEqual([raft.leader, raft.role, raft.term], [null, 'candidate', 5]);
  assert.deepEqual(kinds(drain(raft)), ['pre-vote b', 'pre-vote c']);
});

test('a leader that speaks is followed on', () => {
  const raft = following();
  for (let nowMs = HEARD_MS; nowMs < 400; nowMs += 4 * TICK_MS) {
    hear(raft, nowMs);
    pass(raft, nowMs, nowMs + 4 * TICK_MS);
  }
  assert.deepEqual([raft.leader, raft.role], ['b', 'follower']);
});

test('a leader of whose message a part has come is not silent; a part of anybody else says nothing', () => {
  for (const speaker of ['b', 'c']) {
    const raft = following();
    pass(raft, HEARD_MS, HEARD_MS + 40);
    raft.stirs(speaker, HEARD_MS + 40);
    pass(raft, HEARD_MS + 50, HEARD_MS + 80);
    assert.equal(raft.leader, speaker === 'b' ? 'b' : null, speaker);
    if (speaker === 'b') pass(raft, HEARD_MS + 90, HEARD_MS + 90);
    assert.equal(raft.leader, null, 'what is begun must go on');
  }
});

test('silence while this server was not there itself does not count', () => {
  const raft = following();
  pass(raft, HEARD_MS, HEARD_MS + 20);
  const backMs = HEARD_MS + 40;
  pass(raft, backMs, backMs + LEASE_MS - TICK_MS);
  assert.equal(raft.leader, 'b');
  pass(raft, backMs + LEASE_MS, backMs + LEASE_MS);
  assert.equal(raft.leader, null);
});

test('a server that is always late waits out its timeout', () => {
  const raft = following();
  for (let nowMs = HEARD_MS; nowMs < 200; nowMs += 15) raft.tick(nowMs);
  assert.equal(raft.leader, 'b');
  raft.tick(210);
  assert.equal(raft.role, 'candidate');
});

test('a leader that gossip suspects is believed gone once several of its words are missing', () => {
  const raft = following();
  pass(raft, HEARD_MS, HEARD_MS);
  assert.equal(raft.leaderSuspected('b', HEARD_MS + 9), false);
  assert.equal(raft.leader, 'b');
  assert.equal(raft.leaderSuspected('c', HEARD_MS + 20), false, 'it follows another');
  assert.equal(raft.leaderSuspected('b', HEARD_MS + 10), true);
  assert.equal(raft.leader, null);
  pass(raft, HEARD_MS + 10, HEARD_MS + LEASE_MS - TICK_MS);
  assert.equal(raft.role, 'follower', 'nobody may give a vote before');
  pass(raft, HEARD_MS + LEASE_MS, HEARD_MS + LEASE_MS);
  assert.equal(raft.role, 'candidate');
});
