// Who may stand, who gets a vote, and which votes count (docs/raft.md; the rules are those of RequestVote).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerId } from '../../../../src/workers/raft/core/entry.js';
import { term } from '../../../../src/workers/raft/core/entry.js';
import type { VoteRequest } from '../../../../src/workers/raft/core/message.js';
import type { RaftCore } from '../../../../src/workers/raft/core/raft.js';
import { append, asking, at, configurationOf, drain, kinds, lastTo, leading, server, vote } from './one-server.js';

const LONG = at(9, 9);

function request(from: ServerId, of: number, last = LONG, kind: VoteRequest['kind'] = 'vote'): VoteRequest {
  return { kind, from, to: 'a', term: term(of), last, isTransfer: false };
}

/** Whether server a, drained before, grants it. */
function grants(raft: RaftCore, asked: VoteRequest, nowMs = 10): boolean {
  raft.step(asked, nowMs);
  const answer = lastTo(drain(raft, nowMs), asked.from);
  assert.ok(answer.kind === 'vote-answer' || answer.kind === 'pre-vote-answer');
  assert.equal(answer.round, asked.term);
  return answer.granted;
}

test('logs are compared by the term of their last entry, then by its index', () => {
  const own = { terms: [1, 2, 2] };
  for (const kind of ['vote', 'pre-vote'] as const) {
    const granted = (index: number, of: number): boolean => grants(server(own), request('b', 5, at(index, of), kind));
    assert.equal(granted(3, 2), true, 'as long');
    assert.equal(granted(4, 2), true, 'longer');
    assert.equal(granted(2, 2), false, 'shorter');
    assert.equal(granted(9, 1), false, 'longer, but older');
    assert.equal(granted(1, 3), true, 'shorter, but newer');
  }
});

test('a request of an older term is refused, with the newer term', () => {
  const raft = server({ term: 5 });
  assert.equal(grants(raft, request('b', 4)), false);
  assert.equal(grants(raft, request('b', 4, LONG, 'pre-vote')), false);
  raft.step(request('c', 3), 10);
  assert.equal(lastTo(drain(raft), 'c').term, 5);
  assert.equal(grants(raft, request('c', 5)), true, 'nobody got its vote of term 5');
});

test('one vote a term: another asker is refused, the same one is told again', () => {
  const raft = server();
  assert.equal(grants(raft, request('b', 5)), true);
  assert.equal(grants(raft, request('c', 5)), false);
  assert.equal(grants(raft, request('b', 5)), true);
  assert.equal(grants(raft, request('c', 6)), true, 'a new term, a new vote');
});

test('a stranger gets no vote and raises no term; a non-voter gets no vote', () => {
  const raft = server({ configuration: configurationOf('a b n?') });
  for (const kind of ['vote', 'pre-vote'] as const) {
    assert.equal(grants(raft, request('stranger', 7, LONG, kind)), false);
    assert.equal(raft.term, 2);
    assert.equal(grants(raft, request('n', 2, LONG, kind)), false);
  }
});

test('a server without any configuration grants: it cannot know who is in', () => {
  const raft = server({ terms: [] });
  assert.equal(grants(raft, request('b', 5, LONG, 'pre-vote')), true);
  assert.equal(grants(raft, request('b', 5)), true);
});

test('who hears a leader refuses everybody else, in whatever term; the leader itself may ask', () => {
  const raft = server();
  raft.step(append(2, at(2, 2), []), 10);
  drain(raft);
  assert.equal(raft.leader, 'b');
  for (const kind of ['vote', 'pre-vote'] as const) assert.equal(grants(raft, request('c', 8, LONG, kind)), false);
  assert.deepEqual([raft.term, raft.leader], [2, 'b']);
  assert.equal(grants(raft, request('b', 8)), true);
});

test('a leader refuses as well, and stays', () => {
  const raft = leading();
  drain(raft);
  assert.equal(grants(raft, request('c', 8), 210), false);
  assert.deepEqual([raft.role, raft.term], ['leader', 3]);
});

