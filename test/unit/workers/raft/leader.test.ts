// What a leader sends to whom, which answers it believes, what it commits, and when it gives up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EntryType, logIndex, singlePayload, term } from '../../../../src/workers/raft/core/entry.js';
import type { AppendOrder, Outgoing } from '../../../../src/workers/raft/core/message.js';
import type { RaftCore } from '../../../../src/workers/raft/core/raft.js';
import { at, configurationOf, drain, kinds, LEASE_MS, leading, refused, server, took, vote } from './one-server.js';

function orders(messages: readonly Outgoing[], to = 'b'): AppendOrder[] {
  return messages.filter((message): message is AppendOrder => message.kind === 'append' && message.to === to);
}

function ranges(messages: readonly Outgoing[], to = 'b'): [number, number][] {
  return orders(messages, to).map(({ previous, through }) => [previous.index, through]);
}

function propose(raft: RaftCore, count: number): void {
  const payload = Buffer.concat(Array.from({ length: count }, () => singlePayload(Buffer.from('x'))));
  assert.ok(raft.propose({ type: EntryType.command, count, payload, appendedAtMs: 0 }).ok);
}

test('a new leader asks each other server, voters or not, whether the logs agree', () => {
  const raft = leading({ configuration: configurationOf('a b c n?') });
  const sent = drain(raft);
  assert.deepEqual(kinds(sent), ['append b', 'append c', 'append n']);
  assert.deepEqual(ranges(sent), [[2, 2]]);
  assert.equal(raft.termBegin, 3);
});

test('entries leave while they are being written here; requests follow each other, two under way', () => {
  const raft = leading();
  raft.step(took('b', 3, 2), 200);
  const before = raft.ready();
  assert.ok(before?.persist, 'the noop');
  assert.deepEqual(ranges(before.messages), [
    [2, 2],
    [2, 3],
  ]);
  assert.deepEqual(
    raft.log.inMemory(logIndex(3), logIndex(3)).map(({ type }) => type),
    [EntryType.noop],
    'no store has it yet',
  );
  raft.advance(200);
  assert.deepEqual(raft.log.inMemory(logIndex(3), logIndex(3)), []);
  propose(raft, 1);
  assert.deepEqual(ranges(drain(raft)), [[3, 4]]);
  propose(raft, 1);
  assert.deepEqual(ranges(drain(raft)), [], 'two are unanswered');
  raft.step(took('b', 3, 3), 200);
  assert.deepEqual(ranges(drain(raft)), [[4, 5]]);
});

test('a majority of other disks commits what the own one is still writing; it is handed out afterwards', () => {
  const raft = leading();
  raft.ready();
  for (const id of ['b', 'c']) raft.step(took(id, 3, 3), 200);
  assert.equal(raft.log.committed, 3);
  assert.equal(raft.ready()?.committed?.through, 2);
  raft.advance(200);
  assert.equal(raft.ready()?.committed?.through, 3);
});

test('a request carries at most 64 entries', () => {
  const raft = leading();
  propose(raft, 200);
  drain(raft);
  raft.step(took('b', 3, 2), 200);
  assert.deepEqual(ranges(drain(raft)), [
    [2, 66],
    [66, 130],
  ]);
});

test('a refusal goes back to where the follower ends, or one further, but never below what is known to be there', () => {
  const raft = leading({ terms: [1, 1, 1, 1, 2] });
  drain(raft);
  raft.step(refused('b', 3, 5, 3), 200);
  assert.deepEqual(ranges(drain(raft)), [[3, 3]]);
  raft.step(refused('b', 3, 3, 3), 200);
  assert.deepEqual(ranges(drain(raft)), [[2, 2]]);
  raft.step(refused('b', 3, 5, 0), 200);
  assert.deepEqual(ranges(drain(raft)), [], 'a late refusal of another question');
  raft.step(took('b', 3, 2), 200);
  assert.deepEqual(ranges(drain(raft)), [[2, 6]]);
  raft.step(refused('b', 3, 5, 0), 200);
  assert.deepEqual(ranges(drain(raft)), [[2, 2]]);
});

