// The core of a sole voter, step by step: what it asks to be made durable, and what it takes for committed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrapWith } from '../../../../src/workers/raft/core/bootstrap.js';
import type { Configuration } from '../../../../src/workers/raft/core/configuration.js';
import { EntryType, logIndex, ORIGIN, singlePayload, term } from '../../../../src/workers/raft/core/entry.js';
import { RaftCore } from '../../../../src/workers/raft/core/raft.js';
import { server } from './one-server.js';

const ALONE: Configuration = { servers: [{ suffrage: 'voter', id: 'a', address: 'x:1' }] };
const PAIR: Configuration = { servers: [...ALONE.servers, { suffrage: 'voter', id: 'b', address: 'y:1' }] };
const LAST = { index: logIndex(1), term: term(1) };

function core(configuration: Configuration): RaftCore {
  return new RaftCore({
    id: 'a',
    hardState: { term: term(1), vote: null },
    log: {
      snapshot: ORIGIN,
      begin: ORIGIN.index,
      terms: [{ firstIndex: LAST.index, term: LAST.term }],
      last: LAST,
      isUnproven: false,
      floor: null,
    },
    configurations: [{ index: LAST.index, configuration }],
    timing: { heartbeatTimeoutMs: 100, electionTimeoutMs: 100, leaderLeaseMs: 50 },
    random: () => 0.5,
  });
}

const proposal = (text: string) => ({
  type: EntryType.command,
  count: 1,
  payload: singlePayload(Buffer.from(text)),
  appendedAtMs: 7,
});

function leading(): RaftCore {
  const raft = core(ALONE);
  raft.tick(0);
  raft.ready();
  raft.advance(1);
  raft.ready();
  raft.advance(2);
  raft.ready();
  return raft;
}

test('the first state of a new cluster is one configuration entry of term 1', () => {
  const { hardState, runs } = bootstrapWith(ALONE);
  assert.deepEqual(hardState, { term: 1, vote: null });
  assert.equal(runs.length, 1);
  assert.equal(runs[0]?.firstIndex, 1);
  assert.equal(runs[0]?.type, EntryType.configuration);
  assert.throws(() => bootstrapWith({ servers: [] }), /need at least one voter in configuration/);
});

test('a sole voter leads only after its vote is durable, and commits only after its noop is', () => {
  const raft = core(ALONE);
  assert.equal(raft.ready(), null);
  raft.tick(0);
  const vote = raft.ready();
  assert.deepEqual(vote?.persist?.hardState, { term: 2, vote: 'a' });
  assert.deepEqual(vote?.roles, [{ role: 'candidate', term: 2, tally: 0 }]);
  assert.equal(raft.role, 'candidate');
  assert.equal(raft.ready(), null, 'nothing more before the vote is durable');
  raft.advance(5);
  const noop = raft.ready();
  assert.deepEqual(noop?.roles, [{ role: 'leader', term: 2, tally: 1 }]);
  assert.deepEqual(
    noop?.persist?.runs.map(({ firstIndex, type, term: of, appendedAtMs }) => [firstIndex, type, of, appendedAtMs]),
    [[2, EntryType.noop, 2, 0]],
  );
  assert.equal(noop?.committed, null);
  assert.ok(!raft.committedConfiguration);
  raft.advance(6);
  assert.deepEqual(raft.ready(), {
    persist: null,
    messages: [],
    committed: { from: 1, through: 2 },
    roles: [],
    soft: null,
    confirmations: [],
  });
  assert.deepEqual(raft.committedConfiguration, { index: 1, configuration: ALONE });
});

test('proposals that arrive while a write runs share the next one', () => {
  const raft = leading();
  raft.propose(proposal('one'));
  assert.deepEqual(
    raft.ready()?.persist?.runs.map((run) => run.firstIndex),
    [3],
  );
  assert.deepEqual(raft.propose(proposal('two')), { ok: true, firstIndex: 4, term: 2 });
  raft.propose({ ...proposal('three'), count: 1 });
  assert.equal(raft.ready(), null);
  raft.advance(9);
  const next = raft.ready();
  assert.deepEqual(
    next?.persist?.runs.map((run) => run.firstIndex),
    [4, 5],
  );
  assert.deepEqual(next?.committed, { from: 3, through: 3 });
});

test('a follower refuses proposals; one of two voters asks first, and never elects itself', () => {
  const raft = core(PAIR);
  assert.deepEqual(raft.propose(proposal('one')), { ok: false, reason: 'not-leader' });
  raft.tick(0);
  assert.equal(raft.ready(), null);
  raft.tick(1000);
  const asked = raft.ready();
  assert.equal(asked?.persist, null, 'a pre-vote changes nothing durable');
  assert.deepEqual(asked?.messages, [{ kind: 'pre-vote', from: 'a', to: 'b', term: 2, last: LAST, isTransfer: false }]);
  raft.tick(1e9);
  assert.equal(raft.role, 'candidate');
  assert.equal(raft.term, 1);
});

test('advance without a write is a bug and says so', () => {
  assert.throws(() => core(ALONE).advance(0), /advance without a persist/);
});

test('terms are known for what is kept and for the snapshot, not for what was compacted away', () => {
  const raft = leading();
  for (const text of ['one', 'two', 'three']) {
    raft.propose(proposal(text));
    raft.ready();
    raft.advance(0);
  }
  assert.deepEqual(
    [0, 1, 2, 5, 6].map((index) => raft.log.termAt(logIndex(index))),
    [0, 1, 2, 2, null],
  );
  raft.compact({ index: logIndex(4), term: term(2) }, logIndex(3));
  assert.deepEqual(
    [1, 3, 4, 5].map((index) => raft.log.termAt(logIndex(index))),
    [null, null, 2, 2],
  );
  assert.equal(raft.log.begin, 3);
  raft.compact({ index: logIndex(5), term: term(2) }, logIndex(5));
  assert.deepEqual(
    [4, 5, 6].map((index) => raft.log.termAt(logIndex(index))),
    [null, 2, null],
  );
  assert.equal(raft.propose(proposal('on')).ok, true);
  assert.equal(raft.log.termAt(logIndex(6)), 2);
});

test('compaction keeps the terms of what it keeps, also in the middle of a term', () => {
  for (const [begin, terms] of [
    [1, [null, 2, 2, 3, 3]],
    [2, [null, null, 2, 3, 3]],
    [3, [null, null, null, 3, 3]],
    [4, [null, null, null, null, 3]],
  ] as const) {
    const { log } = server({ terms: [1, 2, 2, 3, 3] });
    log.compact({ index: logIndex(5), term: term(3) }, logIndex(begin));
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((index) => log.termAt(logIndex(index))),
      terms,
    );
  }
});