test('a pre-vote changes nothing, however high its term', () => {
  const raft = server();
  raft.step(request('b', 8, LONG, 'pre-vote'), 10);
  const ready = raft.ready();
  assert.equal(ready?.persist, null, 'nothing durable');
  assert.deepEqual([raft.term, raft.role], [2, 'follower']);
  const [answer] = ready?.messages ?? [];
  assert.deepEqual(answer, { ...vote('a', 'pre-vote-answer', 8), to: 'b' });
  assert.equal(grants(raft, request('c', 3, LONG, 'pre-vote')), true, 'nor is it a vote');
});

test('a granted vote puts off the own campaign', () => {
  const raft = server();
  raft.tick(0);
  // Its log is too short, but its term counts; from here on the deadline is 160.
  assert.equal(grants(raft, request('b', 5, at(1, 1)), 60), false);
  assert.equal(raft.term, 5);
  assert.equal(grants(raft, request('c', 5), 150), true);
  raft.tick(170);
  assert.deepEqual([raft.role, drain(raft)], ['follower', []]);
  raft.tick(400);
  assert.equal(raft.role, 'candidate', 'but not for ever');
});

test('after a start nobody gets a vote for a lease: what was acknowledged before is forgotten', () => {
  const raft = server();
  raft.tick(0);
  for (const kind of ['pre-vote', 'vote'] as const) assert.equal(grants(raft, request('b', 8, LONG, kind), 49), false);
  assert.equal(raft.term, 2);
  assert.equal(grants(raft, request('b', 8), 50), true);
});

test('whoever heard a leader gives no other a vote for a lease, also in a term that an old answer brought', () => {
  const raft = server();
  raft.step(append(2, at(2, 2), []), 100);
  drain(raft);
  raft.step(vote('c', 'vote-answer', 5, false), 110);
  assert.deepEqual([raft.term, raft.leader], [5, null]);
  assert.equal(grants(raft, request('c', 5), 149), false);
  assert.equal(grants(raft, { ...request('c', 5), isTransfer: true }, 149), true, 'unless the leader wants it');
});

test('a refused vote puts off nothing', () => {
  const raft = server({ term: 5 });
  raft.tick(0);
  assert.equal(grants(raft, request('b', 5, at(1, 1)), 90), false);
  raft.tick(110);
  assert.equal(raft.role, 'candidate');
});

test('a voter asks the other voters, and only them; each timeout asks anew', () => {
  const raft = asking({ configuration: configurationOf('a b c n?') });
  assert.deepEqual(kinds(drain(raft)), ['pre-vote b', 'pre-vote c']);
  raft.tick(250);
  assert.deepEqual(drain(raft), [], 'not before its time');
  raft.tick(301);
  assert.deepEqual(kinds(drain(raft)), ['pre-vote b', 'pre-vote c']);
  assert.equal(raft.term, 2);
});

test('timeouts are stretched by chance, so that not all stand at once', () => {
  const raft = server({ spread: 0.9 });
  raft.tick(0);
  raft.tick(189);
  assert.equal(raft.role, 'follower');
  raft.tick(190);
  assert.equal(raft.role, 'candidate');
});

test('the own vote counts with the write that holds it, not with an earlier one', () => {
  const raft = asking({ term: 5 });
  drain(raft);
  // A write of term 6 is under way when the server stands in term 7.
  raft.step({ ...vote('b', 'pre-vote-answer', 6, false), term: term(6) }, 200);
  raft.step({ ...append(6, at(2, 2), []), from: 'c' }, 200);
  assert.deepEqual(raft.ready()?.persist?.hardState, { term: 6, vote: null });
  raft.tick(400);
  raft.step(vote('b', 'pre-vote-answer', 7), 400);
  raft.step(vote('b', 'vote-answer', 7), 400);
  raft.advance(400);
  assert.equal(raft.role, 'candidate');
  assert.deepEqual(raft.ready()?.persist?.hardState, { term: 7, vote: 'a' });
  raft.advance(400);
  assert.equal(raft.role, 'leader');
});

test('non-voters, servers that are not in the configuration, and those without one never stand', () => {
  for (const names of ['a? b c', 'b c']) {
    const raft = asking({ configuration: configurationOf(names) });
    raft.tick(1e6);
    assert.deepEqual([raft.role, drain(raft)], ['follower', []], names);
  }
  const blank = asking({ terms: [] });
  blank.tick(1e6);
  assert.deepEqual([blank.role, drain(blank)], ['follower', []]);
});