test('an answer that comes again makes no room for another request', () => {
  const raft = leading({ terms: [1, 1, 1, 1, 2] });
  drain(raft);
  const asked = { ...refused('b', 3, 5, 3), sentMs: 200 };
  raft.step(asked, 210);
  assert.deepEqual(ranges(drain(raft)), [[3, 3]]);
  for (let i = 0; i < 3; i += 1) raft.step(asked, 211);
  assert.deepEqual(ranges(drain(raft)), [], 'one question is under way');
  raft.step({ ...took('b', 3, 3), sentMs: 210 }, 220);
  assert.deepEqual(ranges(drain(raft)), [[3, 6]]);
  raft.step(asked, 221);
  assert.deepEqual(ranges(drain(raft)), [], 'what it says is older than the answer to the question');
  propose(raft, 1);
  drain(raft);
  propose(raft, 1);
  for (let i = 0; i < 3; i += 1) raft.step({ ...took('b', 3, 2), sentMs: 200 }, 222);
  assert.deepEqual(ranges(drain(raft)), [], 'two are unanswered');
});

test('a configuration leaves only when it is durable here, and what comes after it too', () => {
  const raft = leading();
  drain(raft);
  raft.step(took('b', 3, 3), 200);
  drain(raft);
  assert.ok(raft.proposeConfiguration(configurationOf('a b c? d?'), 200).ok);
  propose(raft, 1);
  const writing = raft.ready();
  assert.equal(writing?.persist?.runs.length, 2);
  assert.deepEqual(ranges(writing?.messages ?? []), [], 'a crash might lose it');
  assert.deepEqual(ranges(writing?.messages ?? [], 'd'), [[4, 4]], 'who is new is asked at once');
  raft.advance(200);
  assert.deepEqual(ranges(drain(raft)), [[3, 5]]);
});

test('a server whose answers come when they are taken for lost is brought up all the same', () => {
  const raft = leading({ terms: [1, 1, 1, 1, 2] });
  drain(raft);
  raft.step(took('c', 3, 6), 240);
  raft.tick(250);
  assert.deepEqual(ranges(drain(raft)), [[5, 5]], 'the question again');
  raft.step({ ...refused('b', 3, 5, 3), sentMs: 200 }, 255);
  assert.deepEqual(ranges(drain(raft)), [[3, 3]]);
  raft.step(took('c', 3, 6), 290);
  raft.tick(306);
  assert.deepEqual(ranges(drain(raft)), [[3, 3]]);
  raft.step({ ...took('b', 3, 3), sentMs: 255 }, 310);
  assert.deepEqual(ranges(drain(raft)), [[3, 6]]);
});

test('an idle follower hears of the leader and of the commit index', () => {
  const raft = leading();
  drain(raft);
  raft.step(took('b', 3, 3), 200);
  drain(raft);
  raft.tick(205);
  assert.deepEqual(drain(raft), [], 'not all the time');
  raft.tick(211);
  const [reminder] = orders(drain(raft));
  assert.deepEqual([reminder?.previous.index, reminder?.through, reminder?.commit], [3, 3, 3]);
});

test('what got no answer is asked again, from what is known to be there', () => {
  const raft = leading();
  drain(raft);
  raft.step(took('b', 3, 3), 200);
  propose(raft, 1);
  propose(raft, 1);
  drain(raft);
  raft.step(took('c', 3, 3), 230);
  raft.tick(240);
  assert.deepEqual(ranges(drain(raft)), [[5, 5]], 'there is room for one more');
  raft.step(took('c', 3, 3), 260);
  raft.tick(295);
  assert.deepEqual(ranges(drain(raft)), [[3, 3]]);
});

