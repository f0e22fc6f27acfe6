// Who is told of as the leader, when, and for how long it may answer reads.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import { Leadership } from '../../../../src/wire/raft/leadership.js';
import type { RaftToState } from '../../../../src/wire/raft/raft-port.js';
import { EntryType, emptyPayload, term } from '../../../../src/workers/raft/core/entry.js';
import type { RaftCore } from '../../../../src/workers/raft/core/raft.js';
import { LeadershipBoard } from '../../../../src/workers/raft/leadership-board.js';
import {
  append,
  at,
  configurationOf,
  configurationRun,
  drain,
  LEASE_MS,
  leading,
  server,
  THREE,
  took,
  vote,
} from './one-server.js';

function board(core: RaftCore) {
  let nowMs = 200;
  const told: string[] = [];
  const leadership = new Leadership(undefined, () => BigInt(nowMs));
  const post = (message: RaftToState): void => {
    if (message.kind === 'role') told.push(`${message.role} ${message.term} ${message.leaderAddress}`);
  };
  const logger = new Logger('agent', new LogSink('error', () => {}));
  const now = (): number => nowMs;
  const subject = new LeadershipBoard({ core, leadership, state: { post }, logger, serverAddress: 'a:1', now });
  const turn = (): void => {
    for (let ready = core.ready(); ready !== null; ready = core.ready()) {
      if (ready.soft) subject.changed(ready.soft);
      if (ready.persist) core.advance(nowMs);
    }
    subject.refresh();
  };
  const pass = (toMs: number): void => {
    nowMs = toMs;
  };
  return { subject, leadership, told, turn, pass };
}

test('a leader is told of in every term that it leads, once its first entry is applied', () => {
  const core = leading();
  const { subject, leadership, told, turn } = board(core);
  core.step(took('b', 3, 3), 200);
  turn();
  subject.applied(2);
  assert.deepEqual([told, leadership.mayServe], [[], false]);
  subject.applied(3);
  assert.deepEqual(told, ['leader 3 a:1']);
  core.step(append(4, at(3, 3), []), 210);
  turn();
  assert.deepEqual(told.at(-1), 'follower 4 b:1');
  assert.ok(leadership.hasLeader);
  core.tick(320);
  turn();
  assert.deepEqual(told.at(-1), 'candidate 4 ');
  assert.ok(!leadership.hasLeader && leadership.hadLeader);
  for (const kind of ['pre-vote-answer', 'vote-answer'] as const) {
    core.step(vote('b', kind, 5), 320);
    turn();
  }
  subject.applied(4);
  assert.deepEqual([told.at(-1), leadership.term], ['leader 5 a:1', 5]);
});

test('a lease ends a lease after what was answered had been asked; a sole voter has no end to it', () => {
  const core = leading();
  const { subject, leadership, turn, pass } = board(core);
  drain(core);
  core.step(took('b', 3, 3), 230);
  pass(230);
  turn();
  subject.applied(3);
  assert.ok(leadership.mayServe);
  pass(200 + LEASE_MS);
  assert.ok(!leadership.mayServe, 'asked at 200, answered at 230');

  const alone = server({ configuration: configurationOf('a') });
  alone.tick(0);
  const sole = board(alone);
  sole.turn();
  sole.subject.applied(3);
  sole.pass(1e9);
  assert.ok(sole.leadership.mayServe);
});

test('a lease that goes on is told of each time, as are the last index and what is committed', () => {
  const core = leading();
  const { subject, leadership, turn, pass } = board(core);
  drain(core);
  core.step(took('b', 3, 3), 200);
  turn();
  subject.applied(3);
  assert.deepEqual([leadership.commitIndex, leadership.lastIndex], [3, 3]);
  core.propose({ type: EntryType.noop, count: 1, payload: emptyPayload(), appendedAtMs: 0 });
  turn();
  assert.deepEqual([leadership.commitIndex, leadership.lastIndex], [3, 4]);
  core.tick(230);
  drain(core);
  core.step({ ...took('b', 3, 4), sentMs: 230 }, 240);
  turn();
  assert.deepEqual([leadership.commitIndex, leadership.lastIndex], [4, 4]);
  pass(200 + LEASE_MS + 10);
  assert.ok(leadership.mayServe, 'asked again at 230');
  pass(230 + LEASE_MS);
  assert.ok(!leadership.mayServe);
});

test('a follower says when it last heard its leader', () => {
  const core = server();
  const { leadership, turn, pass } = board(core);
  core.step({ ...append(2, at(2, 2), []), term: term(2) }, 200);
  turn();
  pass(275);
  assert.equal(leadership.lastContactMs, 75);
});

test('a leader whose address comes later than its first word is told of again, with the address', () => {
  const core = server({ terms: [], configuration: { servers: [] } });
  const { told, turn } = board(core);
  core.step(append(2, at(0, 0), []), 200);
  turn();
  assert.deepEqual(told, ['follower 2 ']);
  core.step(append(2, at(0, 0), [configurationRun(1, THREE, 1)]), 210);
  turn();
  turn();
  assert.deepEqual(told, ['follower 2 ', 'follower 2 b:1']);
});