test('a majority of pre-votes, then a durable own vote and a majority of votes make a leader', () => {
  const raft = asking({ configuration: configurationOf('a b c d e') });
  drain(raft);
  raft.step(vote('b', 'pre-vote-answer', 3), 200);
  assert.deepEqual(drain(raft), []);
  raft.step(vote('c', 'pre-vote-answer', 3), 200);
  const standing = raft.ready();
  assert.deepEqual(standing?.persist?.hardState, { term: 3, vote: 'a' });
  assert.deepEqual(standing?.messages, [], 'it stands once its own vote is durable');
  raft.step(vote('b', 'vote-answer', 3), 200);
  raft.step(vote('c', 'vote-answer', 3), 200);
  assert.equal(raft.role, 'candidate', 'its own vote is not durable yet');
  raft.advance(200);
  assert.equal(raft.role, 'leader');
});

test('of two and of four voters, half is no majority', () => {
  for (const [names, others] of [
    ['a b', []],
    ['a b c d', ['b']],
  ] as const) {
    const raft = asking({ configuration: configurationOf(names) });
    drain(raft);
    for (const other of others) raft.step(vote(other, 'pre-vote-answer', 3), 200);
    assert.equal(raft.term, 2, names);
    raft.step(vote(names.at(-1) ?? '', 'pre-vote-answer', 3), 200);
    assert.equal(raft.term, 3, names);
    drain(raft);
    for (const other of others) raft.step(vote(other, 'vote-answer', 3), 200);
    assert.equal(raft.role, 'candidate', names);
  }
});

test('refusals are no votes, and one voter has one', () => {
  const raft = asking({ configuration: configurationOf('a b c d e') });
  drain(raft);
  for (const id of ['b', 'c', 'd']) raft.step(vote(id, 'pre-vote-answer', 3, false), 200);
  raft.step(vote('e', 'pre-vote-answer', 3), 200);
  raft.step(vote('e', 'pre-vote-answer', 3), 200);
  assert.deepEqual([raft.term, raft.role], [2, 'candidate']);
});

test('strangers and non-voters are not counted', () => {
  const raft = asking({ configuration: configurationOf('a b c n? m?') });
  drain(raft);
  for (const kind of ['pre-vote-answer', 'vote-answer'] as const) {
    const { term: before } = raft;
    for (const id of ['n', 'm', 'stranger']) raft.step(vote(id, kind, 3), 200);
    assert.deepEqual([raft.term, raft.role], [before, 'candidate'], kind);
    raft.step(vote('b', kind, 3), 200);
    drain(raft);
  }
  assert.equal(raft.role, 'leader');
});

test('answers of an older round, or to another kind of question, are not counted', () => {
  const raft = asking();
  drain(raft);
  raft.step(vote('b', 'pre-vote-answer', 2), 200);
  raft.step(vote('b', 'vote-answer', 2), 200);
  assert.equal(raft.term, 2);
  raft.step(vote('b', 'pre-vote-answer', 3), 200);
  drain(raft);
  assert.equal(raft.term, 3);
  raft.step(vote('c', 'pre-vote-answer', 3), 200);
  raft.step({ ...vote('c', 'vote-answer', 2), term: term(3) }, 200);
  assert.equal(raft.role, 'candidate');
  raft.step(vote('c', 'vote-answer', 3), 200);
  assert.equal(raft.role, 'leader');
});

test('a higher term in an answer ends a candidacy, of either kind', () => {
  const preVote = asking();
  drain(preVote);
  preVote.step({ ...vote('b', 'pre-vote-answer', 3, false), term: term(7) }, 200);
  assert.deepEqual([preVote.role, preVote.term], ['follower', 7]);
  const real = asking();
  drain(real);
  real.step(vote('b', 'pre-vote-answer', 3), 200);
  drain(real);
  real.step({ ...vote('b', 'vote-answer', 3, false), term: term(7) }, 200);
  assert.deepEqual([real.role, real.term], ['follower', 7]);
});

test('a late answer to a pre-vote raises no term: nobody may ever have stood in it', () => {
  const raft = asking();
  drain(raft);
  raft.step(append(2, at(2, 2), []), 210);
  raft.step(vote('c', 'pre-vote-answer', 3), 220);
  assert.deepEqual([raft.term, raft.role, raft.leader], [2, 'follower', 'b']);
});