test('a server that seems to need what was compacted away is asked for the first entry that is kept', () => {
  const raft = leading();
  drain(raft);
  raft.step(took('b', 3, 3), 200);
  propose(raft, 5);
  drain(raft);
  raft.step(took('c', 3, 2), 200);
  drain(raft);
  raft.step(took('c', 3, 8), 200);
  // Server b took everything, but its answers were lost.
  raft.compact(at(8, 3), logIndex(6));
  raft.step(took('c', 3, 8), 240);
  drain(raft);
  raft.tick(260);
  assert.deepEqual(ranges(drain(raft)), [[7, 7]]);
  raft.step(refused('b', 3, 7, 3), 265);
  assert.deepEqual(ranges(drain(raft)), [], 'it does need a snapshot; it is not asked again at once');
  raft.tick(280);
  assert.deepEqual(ranges(drain(raft)), [[7, 7]]);
  raft.step(took('b', 3, 7), 285);
  assert.deepEqual(ranges(drain(raft)), [[7, 8]]);
});

test('an entry is committed when a majority of voters holds it durably', () => {
  const raft = leading({ configuration: configurationOf('a b c d e n? m?') });
  drain(raft);
  for (const id of ['n', 'm', 'stranger', 'b']) raft.step(took(id, 3, 3), 200);
  raft.step(took('b', 3, 3), 200);
  assert.equal(raft.log.committed, 0, 'two of five voters');
  raft.step(took('c', 3, 3), 200);
  assert.equal(raft.log.committed, 3);
});

test('the own copy counts when it is durable', () => {
  const raft = leading({ configuration: configurationOf('a b') });
  raft.ready();
  raft.step(took('b', 3, 3), 200);
  assert.equal(raft.log.committed, 0);
  raft.advance(200);
  assert.equal(raft.log.committed, 3);
});

test('an answer of an older term is not believed, one of a newer term ends the leadership', () => {
  const raft = leading();
  drain(raft);
  raft.step(took('b', 2, 3), 200);
  assert.equal(raft.log.committed, 0);
  raft.step({ ...refused('b', 4, 2, 2), term: term(4) }, 200);
  assert.deepEqual([raft.role, raft.term, raft.leader, raft.termBegin], ['follower', 4, null, null]);
  assert.deepEqual(
    raft.propose({ type: EntryType.command, count: 1, payload: singlePayload(Buffer.from('x')), appendedAtMs: 0 }),
    {
      ok: false,
      reason: 'not-leader',
    },
  );
  raft.step(took('b', 4, 3), 200);
  assert.equal(raft.log.committed, 0, 'it leads no more');
  drain(raft);
  raft.tick(250);
  assert.deepEqual(drain(raft), [], 'nor does it send');
});

test('answers to a follower change nothing', () => {
  const raft = server();
  raft.step(took('b', 2, 2), 10);
  raft.step(vote('b', 'vote-answer', 2), 10);
  assert.deepEqual([raft.role, raft.log.committed, raft.ready()], ['follower', 0, null]);
});

test('a leader that hears nothing from a majority for a lease steps down, in its term', () => {
  const raft = leading();
  drain(raft);
  raft.step(refused('b', 3, 2, 2), 230);
  raft.tick(230 + LEASE_MS);
  assert.equal(raft.role, 'leader', 'any answer counts');
  raft.tick(231 + LEASE_MS);
  assert.deepEqual([raft.role, raft.term, raft.leader, raft.termBegin], ['follower', 3, null, null]);
});

test('non-voters keep no leader in office', () => {
  const raft = leading({ configuration: configurationOf('a b c n? m?') });
  drain(raft);
  for (const id of ['n', 'm']) raft.step(took(id, 3, 3), 230);
  raft.tick(201 + LEASE_MS);
  assert.equal(raft.role, 'follower');
});

test('a leader goes by the configuration that it appended, at once', () => {
  const raft = leading();
  drain(raft);
  raft.step(took('b', 3, 3), 200);
  drain(raft);
  const wider = configurationOf('a b c d');
  assert.ok(raft.proposeConfiguration(wider, 200).ok);
  assert.deepEqual(raft.configuration, wider);
  drain(raft);
  raft.step(took('b', 3, 4), 200);
  assert.equal(raft.log.committed, 3, 'two of four');
  raft.step(took('c', 3, 4), 200);
  assert.deepEqual(raft.committedConfiguration, { index: 4, configuration: wider });
});
