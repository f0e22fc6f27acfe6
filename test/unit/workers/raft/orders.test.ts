// Orders of the state worker: each is answered once, when what was ordered is done or can't be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RaftOrder } from '../../../../src/wire/raft/raft-orders.js';
import { changed } from '../../../../src/workers/raft/core/changes.js';
import { votersOf } from '../../../../src/workers/raft/core/configuration.js';
import type { RaftCore } from '../../../../src/workers/raft/core/raft.js';
import { Orders } from '../../../../src/workers/raft/orders.js';
import { at, configurationOf, drain, leading, server, THREE, TIMEOUT_MS, took } from './one-server.js';

const NOW_MS = 210;

/** What was answered, by request. */
class Answers extends Map<number, string | null> {
  readonly orders: Orders;
  readonly #core: RaftCore;

  constructor(core: RaftCore) {
    super();
    this.#core = core;
    this.orders = new Orders(core, (request, error) => {
      assert.ok(!this.has(request), 'answered twice');
      this.set(request, error);
    });
  }

  give(request: number, order: RaftOrder): void {
    this.orders.take(request, order, NOW_MS);
    this.turn();
  }

  turn(nowMs = NOW_MS): void {
    drain(this.#core, nowMs);
    this.orders.turn(nowMs);
    drain(this.#core, nowMs);
  }

  /** Everybody else has everything. */
  spread(): void {
    const { log, term } = this.#core;
    for (const id of ['b', 'c']) this.#core.step(took(id, term, log.last.index), NOW_MS);
    this.turn();
  }
}

/** Leads, and its term's first entry is committed. */
function settled(): { core: RaftCore; answers: Answers } {
  const core = leading();
  const answers = new Answers(core);
  answers.turn();
  answers.spread();
  return { core, answers };
}

function addresses(core: RaftCore): string[] {
  return core.configuration.servers.map(({ suffrage, id, address }) => `${suffrage} ${id} ${address}`);
}

test('a change is answered when it is committed, and the next one goes on then', () => {
  const { core, answers } = settled();
  answers.give(1, { order: 'add-nonvoter', id: 'd', address: 'd:1' });
  answers.give(2, { order: 'remove', id: 'c' });
  assert.equal(answers.size, 0);
  assert.equal(core.configuration.servers.length, 4, 'one at a time');
  answers.spread();
  assert.deepEqual([...answers], [[1, null]]);
  assert.deepEqual(votersOf(core.configuration), ['a', 'b']);
  answers.spread();
  assert.equal(answers.get(2), null);
});

test('a new leader makes changes once an entry of its own term is committed', () => {
  const core = leading();
  const answers = new Answers(core);
  answers.give(1, { order: 'demote', id: 'c' });
  assert.deepEqual(votersOf(core.configuration), ['a', 'b', 'c']);
  answers.spread();
  assert.deepEqual(votersOf(core.configuration), ['a', 'b']);
});

test('what is so already is done without an entry', () => {
  const { core, answers } = settled();
  const { last } = core.log;
  answers.give(1, { order: 'add-voter', id: 'b', address: 'b:1' });
  answers.give(2, { order: 'remove', id: 'nobody' });
  assert.deepEqual([...answers.values()], [null, null]);
  assert.equal(core.log.last.index, last.index);
});

test('whoever no longer leads says so, and that a change under way may come or not', () => {
  const { core, answers } = settled();
  answers.give(1, { order: 'remove', id: 'c' });
  answers.give(2, { order: 'remove', id: 'b' });
  core.step({ kind: 'heartbeat', from: 'b', to: 'a', term: at(0, 9).term, readRound: 0, sentMs: NOW_MS }, NOW_MS);
  answers.turn();
  assert.deepEqual(
    [...answers],
    [
      [1, 'leadership lost while committing log'],
      [2, 'node is not the leader'],
    ],
  );
});

test('a change that leaves nobody to vote is refused with what is wrong', () => {
  const core = leading({ configuration: configurationOf('a'), terms: [1] });
  const answers = new Answers(core);
  answers.turn();
  answers.give(1, { order: 'remove', id: 'a' });
  assert.match(answers.get(1) ?? '', /^need at least one voter in configuration/);
});

test('a hand-over is done when another one may lead, and names what is wrong before', () => {
  const { core, answers } = settled();
  answers.give(1, { order: 'transfer', id: 'a' });
  answers.give(2, { order: 'transfer', id: 'nobody' });
  answers.give(3, { order: 'transfer', id: 'b' });
  answers.give(4, { order: 'transfer', id: null });
  answers.give(5, { order: 'remove', id: 'c' });
  assert.deepEqual(
    [...answers.values()],
    [
      'cannot transfer leadership to itself',
      'cannot find peer',
      'leadership transfer in progress',
      'leadership transfer in progress',
    ],
  );
  core.tick(NOW_MS + TIMEOUT_MS);
  answers.turn();
  assert.equal(answers.get(3), null, 'it follows from here on');
});

test('a hand-over to a server that has not caught up in time has failed', () => {
  const { core, answers } = settled();
  answers.give(1, { order: 'add-nonvoter', id: 'd', address: 'd:1' });
  const { term, log } = core;
  core.step(took('c', term, log.last.index), NOW_MS);
  answers.turn();
  answers.give(2, { order: 'transfer', id: 'b' });
  // The third one keeps it in office meanwhile.
  for (let nowMs = NOW_MS; nowMs <= NOW_MS + TIMEOUT_MS; nowMs += 5) {
    core.tick(nowMs);
    answers.turn(nowMs);
    core.step({ ...took('c', term, log.last.index), sentMs: nowMs }, nowMs);
  }
  assert.equal(core.role, 'leader');
  assert.equal(answers.get(2), 'leadership transfer timeout');
});

test('a server without any state begins a cluster, once', () => {
  const core = server({ terms: [], term: 0 });
  const answers = new Answers(core);
  answers.orders.take(1, { order: 'bootstrap', peers: THREE.servers }, NOW_MS);
  answers.orders.turn(NOW_MS);
  assert.equal(answers.size, 0, 'not before it is durable');
  answers.turn();
  answers.turn();
  assert.equal(answers.get(1), null);
  assert.deepEqual([core.term, core.log.last.index], [1, 1]);
  assert.deepEqual(addresses(core), ['voter a a:1', 'voter b b:1', 'voter c c:1']);
  answers.give(2, { order: 'bootstrap', peers: THREE.servers });
  assert.equal(answers.get(2), 'bootstrap only works on new clusters');
  const other = new Answers(server({ terms: [], term: 0 }));
  other.give(1, { order: 'bootstrap', peers: [] });
  assert.match(other.get(1) ?? '', /^need at least one voter/);
});

test('when the server stops, everything is answered', () => {
  const { answers } = settled();
  answers.give(1, { order: 'remove', id: 'c' });
  answers.give(2, { order: 'remove', id: 'b' });
  answers.orders.stop();
  assert.deepEqual([...answers.keys()], [1, 2]);
});

test('a known voter keeps its vote and gets its new address; a known non-voter is promoted', () => {
  const now = configurationOf('a b c?');
  const shown = (order: Parameters<typeof changed>[1]): string =>
    changed(now, order)
      .servers.map(({ suffrage, id, address }) => `${suffrage} ${id} ${address}`)
      .join(', ');
  assert.equal(shown({ order: 'add-nonvoter', id: 'b', address: 'b:2' }), 'voter a a:1, voter b b:2, nonvoter c c:1');
  assert.equal(shown({ order: 'add-voter', id: 'c', address: 'c:1' }), 'voter a a:1, voter b b:1, voter c c:1');
  assert.equal(shown({ order: 'demote', id: 'b' }), 'voter a a:1, nonvoter b b:1, nonvoter c c:1');
  assert.equal(shown({ order: 'remove', id: 'b' }), 'voter a a:1, nonvoter c c:1');
  assert.equal(changed(now, { order: 'demote', id: 'c' }), now);
});
